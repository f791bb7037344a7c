"""How the funded needs of an agreed plan are met. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Self

from sevensteps.fields import Fields


@dataclass(frozen=True, slots=True)
class Support:
    """How funded needs are asked to be met, from a day on."""

    kind: str
    needs: tuple[str, ...]
    starts_on: date


@dataclass(frozen=True, slots=True)
class SupportArrangement:
    """Something that meets funded needs from a day on. Several may share a need."""

    arrangement_id: str
    kind: str
    needs: tuple[str, ...]
    starts_on: date
    arranged_by: str
    arranged_at: str

    @classmethod
    def of(cls, support: Support, arrangement_id: str, *, by: str, at: str) -> Self:
        """The arrangement of this support."""
        return cls(arrangement_id, support.kind, support.needs, support.starts_on, by, at)


def ensure_funded(needs: Sequence[str], funded: Sequence[str]) -> None:
    """Raise a Fault (INVALID) naming each need that the agreed plan does not pay for."""
    fields = Fields()
    for index, need in enumerate(needs):
        if need not in funded:
            fields.wrong(f"needs[{index}]", f"must be one of the needs that the plan pays for: {', '.join(funded)}")
    fields.check()


def needs_left(funded: Sequence[str], arrangements: Iterable[SupportArrangement]) -> tuple[str, ...]:
    """The funded needs that have no arrangement yet."""
    met = {need for arrangement in arrangements for need in arrangement.needs}
    return tuple(need for need in funded if need not in met)
