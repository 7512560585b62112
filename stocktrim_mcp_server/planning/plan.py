"""The reorder plan: StockTrim's suggestions, joined with supplier and cost, most pressing first."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime

from pydantic import Field

from stocktrim_client.models import Model, OrderPlanRow, Product, Supplier
from stocktrim_mcp_server.planning.cover import URGENCIES, Urgency, order_by, urgency

NO_SUPPLIER = "no supplier"
MADE = "made from parts"

NAMED = 10
"""Products named in one warning."""

LONGEST_FLAG = 200
"""Characters kept of what StockTrim says about a row."""


class ReorderLine(Model):
    """One product to order."""

    product: str = Field(description="SKU")
    name: str | None = None
    location: str | None = Field(default=None, description="Absent: the whole business")
    urgency: Urgency | None = Field(default=None, description="Absent: StockTrim computed no days")
    on_hand: float | None = None
    on_order: float | None = None
    daily_demand: float | None = Field(default=None, description="Units a day, average of 120 days")
    days_left: int | None = Field(default=None, description="Days until stock-out; 0 or less: out")
    lead_time_days: int | None = Field(default=None, description="Days from order to usable stock")
    order_by: date | None = None
    order_quantity: float = Field(description="StockTrim's suggested order quantity, units")
    unit_cost: float | None = Field(default=None, description="Absent: StockTrim holds no cost")
    line_cost: float | None = None
    flags: tuple[str, ...] = Field(default=(), description="What to look at before ordering")


class SupplierOrder(Model):
    """What to order from one supplier."""

    supplier: str = Field(description="Supplier code, or name where it has none")
    supplier_name: str | None = None
    lines: int
    cost: float | None = Field(default=None, description="Sum of the priced lines; absent: none is priced")
    unpriced_lines: int | None = Field(default=None, description="Lines without a cost, not in `cost`; absent: none")
    rows: tuple[ReorderLine, ...] = ()


class ReorderPlan(Model):
    """What to order now, by supplier."""

    as_of: datetime | None = Field(default=None, description="When StockTrim computed it, UTC")
    total_lines: int
    total_cost: float | None = Field(default=None, description="Of all lines with a cost, in the account's currency")
    unpriced_lines: int | None = Field(default=None, description="Lines without a cost; absent: none")
    groups: tuple[SupplierOrder, ...] = ()
    next_cursor: str | None = None
    warnings: tuple[str, ...] = ()


def reorder_plan(
    rows: Iterable[OrderPlanRow],
    products: Iterable[Product],
    suppliers: Iterable[Supplier],
    *,
    only_suppliers: Sequence[str] = (),
    only_categories: Sequence[str] = (),
    only_products: Sequence[str] = (),
    urgencies: Sequence[Urgency] = URGENCIES,
) -> ReorderPlan:
    """Every line StockTrim suggests to order within the filters, grouped by supplier.

    Groups and lines come most pressing first: urgency, then days left, then SKU; without any days, last.
    Source: quantities and days are StockTrim's; line cost = quantity x unit cost; order-by date = day computed + days
    until the order is due.
    """
    rows = list(rows)
    catalogue = _Catalogue(products, suppliers)
    lines: dict[str, list[ReorderLine]] = {}
    uncomputed: set[str] = set()
    dropped = 0
    for row in rows:
        supplier = catalogue.supplier(row)
        if not (
            _fits(row.category, only_categories)
            and _fits(row.code, only_products, row.product_id)
            and _fits(supplier, only_suppliers, catalogue.name(supplier))
        ):
            continue
        if (row.order_quantity or 0) <= 0:
            uncomputed |= {row.code} if row.error else set()
            continue
        line = _line(row, catalogue.product(row))
        if line.urgency is not None and line.urgency not in urgencies:
            dropped += 1
            continue
        lines.setdefault(supplier, []).append(line)
    groups = [_group(supplier, catalogue.name(supplier), members) for supplier, members in lines.items()]
    groups.sort(key=lambda group: (group.supplier == NO_SUPPLIER, _pressing(group.rows[0]), group.supplier))
    costs = [group.cost for group in groups if group.cost is not None]
    calculated = [row.calculated_at for row in rows if row.calculated_at is not None]
    return ReorderPlan(
        as_of=min(calculated, default=None),
        total_lines=sum(group.lines for group in groups),
        total_cost=round(sum(costs), 2) if costs else None,
        unpriced_lines=sum(group.unpriced_lines or 0 for group in groups) or None,
        groups=tuple(groups),
        warnings=(
            *_strange("supplier", only_suppliers, catalogue.supplier_names()),
            *_strange("category", only_categories, (row.category for row in rows)),
            *_strange("product", only_products, (name for row in rows for name in (row.code, row.product_id))),
            *_warnings(groups, uncomputed, dropped),
        ),
    )


class _Catalogue:
    """Joins a plan row, which names no supplier, with its product and that product's supplier."""

    def __init__(self, products: Iterable[Product], suppliers: Iterable[Supplier]) -> None:
        products = list(products)
        self._by_id = {product.product_id: product for product in products}
        self._by_code = {product.code: product for product in products}
        known = [(supplier.code or supplier.name, supplier) for supplier in suppliers]
        self._names = {key: supplier.name for key, supplier in known if key is not None}
        # By code before by name, by name before by number: one's number may be another's code.
        self._codes: dict[str, str] = {}
        for word in ("code", "name", "external_id", "supplier_id"):
            for key, supplier in known:
                said = getattr(supplier, word)
                if key is not None and said is not None:
                    self._codes.setdefault(str(said), key)

    def product(self, row: OrderPlanRow) -> Product | None:
        return self._by_id.get(row.product_id or "") or self._by_code.get(row.code)

    def supplier(self, row: OrderPlanRow) -> str:
        """The supplier's code, or its name where it has none, however the product names it."""
        product = self.product(row)
        if product is None:
            return NO_SUPPLIER
        first = product.suppliers[0] if product.suppliers else None
        said = product.supplier_code or (first and (first.supplier or first.name)) or ""
        return self._codes.get(said, said) or NO_SUPPLIER

    def name(self, supplier: str) -> str | None:
        return self._names.get(supplier)

    def supplier_names(self) -> Iterable[str | None]:
        """Every code and name a supplier may be asked for by."""
        return (NO_SUPPLIER, *self._names, *self._names.values(), *(one.supplier_code for one in self._by_id.values()))


