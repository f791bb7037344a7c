"""Lines of fixed columns: nobody has to wait for all cases to see how wide a column is."""

from collections.abc import Mapping
from math import ceil

GAP = "  "
WIDTHS = {"case": 17, "kind": 5, "council": 16, "step": 29, "waits for": 17, "until": 22, "": 10}
"""The columns, each as wide as what it may hold; a council may have a longer name."""
REFERENCE = {"reference": 20}
"""A column more, where it matters whose cases they are; a reference may be longer."""
SHRINKING = ("reference", "council", "step", "waits for")
NARROWEST = 8


class Columns:
    """The columns of one list."""

    def __init__(self, width: int | None, *, with_reference: bool = False) -> None:
        """`width` is that of the terminal, on which long columns are cut; None for a file, which has all of them."""
        self._cut = width is not None
        widths = {"case": WIDTHS["case"], **(REFERENCE if with_reference else {}), **WIDTHS}
        full = sum(widths.values()) + len(GAP) * (len(widths) - 1)
        missing = max(full - width, 0) if width else 0
        spare = sum(width - NARROWEST for name, width in widths.items() if name in SHRINKING)
        share = min(missing / spare, 1)
        self._widths = {
            name: width - ceil((width - NARROWEST) * share) if name in SHRINKING else width
            for name, width in widths.items()
        }

    def heading(self) -> str:
        """The names of the columns."""
        return self.line({name: name for name in self._widths})

    def line(self, cells: Mapping[str, str]) -> str:
        """One case. The last column is never cut."""
        *names, last = self._widths
        padded = [self._cell(cells[name], self._widths[name]) for name in names]
        return GAP.join([*padded, cells[last]]).rstrip()

    def _cell(self, cell: str, width: int) -> str:
        return f"{cell[: width - 1]}…" if self._cut and len(cell) > width else cell.ljust(width)
