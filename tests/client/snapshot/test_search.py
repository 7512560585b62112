"""From words to records: exact codes first, then beginnings, names, parts of words, slips."""

from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stocktrim_client.sandbox import Fault, Quirks
from stocktrim_client.snapshot.index import Index
from stocktrim_client.snapshot.words import Entry
from tests.client.sandboxed import HOSTILE, every_reading, sandbox
from tests.client.snapshot.on_hand import on_hand

SHELF = (
    Entry("MUG-BLUE", "Blue mug, stoneware", "Ceramics", ("1001", "4006381333931", "NL-77"), ("Ceramics", "Tableware")),
    Entry("MUG-RED", "Red mug, stoneware", "Ceramics", ("1002",), ("Ceramics",)),
    Entry("MUG", "Plain mug", "Ceramics", ("1003",), ("Ceramics",)),
    Entry("TEA-1", "Smugglers' tea", "Tea", ("1004",), ("Tea",)),
    Entry("CAFE", "Café filter paper", "Coffee", ("1005",), ("Coffee",)),
    Entry("RED-5", "Mug tree, red", "Wood", ("MUG-RED",), ("Wood",)),
    Entry("X 1", "mug-red", None),
    Entry("É", "Accented"),
    Entry("e", "Small"),
    Entry("E", "Large"),
)
ANY_TEXT = st.text(max_size=40)
ODD_TEXT = st.one_of(
    st.text(max_size=40),
    st.text("\"'*():^-+{}AND OR NOT NEAR%_\\\0\ud800 ", max_size=40),
    st.sampled_from(
        ["*", '"', '""', "name:", "a AND", "NEAR(a b)", "a NOT b", "'; DROP TABLE entries; --", "^a", "\0"]
    ),
    st.integers(0, 3000).map(lambda count: "ab " * count),
)
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def index_of(entries: Sequence[Entry]) -> Index:
    return Index(enumerate(entries))


def codes(index: Index, query: str, limit: int = 10) -> list[str]:
    return [match.code for match in index.find(query, limit)[1]]


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("MUG-RED", ["MUG-RED", "RED-5"]),
        ("mug", ["MUG", "MUG-RED", "MUG-BLUE"]),
        ("1001", ["MUG-BLUE"]),
        ("4006381333931", ["MUG-BLUE"]),
        ("nl-77", ["MUG-BLUE"]),
        ("100", ["MUG"]),
        ("blue mug", ["MUG-BLUE"]),
        ("mu bl", ["MUG-BLUE"]),
        ("stone", ["MUG-RED", "MUG-BLUE"]),
        ("toneware blue", ["MUG-BLUE"]),
        ("cafe", ["CAFE"]),
        ("CAFÉ FILTER", ["CAFE"]),
        ("tableware", ["MUG-BLUE"]),
        ("table", ["MUG-BLUE"]),
        ("smugglers", ["TEA-1"]),
        ("É", ["É", "E", "e"]),
        ("E", ["E", "e", "É"]),
        ("e", ["e", "E", "É"]),
    ],
)
def test_the_best_fit_comes_first(query: str, first: list[str]) -> None:
    assert codes(index_of(SHELF), query)[: len(first)] == first


@pytest.mark.parametrize(
    "query", ["stoneawre", "stonware", "stonewaare", "stonevare", "tsoneware", "xtoneware", "tableawre", "tablware"]
)
def test_one_slip_is_forgiven(query: str) -> None:
    assert "MUG-BLUE" in codes(index_of(SHELF), query)


def test_a_slip_is_looked_for_only_where_nothing_fits_as_typed() -> None:
    found = codes(index_of([Entry("A", "peach"), Entry("B", "peace")]), "peach")
    assert found == ["A"]


def test_a_slip_in_one_of_several_words_is_forgiven() -> None:
    assert codes(index_of(SHELF), "blue stnwar") == []
    assert codes(index_of(SHELF), "blue stonwar mug") == ["MUG-BLUE"]


