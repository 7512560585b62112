"""Every measurement works, at a size that proves nothing but that."""

import sys
from pathlib import Path

import pytest
from mcp import Client

from bench import __main__ as command
from bench import (
    call,
    clean,
    company,
    concurrency,
    figures,
    over_http,
    overhead,
    page,
    paging,
    planning,
    processes,
    start,
    tasks,
    tokens,
)
from bench.figures import Figure
from stocktrim_client import StockTrimClient
from stocktrim_client.transport import AttemptEvent
from stocktrim_mcp_server import server
from stocktrim_mcp_server.dependencies import App
from stocktrim_mcp_server.settings import Settings


async def test_overhead_is_measured_for_the_transport_a_call_and_a_helper() -> None:
    found = await overhead.measure(rounds=2, calls=3)
    assert [figure.at_most for figure in found] == [1.2, None, None, None]
    assert all(figure.floor and figure.measured > 0 and figure.spread for figure in found)


async def test_concurrency_is_measured_against_its_ideal() -> None:
    found = await concurrency.measure(calls=9, latency=0.01, repeats=1)
    assert [figure.floor for figure in found] == [10, 10, 10, 10, 20, 20]
    assert all(figure.value and figure.value > 1 for figure in found)


async def test_paging_reads_every_product() -> None:
    models, dicts = await paging.measure(products=120, latency=0.001, repeats=1)
    assert models.floor == dicts.floor == 0.001
    assert models.at_most == 1.25


async def test_company_is_measured_beside_each_large_answer() -> None:
    found = await company.measure(rows=60, customers=30, rounds=1, seconds=0.05, interval=0.01)
    assert [figure.at_most for figure in found] == [50, None, 50, None, None, None]
    assert all(figure.measured > 0 and figure.floor for figure in found)


async def test_planning_is_measured_with_a_small_account() -> None:
    found = await planning.measure(products=60, customers=30, latency=0.001, repeats=1)
    assert found[0].floor
    assert [figure.at_most for figure in found[-3:]] == [3_000, 5_500, 150]
    assert all(figure.measured > 0 for figure in found)
    assert all(figure.met is not None for figure in found)


async def test_a_tool_call_is_measured_beside_the_bare_sdk_in_memory_and_over_stdio() -> None:
    found = await call.measure(rounds=1, calls=2)
    assert [figure.at_most for figure in found] == [1.15, None, None]
    assert all(figure.measured > 0 and figure.floor for figure in found)


async def test_a_tool_call_of_the_bench_makes_exactly_one_request() -> None:
    async with processes.bare_upstream(call.body()) as address:
        asked: list[str] = []
        app = App(Settings(log_level="ERROR"), lambda _: _counted(address, asked))
        async with Client(server.build(app)) as client:
            answer = await call.asked(client, call.ARGUMENTS)
        await app.aclose()
    assert asked == ["list_products"]
    assert [item["product_id"] for item in answer["items"]] == [call.CODE]


def _counted(address: str, asked: list[str]) -> StockTrimClient:
    def note(event: AttemptEvent) -> None:
        asked.append(event.operation.name)

    return StockTrimClient("sandbox", "sandbox", base_url=address, on_attempt=note)


if sys.platform == "linux":

    async def test_calls_and_sessions_over_http_are_measured_beside_the_bare_sdk() -> None:
        found = await over_http.measure(clients=2, calls=15, repeats=1, sessions=20)
        assert [figure.unit for figure in found] == ["ms", "ms", "KB"]
        assert all(figure.measured > 0 for figure in found[:2])


async def test_the_menu_and_the_commonest_answers_take_fewer_tokens_than_as_they_come() -> None:
    found = await tokens.measure(products=60)
    assert len(found) == 1 + len(tokens.COMMONEST) == 11
    assert [figure.name for figure in found if not figure.met] == []


async def test_every_question_of_a_buyer_is_counted_at_each_size() -> None:
    asked = await tasks.measure((24, 30))
    assert len(asked) >= 20
    assert all(len(one.calls) == len(one.tokens) == 2 and min(*one.calls, *one.tokens) > 0 for one in asked)


