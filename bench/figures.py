"""A figure: what was measured, the floor of the same run, and what was promised of the two."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Figure:
    """One row of the table.

    Units: `unit` for `measured`, `floor` and, by "excess", for `at_most`; by "ratio" that is a plain number.
    None: `floor`, there is nothing to compare with; `at_most`, for information; `spread`, not repeated.
    """

    name: str
    measured: float
    unit: str
    floor: float | None = None
    floor_is: str = ""
    by: Literal["ratio", "excess"] = "ratio"
    at_most: float | None = None
    spread: tuple[float, float] | None = None

    @property
    def value(self) -> float | None:
        """What the target is about: measured / floor, or measured - floor."""
        if self.floor is None:
            return None
        return self.measured / self.floor if self.by == "ratio" else self.measured - self.floor

    @property
    def met(self) -> bool | None:
        """Whether the target was reached; None where there is none."""
        if self.at_most is None or self.value is None:
            return None
        return self.value <= self.at_most


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that `percent` of them do not exceed."""
    ranked = sorted(values)
    return ranked[max(0, math.ceil(len(ranked) * percent / 100) - 1)]


def median(values: Sequence[float]) -> float:
    """The 50th percentile."""
    return percentile(values, 50)


def spread(values: Sequence[float]) -> tuple[float, float]:
    """The least and the greatest."""
    return min(values), max(values)


def table(figures: Sequence[Figure]) -> str:
    """The figures as a markdown table that is readable in a terminal, too."""
    header = ["figure", "measured", "floor", "compared", "range", "target", ""]
    rows = [header, *(_cells(figure) for figure in figures)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(header))]
    lines = [_line(row, widths) for row in rows]
    rule = "|" + "|".join("-" * (width + 1) + ("-" if at in (0, 6) else ":") for at, width in enumerate(widths)) + "|"
    return "\n".join([lines[0], rule, *lines[1:]])


def _cells(figure: Figure) -> list[str]:
    verdict = {True: "met", False: "MISSED", None: ""}[figure.met]
    low, high = figure.spread or (None, None)
    between = "" if low is None or high is None else f"{_compared(figure, low)} to {_compared(figure, high)}"
    return [
        figure.name,
        _amount(figure.measured, figure.unit),
        _amount(figure.floor, figure.unit),
        _compared(figure, figure.value),
        between,
        "" if figure.at_most is None else f"at most {_compared(figure, figure.at_most)}",
        verdict,
    ]


def _compared(figure: Figure, value: float | None) -> str:
    if value is None:
        return ""
    return f"{value:.2f} x" if figure.by == "ratio" else f"{_amount(value, figure.unit, sign='+')}"


def _amount(value: float | None, unit: str, sign: str = "") -> str:
    if value is None:
        return ""
    digits = 3 if abs(value) < 1 else 2 if abs(value) < 10 else 1 if abs(value) < 100 else 0
    return f"{value:{sign}.{digits}f} {unit}"


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = (
        cell.ljust(width) if at in (0, 6) else cell.rjust(width)
        for at, (cell, width) in enumerate(zip(row, widths, strict=True))
    )
    return "| " + " | ".join([first, *others]) + " |"