@pytest.mark.parametrize("query", ["", "   ", "nothing", "\0", "\ud800", "zzz", "mug zzz"])
def test_what_fits_nothing_finds_nothing(query: str) -> None:
    assert index_of(SHELF).find(query, 10) == (0, [])


def test_all_that_fit_are_counted_and_the_best_are_given() -> None:
    index = index_of([Entry(f"C{number}", f"green bowl {number}") for number in range(500)])
    total, matches = index.find("bowl", 7)
    assert (total, len(matches)) == (500, 7)
    assert index.find("bowl green 12", 50)[0] == 15
    assert index.find("b", 3)[0] == 500
    assert index.find("C1", 3)[0] == 111


@given(ODD_TEXT)
@PATIENT
def test_no_text_is_a_mistake(query: str) -> None:
    total, matches = index_of(SHELF).find(query, 5)
    assert len(matches) <= min(5, total)


@given(st.lists(st.tuples(st.text(min_size=1, max_size=30), ANY_TEXT), min_size=1, max_size=30))
@PATIENT
def test_a_code_that_exists_is_always_found_first(products: list[tuple[str, str]]) -> None:
    entries = [Entry(code, name, None, (name,) if name else ()) for code, name in products if code.strip()]
    index = index_of(entries)
    for entry in entries:
        wanted = entry.code.strip()
        assert codes(index, entry.code, 1)[0].strip() == wanted.encode("utf-8", "replace").decode()


@given(st.lists(st.tuples(st.integers(0, 5), st.one_of(st.none(), st.text("abc é", max_size=9))), max_size=25))
@PATIENT
def test_an_index_changed_record_by_record_is_as_one_made_anew(changes: list[tuple[int, str | None]]) -> None:
    present: dict[int, Entry] = {at: Entry(f"CODE{at}", "some abc words") for at in range(3)}
    index = Index(present.items())
    for at, name in changes:
        if name is None:
            present.pop(at, None)
        else:
            present[at] = Entry(f"CODE{at}", name, None, (name,) if name else ())
        index.put({at: present.get(at)})
    anew = Index(present.items())
    for query in ("code1", "some", "abc", "a", "bc", "aé"):
        assert index.find(query, 50) == anew.find(query, 50)


@every_reading
async def test_every_record_of_a_shop_is_found_by_its_code(quirks: Quirks) -> None:
    far = sandbox(40, quirks=quirks)
    async with on_hand(far) as (_, snapshot, _):
        for product in await snapshot.products():
            for code in (product.code, product.product_id):
                hit = (await snapshot.search(code)).hits[0]
                assert hit.kind == "products"
                assert hit.code.strip() in {product.code.strip(), code.strip()}
        for customer in await snapshot.customers():
            if customer.code:
                assert (await snapshot.search(customer.code, ["customers"])).hits[0].code == customer.code
        for order in await snapshot.purchase_orders():
            for reference in filter(None, (order.reference, order.reference_number)):
                hits = (await snapshot.search(reference, ["purchase_orders"])).hits
                assert order.reference in {hit.code for hit in hits}


async def test_codes_that_break_others_are_found() -> None:
    far = sandbox(len(HOSTILE))
    for product, code in zip(far.shop.products.values(), HOSTILE, strict=False):
        product["productCodeReadable"] = code
    far.shop.changed()
    async with on_hand(far) as (_, snapshot, _):
        for code in HOSTILE:
            assert (await snapshot.search(code)).hits[0].code == code


async def test_a_customer_among_many_is_found_by_name_and_street() -> None:
    far = sandbox(5, customers=3000)
    list(far.shop.customers.values())[1234] |= {"streetAddress": "17 Löwengasse", "emailAddress": "ann@ledger.example"}
    far.shop.changed()
    async with on_hand(far) as (_, snapshot, _):
        someone = (await snapshot.customers())[1234]
        assert someone.name
        for words in (f"{someone.name[1:6]} lowen", "löwengasse", "ann@ledger", f"lowengase {someone.post_code}"):
            found = await snapshot.search(words)
            assert [(hit.kind, hit.code) for hit in found.hits] == [("customers", someone.code)]


