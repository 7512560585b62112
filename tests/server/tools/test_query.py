"""Questions in SQL, through the tool; how they are kept harmless is tested with the snapshot."""

import pytest
from mcp.server.mcpserver.exceptions import ToolError

from stocktrim_client.sandbox import Fault, Sandbox
from stocktrim_client.snapshot import Snapshot
from stocktrim_mcp_server.answers import text_of
from stocktrim_mcp_server.dependencies import App
from stocktrim_mcp_server.tools.query import COLUMNS, MOST_CHARACTERS, query_data

SAID_ELSEWHERE = {
    "product_code",
    "line_number",
    "product_name",
    "component_name",
    "assembly_days",
    "external_id",
    "location_name",
    "listed_as",
}
"""Columns that can be had from another table, or that hardly anybody asks for."""


def test_the_tables_and_columns_that_are_told_exist_and_dots_stand_where_there_are_more() -> None:
    schema = {table.name: [column.name for column in table.columns] for table in Snapshot.schema()}
    assert set(COLUMNS) == set(schema)
    for table, told in COLUMNS.items():
        names = told.replace(" …", "").split()
        assert set(names) <= set(schema[table])
        left_out = set(schema[table]) - set(names) - SAID_ELSEWHERE
        assert bool(left_out) == told.endswith("…"), (table, left_out)


async def test_a_question_is_answered_in_columns_and_rows(app: App, sandbox: Sandbox) -> None:
    answer = await query_data(
        app.stocktrim, app, "SELECT category, count(*) AS products FROM products GROUP BY category ORDER BY 2 DESC, 1"
    )
    counts: dict[str | None, int] = {}
    for product in sandbox.shop.products.values():
        counts[product.get("category")] = counts.get(product.get("category"), 0) + 1
    assert answer.columns == ("category", "products")
    assert {row[0]: row[1] for row in answer.rows} == counts
    assert not answer.truncated
    assert answer.as_of is not None
    assert answer.age == "records read just now"
    assert "| category | products |" in text_of(answer)
    assert "| Brewing | " in text_of(answer)


async def test_tables_join_by_the_keys_that_are_told(app: App) -> None:
    answer = await query_data(
        app.stocktrim,
        app,
        "SELECT s.name, sum(o.order_quantity * p.unit_cost) AS cost FROM order_plan o "
        "JOIN products p USING (product_id) JOIN suppliers s USING (supplier) "
        "WHERE o.order_quantity > 0 GROUP BY s.name ORDER BY cost DESC",
    )
    assert "Okafor Textiles" in {row[0] for row in answer.rows}
    assert all(isinstance(row[1], float) for row in answer.rows)


async def test_more_rows_than_asked_for_are_said_to_be_there(app: App) -> None:
    answer = await query_data(app.stocktrim, app, "SELECT code FROM products ORDER BY code", limit=5)
    assert len(answer.rows) == 5
    assert answer.truncated
    assert answer.warnings[0].startswith("There are more than these 5 rows")


async def test_an_answer_never_grows_beyond_what_is_read(app: App) -> None:
    sql = "SELECT replace('abcdefghij', 'a', '{}') AS text FROM products".format("x" * 1500)
    answer = await query_data(
        app.stocktrim, app, sql.replace("FROM products", "FROM products a, products b"), limit=500
    )
    assert answer.truncated
    assert sum(len(str(row[0])) for row in answer.rows) <= MOST_CHARACTERS
    assert len(answer.rows) > 10


async def test_characters_that_are_written_out_count_as_long_as_they_are_written(app: App) -> None:
    sql = "SELECT replace('aaaaaaaaaa', 'a', '{}') AS text FROM products a, products b".format("\u202e" * 300)
    answer = await query_data(app.stocktrim, app, sql, limit=500)
    assert answer.truncated
    assert len(text_of(answer)) <= MOST_CHARACTERS + 1_000


async def test_one_row_too_long_is_an_error_that_says_what_to_do(app: App) -> None:
    sql = "SELECT replace('aaaaaaaaaa', 'a', '{}') || replace('aaaaaaaaaa', 'a', '{}')".format("x" * 2000, "y" * 2000)
    with pytest.raises(ToolError, match="substr"):
        await query_data(app.stocktrim, app, f"{sql}, {sql.removeprefix('SELECT ')}")


