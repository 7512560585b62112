"""Questions in SQL: answered from the tables, and able to do nothing else."""

import asyncio
import hashlib
import sqlite3
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stocktrim_client.models import (
    BomLine,
    OrderPlanRow,
    Product,
    ProductSupplier,
    PurchaseOrder,
    PurchaseOrderLine,
    StockAtLocation,
    Supplier,
    supplier_keys,
)
from stocktrim_client.sandbox import Fault, Quirks
from stocktrim_client.snapshot.advice import nearest
from stocktrim_client.snapshot.asking import FUNCTIONS, ask, kinds_in
from stocktrim_client.snapshot.database import Tables
from stocktrim_client.snapshot.question import QuestionError
from stocktrim_client.snapshot.snapshot import Snapshot
from stocktrim_client.snapshot.tables import TABLES
from tests.client.sandboxed import every_reading, sandbox
from tests.client.snapshot.on_hand import on_hand

PRODUCTS = [
    Product(
        code=f"C{number}",
        product_id=str(number),
        name=f"Product {number}",
        category="Tea" if number % 2 else "Cups",
        unit_cost=number / 2,
        discontinued=number == 3,
        stock=(StockAtLocation(location_code="MAIN", on_hand=number),),
    )
    for number in range(200)
]
ROWS = [OrderPlanRow(code=f"C{number}", product_id=str(number), order_quantity=number) for number in range(200)]
ORDERS = [
    PurchaseOrder(
        reference="PO-1",
        status="Draft",
        ordered_at=datetime(2026, 3, 1, 9, 30, tzinfo=UTC),
        lines=(
            PurchaseOrderLine(product_id="1", quantity=2, unit_price=3),
            PurchaseOrderLine(product_id="2", quantity=1, unit_price=4),
        ),
    )
]


class Account:
    """Some tables, and whether they are as they were made."""

    def __init__(self) -> None:
        self.tables = [
            Tables("products", list(enumerate(PRODUCTS))),
            Tables("order_plan", list(enumerate(ROWS))),
            Tables("purchase_orders", list(enumerate(ORDERS))),
        ]
        self.uris = [tables.uri for tables in self.tables]

    def ask(self, sql: str, limit: int = 100, seconds: float = 2.0) -> list[tuple[object, ...]]:
        return list(ask(sql, self.uris, limit, seconds=seconds)[1])

    def digest(self) -> str:
        """All that the tables hold, and that there are no others."""
        found = hashlib.sha256()
        for uri in self.uris:
            database = sqlite3.connect(uri, uri=True)
            found.update("\n".join(database.iterdump()).encode())
            database.close()
        return found.hexdigest()


@pytest.fixture(scope="module")
def account() -> Account:
    return Account()


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("SELECT count(*) FROM products", [(200,)]),
        ("select name from products where code = 'C7';", [("Product 7",)]),
        (" -- why\n/* so */ SELECT 1 ; ", [(1,)]),
        ("WITH t AS (SELECT on_hand FROM stock_by_location) SELECT count(*), max(on_hand) FROM t", [(200, 199.0)]),
        (
            "SELECT sum(o.order_quantity * p.unit_cost) FROM order_plan o JOIN products p USING (product_id)",
            [(1323350,)],
        ),
        ("SELECT category, count(*) FROM products GROUP BY 1 ORDER BY 1", [("Cups", 100), ("Tea", 100)]),
        ("SELECT code FROM products WHERE discontinued", [("C3",)]),
        ("SELECT total_cost, is_open, ordered_at FROM purchase_orders", [(10.0, 1, "2026-03-01 09:30:00")]),
        ("SELECT reference, line_number, product_id FROM purchase_order_lines", [("PO-1", 1, "1"), ("PO-1", 2, "2")]),
        ("SELECT date(ordered_at, '+7 days') FROM purchase_orders", [("2026-03-08",)]),
        ("SELECT rank() OVER (ORDER BY unit_cost DESC) FROM products LIMIT 1", [(1,)]),
        ("SELECT code FROM products WHERE name LIKE '%duct 19_' ORDER BY rowid LIMIT 1", [("C190",)]),
        ("SELECT 1e999, NULL, x'c3a9'", [("inf", None, "é")]),
        ("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 4) SELECT sum(i) FROM n", [(10,)]),
    ],
)
def test_a_question_is_answered(account: Account, sql: str, rows: list[tuple[object, ...]]) -> None:
    assert account.ask(sql) == rows