async def test_a_kind_that_could_not_be_read_is_named_and_the_others_are_searched() -> None:
    far = sandbox()
    far.faults.add(Fault("status", at="list_customers", times=None, status=501))
    async with on_hand(far) as (_, snapshot, _):
        found = await snapshot.search("mug")
    assert found.hits
    assert found.standing.missing == ("customers",)


async def test_guesses_are_left_out_where_another_kind_fits_as_typed() -> None:
    far = sandbox()
    async with on_hand(far) as (_, snapshot, _):
        found = await snapshot.search("NORDLYS", ["suppliers", "products"], limit=50)
        assert found.hits[0].kind == "suppliers"
        assert found.total == len(found.hits)


@pytest.mark.parametrize(
    ("query", "fit"),
    [
        ("MUG-RED", "exact code"),
        ("nl-77", "another code of it"),
        ("cer", "beginning of a code"),
        ("plain mug", "whole name"),
        ("mu bl", "words of the name"),
        ("tableware", "words"),
        ("toneware", "part of a word"),
        ("stonewrae", "one letter off"),
        ("teas", "one letter off"),
    ],
)
def test_each_hit_says_how_it_fits(query: str, fit: str) -> None:
    index = index_of([*SHELF, Entry("CER-1", "Bowl")])
    assert index.find(query, 1)[1][0].fit == fit


def test_no_guess_precedes_a_record_that_has_the_words() -> None:
    index = index_of([Entry("A", "Bean Town Roasters"), Entry("B", "12 Dock Road")])
    assert codes(index, "road") == ["B"]
    assert codes(index_of([Entry("A", "Bean Town Roasters")]), "road") == []
    tiers = [match.tier for match in index.find("road", 10)[1]]
    assert tiers == sorted(tiers)


async def test_where_nothing_fits_the_nearest_of_each_kind_are_offered_apart() -> None:
    async with on_hand(sandbox(60)) as (_, snapshot, _):
        for query, expected in (
            ("Hikrai Kerammics", {("suppliers", "HIKARI"), ("suppliers", "NORDLYS")}),
            ("MUG-SAEG", {("products", "MUG-SAGE"), ("products", "MUG-SAND")}),
        ):
            found = await snapshot.search(query)
            assert found.hits == ()
            assert found.total == 0
            assert {(hit.kind, hit.code) for hit in found.guesses} >= expected
            assert {hit.fit for hit in found.guesses} == {"guess"}
            assert len(found.guesses) <= 5
        for query in ("zzzzqqq wwww", "¿", ""):
            found = await snapshot.search(query)
            assert (found.hits, found.guesses) == ((), ())
        assert (await snapshot.search("mug")).guesses == ()


@given(ODD_TEXT)
@PATIENT
def test_no_query_breaks_guessing(query: str) -> None:
    assert len(index_of(SHELF).guess(query)) <= 5


async def test_the_record_of_that_name_precedes_those_that_mention_it_even_mistyped() -> None:
    async with on_hand(sandbox(300)) as (_, snapshot, _):
        found = await snapshot.search("hikary glas")
        assert (found.hits[0].kind, found.hits[0].code, found.hits[0].fit) == ("suppliers", "HIKARI", "one letter off")


async def test_the_best_of_each_kind_is_shown_before_the_fourth_of_one() -> None:
    async with on_hand(sandbox(300)) as (_, snapshot, _):
        for query in ("hikari", "hikary glas", "o"):
            every = (await snapshot.search(query, limit=1000)).hits
            met: list[str] = []
            for hit in (await snapshot.search(query)).hits:
                met.append(hit.kind)
                if met.count(hit.kind) == 4:
                    assert set(met) == {one.kind for one in every}, query
            assert len(set(met)) > 1


def test_words_of_one_or_two_letters_are_found_in_names_and_elsewhere() -> None:
    index = index_of([Entry("X-1", "Ab cd"), Entry("X-2", "Ab", None, (), ("cd",)), Entry("X-3", "cd ef")])
    assert codes(index, "ab cd") == ["X-1", "X-2"]
    assert codes(index, "a c") == ["X-1", "X-2"]