async def test_no_rows_are_an_answer(app: App) -> None:
    answer = await query_data(app.stocktrim, app, "SELECT code FROM products WHERE name = 'v60'")
    assert answer.rows == ()
    assert answer.columns == ("code",)
    assert answer.warnings[0].startswith("No row fits")
    assert "| code |" in text_of(answer)


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELECT cod FROM products", "Did you mean code"),
        ("SELECT * FROM sales", "There is no table 'sales'"),
        ("DELETE FROM products", "Only one SELECT"),
        ("SELECT 1; SELECT 2", "Only one statement"),
        ("SELECT load_extension('x')", "function"),
        ("WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n", "too long"),
    ],
)
async def test_what_cannot_be_asked_is_explained(app: App, sql: str, said: str) -> None:
    with pytest.raises(ToolError, match=said):
        await query_data(app.stocktrim, app, sql)


async def test_what_is_missing_is_named_instead_of_counted_as_none(app: App, sandbox: Sandbox) -> None:
    sandbox.faults.add(Fault("status", at="list_suppliers", status=500, times=None))
    with pytest.raises(ToolError, match=r"suppliers are missing.*500"):
        await query_data(app.stocktrim, app, "SELECT count(*) FROM suppliers")


async def test_a_question_without_a_table_needs_no_records(app: App, sandbox: Sandbox) -> None:
    answer = await query_data(app.stocktrim, app, "SELECT 2 + 2 AS four")
    assert answer.rows == ((4,),)
    assert answer.as_of is None
    assert sandbox.requests == []


async def test_a_question_to_the_plan_says_when_stocktrim_computed_it_too(app: App) -> None:
    answer = await query_data(
        app.stocktrim, app, "SELECT count(*) FROM order_plan o JOIN products p ON p.product_id = o.product_id"
    )
    assert answer.age == "StockTrim computed the plan 2 hours ago; records read just now"


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELECT code FROM products WHERE discontinued = 'false'", "discontinued is 1 or 0, or empty, never a text"),
        ("SELECT count(*) FROM products p WHERE p.discontinued IN ('no', 'n')", "discontinued is 1 or 0"),
        ("SELECT code FROM products WHERE supplier = 'Hikari Glass Works'", "of 'Hikari Glass Works' it is 'HIKARI'."),
        ("SELECT count(*) FROM purchase_orders o WHERE o.supplier='hikari'", "supplier holds codes: of 'hikari' it is"),
        ("SELECT on_hand FROM stock_by_location WHERE location_code = 'Main warehouse'", "location_code holds codes"),
        ("SELECT code FROM products WHERE code = 'v60-02'", "of 'v60-02' it is 'V60-02'."),
        ("SELECT on_hand FROM order_plan WHERE product_id = 'V60-02'", "of 'V60-02' it is '30000001'."),
        ("SELECT sum(order_quantity * unit_cost) FROM order_plan", "get_reorder_plan sets aside"),
        (
            "SELECT sum(total_cost) FROM purchase_orders JOIN purchase_order_lines USING (reference)",
            "it counts once a line",
        ),
    ],
)
async def test_a_figure_that_would_be_misread_comes_with_what_it_is(app: App, sql: str, said: str) -> None:
    await app.stocktrim.snapshot.need()
    answer = await query_data(app.stocktrim, app, sql)
    assert said in answer.warnings[0]
    assert not any("LIKE" in one for one in answer.warnings)


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT code FROM products WHERE discontinued = '1'",
        "SELECT code FROM products WHERE NOT coalesce(discontinued, 0) AND supplier = 'HIKARI'",
        "SELECT count(*) FROM purchase_orders WHERE status = 'Sent'",
        "SELECT sum(total_cost) FROM purchase_orders",
    ],
)
async def test_a_figure_that_says_what_it_is_comes_alone(app: App, sql: str) -> None:
    assert (await query_data(app.stocktrim, app, sql)).warnings == ()


@pytest.mark.parametrize("text", ["x" * 15_000, "O''Neil", "%", "\u202e", "a'' OR ''1''=''1", "🫖"])
async def test_whatever_text_is_compared_is_only_looked_up(app: App, text: str) -> None:
    answer = await query_data(app.stocktrim, app, f"SELECT code FROM products WHERE supplier = '{text}'")
    assert (answer.rows, len(answer.warnings)) == ((), 1)
    assert len(answer.warnings[0]) < 200