def _line(row: OrderPlanRow, product: Product | None) -> ReorderLine:
    quantity = row.order_quantity or 0.0
    unit_cost = row.unit_cost if row.unit_cost is not None else (product.unit_cost if product else None)
    # A cost of 0 is a cost nobody entered: adding it up would make the order look cheaper than it is.
    unit_cost = unit_cost or None
    return ReorderLine(
        product=row.code,
        name=row.name or (product.name if product else None),
        location=row.location,
        urgency=urgency(row.days_until_stock_out, row.days_until_order),
        on_hand=row.on_hand,
        on_order=row.on_order,
        daily_demand=row.daily_demand,
        days_left=row.days_until_stock_out,
        lead_time_days=row.lead_time_days,
        order_by=order_by(row.calculated_at.date() if row.calculated_at else None, row.days_until_order),
        order_quantity=quantity,
        unit_cost=unit_cost,
        line_cost=None if unit_cost is None else round(quantity * unit_cost, 2),
        flags=tuple(_flags(row, product, unit_cost)),
    )


def _flags(row: OrderPlanRow, product: Product | None, unit_cost: float | None) -> Iterable[str]:
    if unit_cost is None:
        yield "no cost"
    if row.is_uncertain:
        yield "weak forecast"
    if row.made_of_count:
        yield MADE
    if row.is_discontinued or (product is not None and product.discontinued):
        yield "discontinued"
    if product is None:
        yield "not in catalogue"
    if row.error:
        yield row.error[:LONGEST_FLAG]


def _fits(value: str | None, wanted: Sequence[str], other: str | None = None) -> bool:
    """Whether a value is among those asked for, in any case; nothing asked for means all."""
    if not wanted:
        return True
    known = {text.casefold() for text in (value, other) if text is not None}
    return any(text.strip().casefold() in known for text in wanted)


def _strange(noun: str, wanted: Sequence[str], known: Iterable[str | None]) -> Iterable[str]:
    """What was asked for and does not exist: without a word it would look as if nothing were due for it."""
    names = {text.casefold() for text in known if text is not None}
    for value in wanted:
        if value.strip().casefold() not in names:
            yield f"The plan knows no {noun} {value!r}; search finds codes from words."


def _pressing(line: ReorderLine) -> tuple[int, float, str, str]:
    rank = URGENCIES.index(line.urgency) if line.urgency else len(URGENCIES)
    return rank, float("inf") if line.days_left is None else line.days_left, line.product, line.location or ""


def _group(supplier: str, name: str | None, lines: list[ReorderLine]) -> SupplierOrder:
    costs = [line.line_cost for line in lines if line.line_cost is not None]
    return SupplierOrder(
        supplier=supplier,
        supplier_name=name if name != supplier else None,
        lines=len(lines),
        cost=round(sum(costs), 2) if costs else None,
        unpriced_lines=len(lines) - len(costs) or None,
        rows=tuple(sorted(lines, key=_pressing)),
    )


def _warnings(groups: Sequence[SupplierOrder], uncomputed: Collection[str], dropped: int) -> Iterable[str]:
    unpriced = sum(group.unpriced_lines or 0 for group in groups)
    if unpriced:
        yield f"{unpriced} line(s) have no cost in StockTrim and are not in the totals."
    homeless = sum(group.lines for group in groups if group.supplier == NO_SUPPLIER)
    if homeless:
        yield f"{homeless} line(s) have no supplier in StockTrim."
    made = sum(1 for group in groups for line in group.rows if MADE in line.flags)
    if made:
        yield f"{made} line(s) seem to be made from parts rather than bought; their cost is in the totals."
    if uncomputed:
        named = ", ".join(sorted(uncomputed)[:NAMED]) + (", ..." if len(uncomputed) > NAMED else "")
        yield f"StockTrim could not compute {len(uncomputed)} product(s), so they are missing here: {named}."
    if dropped:
        yield f"{dropped} less urgent line(s) that StockTrim also suggests are left out by the urgency filter."


def window(plan: ReorderPlan, limit: int, start: int = 0) -> ReorderPlan:
    """The plan with `limit` of its lines, counted from `start`; totals stay those of the whole.

    The first window names every supplier, later ones only those with lines in them.
    """
    groups: list[SupplierOrder] = []
    passed = 0
    for group in plan.groups:
        rows = group.rows[max(0, start - passed) : max(0, start + limit - passed)]
        passed += len(group.rows)
        if rows or start == 0:
            groups.append(group.model_copy(update={"rows": rows}))
    after = start + limit
    cursor = str(after) if after < plan.total_lines else None
    warnings = plan.warnings
    if start and start >= plan.total_lines:
        warnings = (f"The plan has {plan.total_lines} line(s), so none is left after {start}.", *warnings)
    return plan.model_copy(update={"groups": tuple(groups), "next_cursor": cursor, "warnings": warnings})
