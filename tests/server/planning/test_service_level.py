"""Service levels on the account's scale."""

import pytest

from stocktrim_client.models import Product
from stocktrim_mcp_server.planning.service_level import Scale, on_scale, scale_of


def holding(*levels: float | None) -> list[Product]:
    return [Product(code=str(at), product_id=str(at), service_level=level) for at, level in enumerate(levels)]


@pytest.mark.parametrize(
    ("levels", "scale"),
    [
        ((0.95, None, 0.5), "fraction"),
        ((95, None, 90.5), "percent"),
        ((0, 1, 0.9), "fraction"),
        ((0, 1, 98), "percent"),
    ],
)
def test_the_scale_is_what_products_show(levels: tuple[float | None, ...], scale: Scale) -> None:
    assert scale_of(holding(*levels)) == scale


@pytest.mark.parametrize(
    ("levels", "why"), [((), "none of its products"), ((None, 0, 1), "none"), ((0.9, 95), "up to 1")]
)
def test_a_scale_that_does_not_show_is_not_guessed(levels: tuple[float | None, ...], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        scale_of(holding(*levels))


@pytest.mark.parametrize(
    ("said", "scale", "held"),
    [
        (0.95, "fraction", 0.95),
        (95, "fraction", 0.95),
        (95, "percent", 95),
        (0.95, "percent", 95),
        (99.9, "fraction", 0.999),
    ],
)
def test_a_level_is_understood_on_either_scale(said: float, scale: Scale, held: float) -> None:
    assert on_scale(said, scale) == held


@pytest.mark.parametrize("said", [0, 0.3, 1, 1.5, 49, 100, 950, -0.9])
@pytest.mark.parametrize("scale", ["fraction", "percent"])
def test_what_is_no_service_level_is_refused(said: float, scale: Scale) -> None:
    with pytest.raises(ValueError, match="service level"):
        on_scale(said, scale)
