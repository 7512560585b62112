"""Lines into purchase orders: one for each supplier and place of delivery."""

from collections.abc import Iterable
from typing import NamedTuple

from stocktrim_mcp_server.planning.catalogue import NO_SUPPLIER
from stocktrim_mcp_server.planning.plan import Line


class PlannedOrder(NamedTuple):
    """What is to be ordered at once. `location` None: the whole business; `cost` None: no line is priced."""

    supplier: str
    location: str | None
    lines: tuple[Line, ...]
    cost: float | None
    unpriced: int


def planned_orders(lines: Iterable[Line]) -> tuple[PlannedOrder, ...]:
    """One order for each supplier and location, the dearest first; lines in the order given.

    Lines without a supplier make an order that cannot be placed: it comes last.
    """
    members: dict[tuple[str, str | None], list[Line]] = {}
    for line in lines:
        members.setdefault((line.item.supplier, line.item.row.location), []).append(line)
    orders = [_order(supplier, location, tuple(those)) for (supplier, location), those in members.items()]
    return tuple(sorted(orders, key=_dearest_first))


def _order(supplier: str, location: str | None, lines: tuple[Line, ...]) -> PlannedOrder:
    costs = [line.cost for line in lines if line.cost is not None]
    cost = round(sum(costs), 2) if costs else None
    return PlannedOrder(supplier, location, lines, cost, len(lines) - len(costs))


def _dearest_first(order: PlannedOrder) -> tuple[bool, float, str, str]:
    return order.supplier == NO_SUPPLIER, -(order.cost or 0.0), order.supplier, order.location or ""