def test_rows_are_cut_and_said_to_be(account: Account) -> None:
    columns, rows, more = ask("SELECT code, name FROM products ORDER BY rowid", account.uris, 3)
    assert (columns, len(rows), more) == (("code", "name"), 3, True)
    assert ask("SELECT code FROM products LIMIT 3", account.uris, 3)[2] is False


@pytest.mark.parametrize(
    ("sql", "kinds"),
    [
        ("SELECT 1", ()),
        ("SELECT count(*) FROM customers", ("customers",)),
        ("SELECT * FROM order_plan JOIN products USING (code)", ("products", "order_plan")),
        ('SELECT count(*) FROM "Order_Plan" JOIN [PRODUCTS] USING (code)', ("products", "order_plan")),
        ("WITH p AS (SELECT 1 FROM locations) SELECT count(*) FROM p", ("locations",)),
    ],
)
def test_which_tables_a_question_reads_is_known_before_it_is_answered(sql: str, kinds: tuple[str, ...]) -> None:
    assert kinds_in(sql) == kinds


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("SELECT qty FROM order_plan", "There is no column 'qty' in order_plan. Did you mean order_quantity?"),
        ("SELECT o.qty FROM order_plan o JOIN products p USING (code)", "no column 'qty' in order_plan. "),
        ("SELECT cost FROM products", "Did you mean unit_cost?"),
        ("SELECT supplier FROM order_plan", "There is no column 'supplier' in order_plan."),
        ("SELECT * FROM product", "There is no table 'product'. Did you mean products?"),
        ("SELECT * FROM sales", "Tables: products, product_suppliers,"),
        ("SELECT anything", "There is no column 'anything'. Tables: products"),
        ("SELECT median(unit_cost) FROM products", "There is no function median()."),
        ("SELEKT 1", "Only one SELECT"),
        ("SELECT FROM", "SQLite does not understand the question"),
        ("SELECT 1; SELECT 2", "Only one statement"),
    ],
)
def test_a_question_that_cannot_be_answered_is_told_why(sql: str, words: str) -> None:
    with pytest.raises(QuestionError) as refused:
        kinds_in(sql)
    assert words in str(refused.value)


def test_the_columns_of_the_table_meant_are_listed() -> None:
    with pytest.raises(QuestionError, match=r"Columns of stock_by_location: product_id, product_code, location_code,"):
        kinds_in("SELECT place FROM stock_by_location")


@pytest.mark.parametrize(
    ("name", "known"),
    [("qty", "order_quantity"), ("lead_time", "lead_time_days"), ("onhand", "on_hand"), ("nme", "name"), ("zzz", None)],
)
def test_the_nearest_column_is_what_people_mean(name: str, known: str | None) -> None:
    columns = ["name", "order_quantity", "lead_time_days", "on_hand", "unit_cost"]
    assert nearest(name, columns) == known


