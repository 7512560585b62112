"""What the resilient transport adds to a small GET."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable

from bench.figures import Figure, median, spread
from bench.processes import bare_upstream, ours, raw, transport_alone
from stocktrim_client.generated.api.forecasts import get_processing_status

PATH = "/api/ProcessingStatus"
BODY = json.dumps({"isProcessing": False, "percentageComplete": 100, "statusMessage": "Completed"}).encode()

Lane = Callable[[], Awaitable[object]]


async def measure(*, rounds: int = 20, calls: int = 200) -> list[Figure]:
    """Calls of every kind take turns on warm connections to one bare server, `calls` of each in a round."""
    async with (
        bare_upstream(BODY) as address,
        raw(address) as floor,
        transport_alone(address) as http,
        ours(address) as stocktrim,
    ):
        api = stocktrim.api
        judged = api.get_async_httpx_client()

        async def parsed() -> object:
            return (await floor.get(PATH)).json()

        lanes: dict[str, Lane] = {
            "raw": lambda: floor.get(PATH),
            "transport": lambda: http.get(PATH),
            "judged": lambda: judged.get(PATH),
            "raw, parsed": parsed,
            "generated": lambda: get_processing_status.asyncio(client=api),
            "helper": stocktrim.forecasts.progress,
        }
        times = await interleaved(lanes, rounds, calls)
    floor_is = (
        "The same GET by `httpx.AsyncClient` with the same limits to the same bare server, on a warm connection; "
        "the calls take turns one by one. Neither side parses the body. p50 of all calls; range: p50 of each round."
    )
    parsed_is = "The same, with the body parsed by `Response.json()`."
    return [
        _figure("small GET through the transport", times["transport"], times["raw"], floor_is, at_most=1.2),
        _figure("small GET, raw call of the client, its answer judged", times["judged"], times["raw"], floor_is),
        _figure("small GET, generated call with its model", times["generated"], times["raw, parsed"], parsed_is),
        _figure("small GET, helper with the house's model", times["helper"], times["raw, parsed"], parsed_is),
    ]


async def interleaved(lanes: dict[str, Lane], rounds: int, calls: int) -> dict[str, list[list[float]]]:
    """Milliseconds of each call of each lane, round by round; who goes first changes every time."""
    order = list(lanes)
    for lane in lanes.values():
        await asyncio.gather(*(lane() for _ in range(3)))
    times: dict[str, list[list[float]]] = {name: [] for name in lanes}
    for _ in range(rounds):
        for each in times.values():
            each.append([])
        for _ in range(calls):
            order.append(order.pop(0))
            for name in order:
                began = time.perf_counter()
                await lanes[name]()
                times[name][-1].append(1000 * (time.perf_counter() - began))
    return times


def _figure(
    name: str, times: list[list[float]], floor: list[list[float]], floor_is: str, at_most: float | None = None
) -> Figure:
    return Figure(
        name,
        measured=median([one for each in times for one in each]),
        unit="ms",
        floor=median([one for each in floor for one in each]),
        floor_is=floor_is,
        at_most=at_most,
        spread=spread([median(here) / median(there) for here, there in zip(times, floor, strict=True)]),
    )
