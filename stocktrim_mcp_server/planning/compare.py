"""What changed since an earlier plan, and why, from two small digests.

| change | when |
| --- | --- |
| new | to be ordered now, and was not |
| gone | was to be ordered, and is not |
| moved | the quantity differs by more than 25 % |

The driver is the figure that moved the need furthest in the direction of the change:

| driver | units by which it raises the need |
| --- | --- |
| lead time | daily rate then x days added to the days to cover |
| demand | growth of the demand over the days to cover, less what the lead time explains |
| safety stock | its growth |
| settings | minimum, batch or shelf levels, where they differ and no figure explains half of the change |
| arrived order | what came off on order and stands on hand: it moves nothing, but is named where nothing else does |
| stock | fall of on hand, less what arrived |
| on order | fall of on order, less what arrived |
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Literal, NamedTuple

from pydantic import Field

from stocktrim_client.models import Model, OrderPlanRow, Product
from stocktrim_mcp_server.planning.catalogue import NO_SUPPLIER, Catalogue, Filters, Item, fitting, join, select
from stocktrim_mcp_server.planning.replenishment import covered_days_of, demand_of, limits_of

MOVED = 0.25
"""Share of the greater quantity by which a line must differ to count as moved."""

_SEPARATOR = "\t"
_EPSILON = 1e-6

Kind = Literal["new", "gone", "moved"]


class Figures(NamedTuple):
    """The few numbers of a line that tell why it changed. Units: units, days."""

    quantity: float = 0.0
    demand: float = 0.0
    covered_days: float = 0.0
    on_hand: float = 0.0
    on_order: float = 0.0
    safety_stock: float = 0.0
    minimum: float = 0.0
    batch: float = 0.0
    shelf_minimum: float = 0.0
    shelf_maximum: float = 0.0


class Digest(Model):
    """A plan in small, to be kept and compared with a later one. Dumps to JSON and back."""

    plan_id: str
    as_of: datetime | None = None
    lines: dict[str, tuple[float, ...]] = Field(
        default={}, description="By SKU, or SKU, tab and location: the numbers of `Figures`, without zeros at the end"
    )


class PlanChange(Model):
    """One line that differs from the earlier plan."""

    product: str
    location: str | None = None
    kind: Kind
    quantity_before: float | None = Field(default=None, description="Absent: was not in the plan")
    quantity_now: float | None = Field(default=None, description="Absent: is not in the plan")
    driver: str = Field(description="What moved it most, by StockTrim's figures then and now")


class Comparison(Model):
    """What changed since an earlier plan, the greatest change first."""

    plan_id_before: str
    as_of_before: datetime | None = None
    plan_id: str
    as_of: datetime | None = None
    new: int
    gone: int
    moved: int
    unchanged: int = Field(description="Lines of both plans within 25 %")
    changes: tuple[PlanChange, ...] = ()
    warnings: tuple[str, ...] = ()


def digest_of(
    rows: Iterable[OrderPlanRow], catalogue: Catalogue, plan_id: str, as_of: datetime | None = None
) -> Digest:
    """Every row with anything to compare in small, those not to be ordered too: they tell why a later one is new.

    Two rows of one product and place are added up.
    """
    lines: dict[str, tuple[float, ...]] = {}
    for row in rows:
        figures = _figures(catalogue.item(row))
        key = _key(row)
        if key in lines:
            figures = Figures(*map(sum, zip(figures, _whole(lines[key]), strict=True)))
        if any(figures):
            lines[key] = _short(figures)
    return Digest(plan_id=plan_id, as_of=as_of, lines=lines)


def narrowed(
    digest: Digest, rows: Iterable[OrderPlanRow], catalogue: Catalogue, filters: Filters
) -> tuple[Digest, list[str]]:
    """Of a digest what the filters mean, and the products of which nobody can say any more.

    A line that the rows of today do not hold is judged by today's catalogue. One that neither holds is judged by its
    code, if products are asked for; by supplier or category it cannot be.
    """
    rows = list(rows)
    known = {_key(row) for row in rows}
    meant = {_key(item.row) for item in select(rows, catalogue, filters)}
    lost: list[str] = []
    for key in digest.lines.keys() - known:
        code, _, location = key.partition(_SEPARATOR)
        product = catalogue.product(code)
        if product is None and (filters.suppliers or filters.categories):
            lost.append(code)
        elif fitting([_gone(code, location or None, product, catalogue)], catalogue, filters):
            meant.add(key)
    lines = {key: line for key, line in digest.lines.items() if key in meant}
    return digest.model_copy(update={"lines": lines}), sorted(set(lost))


def _gone(code: str, location: str | None, product: Product | None, catalogue: Catalogue) -> Item:
    """A line that stands in no plan any more, as far as the catalogue still knows it."""
    if product is None:
        return join(OrderPlanRow(code=code, location=location), None, NO_SUPPLIER)
    row = OrderPlanRow(code=code, product_id=product.product_id, category=product.category, location=location)
    return join(row, product, catalogue.supplier_of(product))


def _key(row: OrderPlanRow) -> str:
    return row.code if row.location is None else f"{row.code}{_SEPARATOR}{row.location}"


def compare(before: Digest, now: Digest, *, limit: int = 20) -> Comparison:
    """What is new, gone or moved, the greatest change in units first; `limit` of the changes are told.

    Source: ours; drivers as in the table above, from the two digests alone.
    """
    changes = sorted(_changes(before.lines, now.lines), key=_greatest)
    kinds = [change.kind for change in changes]
    ordered = sum(_whole(line).quantity > 0 and _whole(now.lines.get(key, ())).quantity > 0
                  for key, line in before.lines.items())  # fmt: skip
    same = before.plan_id == now.plan_id
    return Comparison(
        plan_id_before=before.plan_id,
        as_of_before=before.as_of,
        plan_id=now.plan_id,
        as_of=now.as_of,
        new=kinds.count("new"),
        gone=kinds.count("gone"),
        moved=kinds.count("moved"),
        unchanged=ordered - kinds.count("moved"),
        changes=tuple(changes[:limit]),
        warnings=tuple(_warnings(before, now, same, len(changes) - limit)),
    )


def _warnings(before: Digest, now: Digest, same: bool, unseen: int) -> Iterator[str]:
    if same:
        yield "Both are the same plan: nothing has moved."
    if before.as_of is not None and now.as_of is not None and before.as_of > now.as_of:
        yield "The plan compared with is the later one."
    if unseen > 0:
        yield f"{unseen} smaller change(s) are not told: raise the limit to see them."


def _figures(item: Item) -> Figures:
    row, limits = item.row, limits_of(item)
    return Figures(
        quantity=max(0.0, row.order_quantity or 0.0),
        demand=round(demand_of(item) or 0.0, 2),
        covered_days=covered_days_of(item) or 0.0,
        on_hand=row.on_hand or 0.0,
        on_order=row.on_order or 0.0,
        safety_stock=round(row.safety_stock or 0.0, 2),
        minimum=limits.minimum_order or 0.0,
        batch=limits.batch or 0.0,
        shelf_minimum=limits.shelf_minimum or 0.0,
        shelf_maximum=limits.shelf_maximum or 0.0,
    )


def _short(figures: Figures) -> tuple[float, ...]:
    """Without zeros at the end: most products have no limits."""
    size = len(figures)
    while size and not figures[size - 1]:
        size -= 1
    return figures[:size]


def _whole(short: tuple[float, ...]) -> Figures:
    """Numbers a later version added are not read."""
    return Figures(*short[: len(Figures._fields)])


def _changes(before: Mapping[str, tuple[float, ...]], now: Mapping[str, tuple[float, ...]]) -> Iterator[PlanChange]:
    for key in before.keys() | now.keys():
        then, current = _whole(before.get(key, ())), _whole(now.get(key, ()))
        kind = _kind(then.quantity, current.quantity)
        if kind is None:
            continue
        code, _, location = key.partition(_SEPARATOR)
        yield PlanChange(
            product=code,
            location=location or None,
            kind=kind,
            quantity_before=then.quantity or None,
            quantity_now=current.quantity or None,
            driver=_known(key, before, now) or driver(then, current),
        )


def _kind(before: float, now: float) -> Kind | None:
    if before <= 0 and now <= 0:
        return None
    if before <= 0:
        return "new"
    if now <= 0:
        return "gone"
    return "moved" if abs(now - before) > MOVED * max(before, now) else None


def _known(key: str, before: Mapping[str, object], now: Mapping[str, object]) -> str | None:
    """What is to be said of a product that one of the plans does not know at all."""
    if key not in before:
        return "the earlier plan did not know it"
    return "StockTrim's plan does not know it any more" if key not in now else None


def driver(before: Figures, now: Figures) -> str:
    """Which figure moved the quantity most, in words with both numbers."""
    rises = now.quantity > before.quantity
    pushes = [(units if rises else -units, words) for units, words in _pushes(before, now)]
    units, words = max(pushes)
    changed = [name for name in Figures._fields[6:] if getattr(before, name) != getattr(now, name)]
    # A limit that moved explains what the figures do not.
    if changed and units < abs(now.quantity - before.quantity) / 2:
        name = changed[0]
        return f"settings: {name.replace('_', ' ')} {_number(getattr(before, name))} -> {_number(getattr(now, name))}"
    if units > _EPSILON:
        return words
    if (arrived := _arrived(before, now)) > _EPSILON:
        return f"an order of {_number(arrived)} arrived"
    return "no figure of the plan explains it"


def _pushes(before: Figures, now: Figures) -> Iterator[tuple[float, str]]:
    """By how many units each figure raises the need."""
    rate = before.demand / before.covered_days if before.covered_days else 0.0
    longer = rate * (now.covered_days - before.covered_days)
    arrived = _arrived(before, now)
    days = f"{_number(before.covered_days)} -> {_number(now.covered_days)}"
    yield longer, f"days to cover (lead time, order cycle): {days}"
    yield now.demand - before.demand - longer, f"demand: {_number(before.demand)} -> {_number(now.demand)}"
    safety = f"{_number(before.safety_stock)} -> {_number(now.safety_stock)}"
    yield now.safety_stock - before.safety_stock, f"safety stock: {safety}"
    came = f", of it {_number(arrived)} arrived" if arrived > _EPSILON else ""
    on_hand = f"{_number(before.on_hand)} -> {_number(now.on_hand)}"
    yield before.on_hand - now.on_hand + arrived, f"stock on hand: {on_hand}{came}"
    on_order = f"{_number(before.on_order)} -> {_number(now.on_order)}"
    yield before.on_order - now.on_order - arrived, f"on order: {on_order}{came}"


def _arrived(before: Figures, now: Figures) -> float:
    """Units that seem to have come: off on order, and on hand."""
    return max(0.0, min(before.on_order - now.on_order, now.on_hand - before.on_hand))


def _greatest(change: PlanChange) -> tuple[float, str, str]:
    units = abs((change.quantity_now or 0.0) - (change.quantity_before or 0.0))
    return -units, change.product, change.location or ""


def _number(value: float) -> str:
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