def test_the_table_of_questions_says_the_calls_of_each_size_where_they_differ() -> None:
    asked = [tasks.Asked("Why?", (1, 1), (20, 3_000)), tasks.Asked("All of it?", (1, 15), (1_000, 90_000))]
    lines = [[cell.strip() for cell in line.split("|")[1:-1]] for line in tasks.table(asked, (24, 3_000)).splitlines()]
    assert lines[0] == ["a buyer's question", "calls", "tokens at 24", "tokens at 3,000"]
    assert lines[2:] == [["Why?", "1", "20", "3,000"], ["All of it?", "1, 15", "1,000", "90,000"]]


async def test_a_start_is_timed_to_the_list_of_tools() -> None:
    once = start.started([sys.executable, str(processes.ROOT / "bench" / "one_tool.py")], clean.ENVIRON)
    assert once.listed > 0
    assert (once.resident is None) == (sys.platform != "linux")


async def test_a_server_that_leaves_is_not_measured() -> None:
    with pytest.raises(RuntimeError, match="left before it answered initialize"):
        start.started([sys.executable, "-c", "input()"], clean.ENVIRON)


async def test_the_bare_server_answers_with_what_it_was_given() -> None:
    async with processes.bare_upstream(b'{"a": 1}') as address, processes.raw(address) as http:
        assert [(await http.get("/anything")).json() for _ in range(2)] == [{"a": 1}, {"a": 1}]


def test_a_percentile_is_one_of_the_values() -> None:
    assert figures.percentile([4, 1, 3, 2], 50) == figures.median([4, 1, 3, 2]) == 2
    assert figures.percentile([4, 1, 3, 2], 95) == 4
    assert figures.percentile([7], 1) == 7


RATIO = Figure("a ratio", measured=3.0, unit="ms", floor=2.0, floor_is="Half.", at_most=1.2, spread=(1.4, 1.6))
EXCESS = Figure("an excess", measured=120.0, unit="MB", floor=100.0, floor_is="Less.", by="excess", at_most=25)
ALONE = Figure("alone", measured=0.5, unit="s")


def test_a_figure_knows_whether_it_met_its_target() -> None:
    assert (RATIO.value, RATIO.met) == (1.5, False)
    assert (EXCESS.value, EXCESS.met) == (20, True)
    assert (ALONE.value, ALONE.met) == (None, None)


def test_the_table_says_what_was_compared_with_what() -> None:
    lines = [
        [cell.strip() for cell in line.split("|")[1:-1]] for line in figures.table([RATIO, EXCESS, ALONE]).splitlines()
    ]
    assert lines[2] == ["a ratio", "3.00 ms", "2.00 ms", "1.50 x", "1.40 x to 1.60 x", "at most 1.20 x", "MISSED"]
    assert lines[3] == ["an excess", "120 MB", "100 MB", "+20.0 MB", "", "at most +25.0 MB", "met"]
    assert lines[4] == ["alone", "0.500 s", "", "", "", "", ""]


def test_the_page_holds_the_table_the_machine_and_every_floor() -> None:
    text = page.page([RATIO, EXCESS, ALONE], ["date: today"], "| Why? |")
    assert "\n| Why? |\n\n## Where" in text
    assert figures.table([RATIO, EXCESS, ALONE]) in text
    assert "- date: today\n" in text
    assert "- **a ratio**: Half.\n" in text
    assert "**alone**" not in text


def test_the_written_page_is_of_this_form() -> None:
    text = (Path(processes.ROOT) / "docs" / "performance.md").read_text(encoding="utf-8")
    assert text.startswith(page.HEAD)
    assert text.endswith(page.REASONS)
    assert "small GET through the transport" in text


def test_an_unknown_figure_is_refused_by_name(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        command.main(["pagin"])
    assert left.value.code == 2
    assert "no figure 'pagin'" in capsys.readouterr().err


def test_a_part_is_not_written(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        command.main(["paging", "--write"])
    assert "all figures of one run" in capsys.readouterr().err
