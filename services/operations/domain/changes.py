"""What is newly stuck, what is not stuck any more, and what is told otherwise than before."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from services.operations.domain.finding import Finding, StuckKind

Key = tuple[str, str]
"""What a finding is about, and its kind."""
BEGAN_WHEN_FOUND = frozenset(
    {StuckKind.PART_NOT_ANSWERING, StuckKind.JOURNEY_MISSING, StuckKind.EVENTS_NOT_MOVING, StuckKind.PACK_REFUSED}
)
"""Nobody knows since when these are so: they count from when they were found."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What a look changes in the findings. `told_anew` is what lasts, and is told with other words or numbers."""

    gone: tuple[Finding, ...]
    new: tuple[Finding, ...]
    told_anew: tuple[Finding, ...]


def changes(before: Mapping[Key, Finding], found: Iterable[Finding]) -> Changes:
    """Compare what a look has found with what was known before. Of two about the same the first one counts."""
    now: dict[Key, Finding] = {}
    for finding in found:
        key = (finding.about, finding.kind.value)
        now.setdefault(key, _since_found(finding, before.get(key)))
    return Changes(
        gone=tuple(finding for key, finding in before.items() if key not in now),
        new=tuple(finding for key, finding in now.items() if key not in before),
        told_anew=tuple(finding for key, finding in now.items() if key in before and before[key] != finding),
    )


def _since_found(finding: Finding, before: Finding | None) -> Finding:
    """A finding that lasts, with when it began as it was told first; to the millisecond, as it is stored."""
    if before and before.cause == finding.cause and finding.kind in BEGAN_WHEN_FOUND:
        return replace(finding, since=before.since)
    return replace(finding, since=finding.since.replace(microsecond=finding.since.microsecond // 1000 * 1000))
