"""How the funded needs of an agreed plan are met. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sevensteps.fields import Fields


@dataclass(frozen=True, slots=True)
class SupportArrangement:
    """Something that meets funded needs from a day on. Several may share a need."""

    arrangement_id: str
    kind: str
    needs: tuple[str, ...]
    starts_on: date


def check_needs(needs: Sequence[str], funded: Sequence[str]) -> None:
    """Raise a Fault (INVALID) naming each need that the agreed plan does not pay for."""
    fields = Fields()
    for index, need in enumerate(needs):
        if need not in funded:
            fields.wrong(f"needs[{index}]", f"must be one of the needs that the plan pays for: {', '.join(funded)}")
    fields.check()


def needs_left(funded: Sequence[str], arranged: Iterable[SupportArrangement]) -> tuple[str, ...]:
    """The funded needs that have no arrangement yet."""
    met = {need for each in arranged for need in each.needs}
    return tuple(need for need in funded if need not in met)