WRITES = [
    "INSERT INTO products (code) VALUES ('X')",
    "UPDATE products SET code = 'X'",
    "DELETE FROM products",
    "REPLACE INTO products (code) VALUES ('X')",
    "DROP TABLE products",
    "ALTER TABLE products RENAME TO x",
    "CREATE TABLE x (a)",
    "CREATE TEMP TABLE x (a)",
    "CREATE TEMP VIEW x AS SELECT 1",
    "CREATE VIRTUAL TABLE x USING fts5 (a)",
    "CREATE TRIGGER x AFTER INSERT ON products BEGIN SELECT 1; END",
    "CREATE INDEX x ON products (code)",
    "WITH x AS (SELECT 1) DELETE FROM products",
    "WITH x AS (SELECT 1) INSERT INTO products (code) SELECT 'X' FROM x",
    "WITH x AS (SELECT 1) UPDATE account0.products SET code = 'X'",
    "SELECT 1; DELETE FROM products",
    "SELECT 1;; DROP TABLE products",
    "/* SELECT */ DELETE FROM products",
    "-- SELECT\nDELETE FROM products",
    "DELETE FROM products RETURNING *",
]
REACHES = [
    "PRAGMA table_list",
    "PRAGMA query_only = OFF",
    "PRAGMA writable_schema = ON",
    "SELECT * FROM pragma_table_list",
    "SELECT count(*) FROM pragma_database_list",
    "SELECT * FROM pragma_query_only",
    "ATTACH '/tmp/x.db' AS x",
    "ATTACH ':memory:' AS x",
    "DETACH account0",
    "BEGIN",
    "COMMIT",
    "SAVEPOINT x",
    "ROLLBACK",
    "VACUUM",
    "VACUUM INTO '/tmp/x.db'",
    "REINDEX",
    "ANALYZE",
    "EXPLAIN SELECT 1",
    "EXPLAIN QUERY PLAN SELECT 1",
    "SELECT * FROM sqlite_master",
    "SELECT * FROM sqlite_schema",
    "SELECT count(*) FROM sqlite_master",
    "SELECT 1 FROM account0.sqlite_master",
    "SELECT * FROM temp.sqlite_temp_master",
    "SELECT * FROM main.sqlite_master",
    "SELECT (SELECT sql FROM account0.sqlite_schema LIMIT 1)",
    "SELECT * FROM sqlite_stat1",
    "SELECT count(*) FROM products JOIN sqlite_master USING (name)",
    "SELECT count(*) FROM products NATURAL JOIN account0.sqlite_schema",
    "SELECT * FROM dbstat",
    "SELECT * FROM json_each('[1, 2]')",
    "SELECT * FROM json_tree('{}')",
    "SELECT * FROM fts5vocab",
    "SELECT * FROM texts",
    "SELECT * FROM entries",
    "SELECT name FROM products WHERE products MATCH 'x'",
    "SELECT name FROM products WHERE name REGEXP 'x'",
    "SELECT load_extension('x')",
    "SELECT readfile('/etc/passwd')",
    "SELECT writefile('/tmp/x', 'x')",
    "SELECT edit('x')",
    "SELECT sqlite_version()",
    "SELECT sqlite_compileoption_get(1)",
    "SELECT fts5(1)",
    "SELECT last_insert_rowid()",
    "SELECT changes()",
    "SELECT * FROM generate_series(1, 10)",
    "SELECT * FROM products WHERE code = ?",
    "SELECT * FROM products WHERE code = :code",
    "VALUES (1)",
    "",
    ";",
    "SELECT '\0'",
    "\ud800",
    "SELECT '\ud800'",
    "x" * 100_000,
]
BOMBS = [
    "SELECT randomblob(1000000000)",
    "SELECT zeroblob(1000000000)",
    "SELECT hex(zeroblob(500000000))",
    "SELECT printf('%1000000000d', 1)",
    "SELECT format('%.*c', 1000000000, 'x')",
    "SELECT quote(x'00')",
    f"SELECT {'replace(' * 20}'{'a' * 1000}'{', ' + repr('a') + ', ' + repr('aaaaaaaaaa') + ')'}"
    + ", 'a', 'aaaaaaaaaa')" * 19,
    "WITH RECURSIVE b(t) AS (SELECT 'x' UNION ALL SELECT t || t FROM b) SELECT length(t) FROM b",
    "SELECT group_concat(a.name || b.name) FROM products a, products b",
    f"SELECT {'(' * 500}1{')' * 500}",
    f"SELECT {' + '.join(['1'] * 5000)}",
    " UNION ALL ".join(["SELECT 1"] * 100),
    f"SELECT {', '.join(['1'] * 1000)}",
    f"SELECT 1 FROM {', '.join(f'products p{number}' for number in range(70))}",
    f"SELECT name FROM products WHERE name LIKE '{'%a' * 500}'",
    "SELECT max(" + ", ".join(["1"] * 100) + ")",
]


