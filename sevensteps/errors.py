"""The one error of the suite: what was wrong, where, and what to do. rpc/faults.py turns it into a status and back."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum

ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
"""The form of an id. An error repeats nothing else that a caller sent: it may be anything that somebody typed."""


class Kind(StrEnum):
    """What sort of trouble it is; each has one gRPC status code."""

    INVALID = "invalid"
    UNAUTHENTICATED = "unauthenticated"
    DENIED = "denied"
    NOT_FOUND = "not_found"
    PRECONDITION = "precondition"
    ABORTED = "aborted"
    EXHAUSTED = "exhausted"
    OUT_OF_RANGE = "out_of_range"
    UNAVAILABLE = "unavailable"
    INTERNAL = "internal"


MOST_VIOLATIONS = 20
"""Most wrong fields that one error lists: all of it has to fit into the trailer of a call."""


@dataclass(frozen=True, slots=True)
class Violation:
    """A field of a request that is wrong: its path, for example "lines[0].weekly", and what was expected."""

    field: str
    detail: str


class Fault(Exception):
    """An error for the caller. `detail` is a plain sentence without personal data; `reason` is for machines."""

    def __init__(
        self,
        kind: Kind,
        reason: str,
        detail: str,
        *,
        metadata: Mapping[str, str] | None = None,
        violations: Sequence[Violation] = (),
    ) -> None:
        """Keep the parts; `metadata` holds ids and enums only."""
        super().__init__(f"{reason}: {detail}")
        self.kind = kind
        self.reason = reason
        self.detail = detail
        self.metadata: Mapping[str, str] = dict(metadata or {})
        self.violations: tuple[Violation, ...] = tuple(violations)


@contextmanager
def waiting_out() -> Iterator[None]:
    """Pass over a Fault of what is away and may come back (UNAVAILABLE): what goes on for ever tries again later."""
    try:
        yield
    except Fault as fault:
        if fault.kind is not Kind.UNAVAILABLE:
            raise


def invalid(*violations: Violation) -> Fault:
    """Wrong fields of a request: the message describes the first, and the violations list all of them."""
    first = violations[0]
    more = f" (and {len(violations) - 1} more)" if len(violations) > 1 else ""
    return Fault(Kind.INVALID, "FIELD_INVALID", f"{first.field}: {first.detail}{more}", violations=violations)


def not_found(case_id: str) -> Fault:
    """A case that does not exist, or belongs to another council: the caller cannot tell which."""
    if not ID.fullmatch(case_id):
        return Fault(Kind.NOT_FOUND, "CASE_NOT_FOUND", "There is no such case: this is not the id of a case.")
    return Fault(
        Kind.NOT_FOUND, "CASE_NOT_FOUND", f"There is no case {case_id}. Check the id.", metadata={"case_id": case_id}
    )


def case_ended(case_id: str) -> Fault:
    """A change to a case that has ended."""
    return Fault(
        Kind.PRECONDITION,
        "CASE_ENDED",
        f"Case {case_id} has ended. Open a new case if support is needed again.",
        metadata={"case_id": case_id},
    )


def stage_order(detail: str, case_id: str) -> Fault:
    """A step taken too early; `detail` says what must come first."""
    return Fault(Kind.PRECONDITION, "STAGE_ORDER", detail, metadata={"case_id": case_id})


def stale(case_id: str) -> Fault:
    """Somebody else changed the record since it was read."""
    return Fault(
        Kind.ABORTED,
        "ETAG_MISMATCH",
        "The record has changed since you read it. Read it again, look at what changed, and send the new etag.",
        metadata={"case_id": case_id},
    )
