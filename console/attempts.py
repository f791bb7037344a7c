"""A form that was sent: what it said; and where it was refused, what is wrong, so that it can be put right."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

from console.filters import Problem, by_field
from sevensteps.errors import Fault, Kind

UNSURE = frozenset({Kind.UNAVAILABLE, Kind.INTERNAL, Kind.EXHAUSTED})
"""After these nobody knows whether it was done: what is sent again has the id of the first request."""
ELSEWHERE = frozenset({Kind.UNAUTHENTICATED, Kind.NOT_FOUND})
"""What no form can mend."""
STATUS: Mapping[Kind, int] = {Kind.INVALID: 400, Kind.DENIED: 403, Kind.UNAVAILABLE: 503, Kind.INTERNAL: 500}
CONFLICT = 409


@dataclass(frozen=True, slots=True)
class Attempt:
    """A form that was sent, of a page that may have several: `act` is which. Without one, nothing was sent."""

    act: str = ""
    given: Mapping[str, str] = field(default_factory=dict)
    problems: Sequence[Problem] = ()
    reason: str = ""
    request_id: str = ""
    status: int = 200

    def refused(self, fault: Fault, problems: Sequence[Problem] = ()) -> Self:
        """The same form with its refusal: by the fields of the page, or else by the form."""
        return replace(
            self,
            problems=problems or [Problem(self.act, fault.detail)],
            reason=fault.reason,
            request_id=self.given.get("request_id", "") if fault.kind in UNSURE else "",
            status=STATUS.get(fault.kind, CONFLICT),
        )

    def moved_to(self, field: str) -> Self:
        """The same where the form is not on the page any more: what was wrong stands elsewhere."""
        return replace(self, problems=[Problem(field, each.sentence) for each in self.problems])

    @property
    def wrong(self) -> Mapping[str, str]:
        """What is wrong, by field."""
        return by_field(self.problems)