@pytest.mark.parametrize("sql", WRITES + REACHES + BOMBS)
def test_an_attack_is_refused_and_changes_nothing(account: Account, sql: str) -> None:
    before = account.digest()
    began = time.monotonic()
    with pytest.raises(QuestionError) as refused:
        account.ask(sql, seconds=0.5)
    assert time.monotonic() - began < 5
    assert len(str(refused.value)) < 1000
    assert account.digest() == before


ENDLESS = [
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION SELECT i + 1 FROM n) SELECT i FROM n ORDER BY i DESC",
    "SELECT count(*) FROM products a, products b, products c, products d, products e",
    "SELECT a.*, b.*, c.* FROM products a, products b, products c ORDER BY a.name || b.name || c.name",
    "SELECT DISTINCT a.name || b.name || c.name || d.name FROM products a, products b, products c, products d "
    "WHERE a.name > b.name AND d.name < a.code",
    "SELECT a.code || b.code || c.code, count(*) FROM products a, products b, products c, products d GROUP BY 1",
    "SELECT count(*) FROM products a, products b, products c WHERE a.name || b.name LIKE '%a%b%c%' || c.name",
]


TENFOLD = "replace({}, 'a', 'aaaaaaaaaa')"
LONG = TENFOLD.format(TENFOLD.format(TENFOLD.format("'aaaaaaaaaaaaaaaaaaaaaaaaa'")))
ENDLESS += [
    f"WITH t(x, y) AS MATERIALIZED (SELECT {LONG}, substr({LONG}, 12000) || 'b') "
    f"SELECT {', '.join(['instr(x, y)'] * 190)} FROM t, products",
]
"""The last: calls that take long each, and SQLite looks at the clock between them only."""


@pytest.mark.parametrize("sql", ENDLESS)
def test_what_would_never_end_is_stopped_in_bounded_memory(account: Account, sql: str) -> None:
    began, held = time.monotonic(), _held()
    with pytest.raises(QuestionError, match="too long"):
        account.ask(sql, seconds=0.4)
    assert time.monotonic() - began < 3
    assert _held() - held < 64 << 20


def test_an_answer_of_giant_texts_is_refused(account: Account) -> None:
    giant = (
        "replace(replace(replace('aaaaaaaaaa', 'a', 'aaaaaaaaaaaaaaaaaaaa'), 'a', 'aaaaaaaaaaaaaaaaaaaa'), 'a', 'aaaa')"
    )
    with pytest.raises(QuestionError, match="answer grew"):
        account.ask(f"SELECT {', '.join([giant] * 30)} FROM products", 5000)


