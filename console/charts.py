"""Bars beside the numbers of a table: a chart whose table is the chart, so that nobody needs to see it to read it."""

from collections.abc import Sequence
from dataclasses import dataclass

FULL = 100.0


@dataclass(frozen=True, slots=True)
class Bar:
    """A row: what it counts, how many, which part of them is late, and the address of the list of them."""

    label: str
    cases: int
    late: int = 0
    address: str = ""
    width: float = 0.0
    late_width: float = 0.0


def bars(rows: Sequence[Bar]) -> list[Bar]:
    """The rows with their widths, in hundredths of the longest one."""
    most = max((row.cases for row in rows), default=0)
    return [
        Bar(row.label, row.cases, row.late, row.address, share(row.cases, most), share(row.late, most)) for row in rows
    ]


def share(number: int, most: int) -> float:
    """A number in hundredths of the largest one; 0 where that is 0."""
    return round(FULL * number / most, 1) if most else 0.0