def _held() -> int:
    """The most memory this process has held, in bytes; 0 where the system does not tell."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return 0
    return next((int(line.split()[1]) << 10 for line in status.splitlines() if line.startswith("VmHWM")), 0)


TOKENS = """
SELECT WITH RECURSIVE INSERT INTO UPDATE DELETE DROP CREATE TEMP TABLE VIEW ATTACH PRAGMA BEGIN COMMIT FROM WHERE
SET VALUES products order_plan account0.products sqlite_master code name * ( ) , ; = 1 'x' AS x UNION ALL
writable_schema query_only count(*) RETURNING ORDER BY LIMIT VACUUM -- /* */
"""
SQL_WORDS = st.lists(st.sampled_from(TOKENS.split()), max_size=14).map(" ".join)


@given(
    st.one_of(SQL_WORDS, SQL_WORDS.map("SELECT {}".format), SQL_WORDS.map("WITH x AS (SELECT 1) {}".format), st.text())
)
@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_text_changes_anything(account: Account, sql: str) -> None:
    before = account.digest()
    try:
        account.ask(sql, seconds=0.2)
        kinds_in(sql)
    except QuestionError:
        pass
    assert account.digest() == before


def test_only_functions_that_only_compute_are_offered() -> None:
    dangerous = "load_extension readfile writefile edit randomblob zeroblob hex printf format quote fts5 match regexp"
    assert not FUNCTIONS & set(dangerous.split())


def test_the_tables_are_shown_with_types_and_meanings() -> None:
    shapes = {table.name: table for table in Snapshot.schema()}
    assert list(shapes) == list(TABLES)
    columns = {column.name: column for column in shapes["order_plan"].columns}
    assert columns["order_quantity"].type == "number"
    assert columns["order_quantity"].about == "Suggested units to order now"
    assert columns["calculated_at"].type == "date-time"
    assert columns["is_uncertain"].type == "yes/no"
    assert all(table.about for table in shapes.values())
    assert {column.name for column in shapes["bills_of_materials"].columns} == set(BomLine.model_fields)


async def test_an_answer_says_as_of_when_it_is() -> None:
    far = sandbox(60)
    async with on_hand(far) as (_, snapshot, wall):
        await snapshot.need("products")
        first = wall.time
        wall.passes(minutes=3)
        table = await snapshot.ask("SELECT count(*) AS n FROM products JOIN order_plan USING (product_id)")
    assert (table.columns, table.rows, table.as_of, table.warnings) == (("n",), ((60,),), first, ())


async def test_a_question_about_what_could_not_be_read_is_refused() -> None:
    far = sandbox()
    far.faults.add(Fault("status", at="list_customers", times=None, status=501))
    async with on_hand(far) as (_, snapshot, _):
        with pytest.raises(QuestionError, match="customers are missing"):
            await snapshot.ask("SELECT count(*) FROM customers")
        assert (await snapshot.ask("SELECT count(*) FROM products")).rows == ((24,),)


async def test_a_bad_question_reads_nothing() -> None:
    far = sandbox()
    async with on_hand(far) as (_, snapshot, _):
        with pytest.raises(QuestionError):
            await snapshot.ask("SELECT nothing FROM products")
    assert far.requests == []


async def test_a_question_is_interrupted_when_nobody_waits_for_it() -> None:
    far = sandbox()
    async with on_hand(far) as (_, snapshot, _):
        await snapshot.need("products")
        endless = asyncio.create_task(snapshot.ask(ENDLESS[0]))
        began = time.monotonic()
        await _passes(lambda: time.monotonic() - began > 0.1)
        endless.cancel()
        with pytest.raises(asyncio.CancelledError):
            await endless
        assert (await snapshot.ask("SELECT count(*) FROM products")).rows == ((24,),)


async def _passes(is_so: Callable[[], bool]) -> None:
    for _ in range(10_000_000):
        if is_so():
            return
        await asyncio.sleep(0)


async def test_many_questions_at_once_are_all_answered() -> None:
    far = sandbox(200)
    async with on_hand(far) as (_, snapshot, _):
        tables = await asyncio.gather(*(snapshot.ask(f"SELECT {one}, count(*) FROM products") for one in range(30)))
    assert [table.rows for table in tables] == [((one, 200),) for one in range(30)]


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("SELECT code FROM products JOIN order_plan USING (product_id)", "write products.code or order_plan.code"),
        ("SELECT name FROM products p, suppliers AS s", "write p.name or s.name"),
        ("SELECT x.code FROM products p", "names no table 'x': it has p."),
        ("SELECT sku FROM products", "Did you mean code?"),
        ("SELECT prise FROM products", "Did you mean unit_price?"),
        ("SELECT is_open FROM products", "It is in purchase_orders."),
        ("SELECT code FROM product_suppliers", "Did you mean product_code?"),
        ("SELECT * FROM orders", "Did you mean purchase_orders?"),
        ("SELECT * FROM sales_orders", "Single sales are not here"),
        ("SELECT now()", "date('now') is today"),
        ("SELECT year(ordered_at) FROM purchase_orders", "strftime('%Y-%m', ordered_at)"),
        ("SELECT dateadd(day, 3, last_sold_at) FROM order_plan", "DATEADD is not known here. Instead: date('now'"),
        ("SELECT date('now') - interval '7 days'", "date('now', '-30 days')"),
        ("SELECT extract(year FROM ordered_at) FROM purchase_orders", "strftime"),
        ("SELECT left(code, 3) FROM products", "substr(code, 1, 3)"),
        ("SELECT median(on_hand) FROM products", "ntile(100)"),
        ("SELECT printf('%d', on_hand) FROM products", "round(x, 2)"),
        ("SELECT name REGEXP 'a' FROM products", "LIKE '%mug%'"),
        ("SELECT name FROM products WHERE name ILIKE 'a'", "LIKE '%mug%'"),
        ("SELECT TOP 5 * FROM products", "put LIMIT 5 at the end"),
        ("SELECT on_hand::int FROM products", "CAST(x AS INTEGER)"),
        ("SELECT code, FROM products", "a comma too many before FROM"),
        ("SELECT 'it's' FROM products", "'it''s'"),
        ("SELECT code FROM products GROUP BY", "missing at its end"),
        ("SELECT code FROM products WHERE sum(on_hand) > 3", "groups with HAVING"),
        ("SELECT sum(count(*)) FROM products", "select from (SELECT ...)"),
        ("SELECT row_number() OVER () AS n FROM products WHERE n < 3", "Filter in an outer SELECT"),
        ("SELECT 1 UNION SELECT 1, 2", "as many columns as the others"),
        ("SELECT 1; SELECT 2", "ask each by itself"),
        ("SHOW TABLES", "Tables: products,"),
    ],
)
def test_a_beginners_mistake_is_told_what_to_write_instead(sql: str, said: str) -> None:
    with pytest.raises(QuestionError) as refused:
        kinds_in(sql)
    assert said in str(refused.value)


@pytest.mark.parametrize("sql", ["SELECT current_date", "SELECT 1;", "SELECT code FROM products LIMIT 100000"])
def test_what_is_only_unusual_is_answered(sql: str) -> None:
    kinds_in(sql)


@every_reading
async def test_a_supplier_has_one_key_in_every_table(quirks: Quirks) -> None:
    async with on_hand(sandbox(40, quirks=quirks)) as (_, snapshot, _):
        for table in ("products", "purchase_orders"):
            question = f"SELECT count(*), count(s.supplier) FROM {table} t LEFT JOIN suppliers s USING (supplier) "
            answer = await snapshot.ask(f"{question} WHERE t.supplier IS NOT NULL")
            assert answer.rows[0][0] == answer.rows[0][1]
            assert answer.rows[0][0]
        answer = await snapshot.ask("SELECT code FROM products WHERE supplier LIKE 'Okafor%'")
        assert ("APRON-BLK",) in answer.rows


async def test_the_plan_says_when_stocktrim_computed_it() -> None:
    async with on_hand(sandbox()) as (_, snapshot, _):
        rows = await snapshot.order_plan()
        assert snapshot.standing().of("order_plan").computed_at == rows[0].calculated_at
        assert snapshot.standing().of("products").computed_at is None


PROMISED_JOINS = (
    ("products", "supplier", "suppliers", "supplier"),
    ("product_suppliers", "supplier", "suppliers", "supplier"),
    ("product_suppliers", "product_id", "products", "product_id"),
    ("purchase_orders", "supplier", "suppliers", "supplier"),
    ("stock_by_location", "product_id", "products", "product_id"),
    ("stock_by_location", "location_code", "locations", "code"),
    ("order_plan", "product_id", "products", "product_id"),
    ("purchase_order_lines", "product_id", "products", "product_id"),
    ("purchase_order_lines", "reference", "purchase_orders", "reference"),
    ("bills_of_materials", "product_id", "products", "product_id"),
    ("bills_of_materials", "component_id", "products", "product_id"),
)


@every_reading
async def test_no_join_on_a_key_loses_a_row(quirks: Quirks) -> None:
    async with on_hand(sandbox(60, quirks=quirks)) as (_, snapshot, _):
        for one, key, other, its in PROMISED_JOINS:
            answer = await snapshot.ask(
                f"SELECT count(*), count(t.{key}), sum(t.{key} IN (SELECT {its} FROM {other})) FROM {one} t"
            )
            rows, keyed, joined = answer.rows[0]
            assert (joined, bool(keyed)) == (keyed, bool(rows)), (one, key, other)
        answer = await snapshot.ask(
            "SELECT count(*), count(DISTINCT p.product_id) FROM products p "
            "JOIN product_suppliers USING (product_id, supplier)"
        )
        assert answer.rows[0][0] == answer.rows[0][1]
        answer = await snapshot.ask("SELECT DISTINCT supplier, listed_as FROM product_suppliers WHERE name LIKE 'Oka%'")
        assert len({row[0] for row in answer.rows}) == 1


def test_a_product_that_only_lists_its_supplier_joins_by_the_supplier_s_code() -> None:
    listed = Product(code="A", product_id="1", suppliers=(ProductSupplier(supplier="4007", name="Acme Ltd"),))
    strange = Product(code="B", product_id="2", suppliers=(ProductSupplier(supplier="9", name="Ghost"),))
    keys = supplier_keys([Supplier(code="ACME", name="Acme Ltd", supplier_id=4007)])
    tables = Tables("products", list(enumerate([listed, strange])), keys)
    for table in ("products", "product_suppliers"):
        _, rows, _ = ask(f"SELECT supplier FROM {table} ORDER BY product_id", [tables.uri], 9)
        assert rows == [("ACME",), ("9",)]


async def test_a_supplier_s_new_code_is_the_key_of_its_products_at_once() -> None:
    far = sandbox(40)
    async with on_hand(far) as (_, snapshot, wall):
        question = "SELECT count(*) FROM products JOIN suppliers USING (supplier) WHERE supplier = '{}'"
        before = (await snapshot.ask(question.format("Okafor Textiles"))).rows
        next(one for one in far.shop.suppliers.values() if one["supplierName"] == "Okafor Textiles")["supplierCode"] = (
            "OKA"
        )
        far.shop.changed()
        wall.passes(minutes=11)
        await snapshot.need("suppliers")
        assert (await snapshot.ask(question.format("OKA"))).rows == before


async def test_without_suppliers_a_question_is_answered_and_says_so() -> None:
    far = sandbox()
    far.faults.add(Fault("status", at="list_suppliers", times=None, status=501))
    async with on_hand(far) as (_, snapshot, _):
        answer = await snapshot.ask("SELECT count(*) FROM products WHERE supplier IS NOT NULL")
        assert answer.rows[0][0]
        assert any("suppliers are missing" in one for one in answer.warnings)


async def test_what_is_still_to_come_of_a_line_is_told() -> None:
    async with on_hand(sandbox(60)) as (_, snapshot, _):
        orders = await snapshot.purchase_orders()
        answer = await snapshot.ask("SELECT sum(open_quantity), sum(quantity) FROM purchase_order_lines")
        to_come = [
            line.quantity or 0 for order in orders if order.is_open for line in order.lines if line.received_at is None
        ]
        everything = [line.quantity or 0 for order in orders for line in order.lines]
        assert answer.rows == ((sum(to_come), sum(everything)),)
        assert 0 < sum(to_come) < sum(everything)
