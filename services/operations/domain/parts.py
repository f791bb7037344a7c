"""What is wrong with a part of the suite, which may hold up many cases: a service, the feed, Temporal, the worker."""

from collections.abc import Sequence
from datetime import datetime

from services.operations.domain.effects import Owed
from services.operations.domain.finding import Finding, StuckKind
from services.operations.domain.journeys import Case, Failing, Retrying, failing, retrying
from services.operations.domain.whom import Whom
from sevensteps.clock import day_in_words, moment_in_words
from sevensteps.temporal import ALSO_ASKED

FEED, TEMPORAL, WORKER, RELAY = "feed", "temporal", "worker", "relay"
STOPS_ALL = (FEED, TEMPORAL, WORKER, RELAY)
"""The parts without which no case moves: the first of them that is in trouble is the reason."""
NAMES = {FEED: "The feed", TEMPORAL: "Temporal"}


def silent(part: str, address: str, since: datetime) -> Finding:
    """A part that does not answer; with an address, one of several processes of it."""
    name = NAMES.get(part, f"The {part} service")
    detail = {"part": f"{name} at {address}" if address else name}
    about = f"{part} at {address}" if address else part
    return _of_part(about, StuckKind.PART_NOT_ANSWERING, since, detail)


def worker_missing(since: datetime, asked_at: datetime | None, waiting: int, release: str) -> Finding:
    """No worker takes work from the task queue of journeys: `waiting` open cases wait. `release` has the journeys."""
    detail = {
        "since": f" since {moment_in_words(asked_at)}" if asked_at else "",
        "waiting": f"{waiting:,}",
        "command": "`sevensteps worker" + (f" --release {release}`" if release else "`"),
    }
    return _of_part(WORKER, StuckKind.WORKER_MISSING, since, detail)


def relay_stuck(since: datetime) -> Finding:
    """The worker runs, and brings no events to the journeys."""
    detail = {
        "what": "No event has reached a journey for a while",
        "remedy": "The worker's log says what it waits for",
    }
    return _of_part(RELAY, StuckKind.EVENTS_NOT_MOVING, since, detail)


def outbox_stuck(service: str, since: datetime) -> Finding:
    """What a service has recorded does not get to the feed."""
    detail = {
        "what": f"The {service} service cannot send its events to the feed",
        "remedy": f"See that the feed runs. The log of the {service} service says more",
    }
    return _of_part(outbox_of(service), StuckKind.EVENTS_NOT_MOVING, since, detail)


def outbox_of(service: str) -> str:
    """What the outbox of a service is called."""
    return f"outbox of {service}"


def pack_refused(pack: str, service: str, since: datetime, *, decides: bool) -> Finding:
    """A service refuses the pack in its folder. `decides`: it goes on by the version before it."""
    rest = "The one before it still decides" if decides else "Nothing can be decided by it there"
    detail = {"pack": pack, "service": service, "rest": rest}
    return _of_part(f"{pack} in {service}", StuckKind.PACK_REFUSED, since, detail, f"{pack}/{service}")


def reader_late(subject: str, name: str, seen: datetime, lag: int) -> Finding:
    """Another system that reads the feed has not done so for days, and events wait for it."""
    detail = {
        "who": f"The reader {subject}",
        "what": f"It last read the feed on {day_in_words(seen.date())} ({name}), and {lag:,} events wait",
        "waiting_for": "it to read the feed",
    }
    about = f"{subject}/{name}"
    return _of_part(about, StuckKind.OUTSIDE_PARTY_PAST_DUE, seen, detail)


def _of_part(about: str, kind: StuckKind, since: datetime, detail: dict[str, str], cause: str = "") -> Finding:
    return Finding(about, kind, f"{kind}/{cause or about}", Whom.SYSTEM, since, detail=detail)


def explained(owed: Owed, why: Retrying | Failing | None, parts: Sequence[Finding], now: datetime) -> Finding | None:
    """Why a case does not get what it is owed: because of a part of the suite, of what Temporal says, or not known.

    None where that is not known, and it is not late yet.
    """
    case = Case(owed.case_id, owed.council, owed.since, owed.heard)
    if part := stops_all(parts):
        return held_up(case, part)
    troubled = {part.about: part for part in parts}
    match why:
        case Failing():
            return failing(case, why)
        case Retrying():
            also = ALSO_ASKED.get(why.operation, "")
            part = troubled.get(why.service) or troubled.get(also)
            return held_up(case, part) if part else retrying(case, why)
    if part := troubled.get(outbox_of(owed.sender)):
        return held_up(case, part)
    return _missing(case, owed) if owed.is_late(now) else None


def stops_all(parts: Sequence[Finding]) -> Finding | None:
    """The trouble of a part without which no case moves, and no journey begins."""
    troubled = {part.about: part for part in parts}
    return next((troubled[name] for name in STOPS_ALL if name in troubled), None)


def held_up(case: Case, part: Finding) -> Finding:
    """A case that a part of the suite holds up: both have one cause, and are told by the same sentence."""
    return Finding.of_case(case, part.kind, part.cause, part.whom, case.since, detail=part.detail)


def _missing(case: Case, owed: Owed) -> Finding:
    kind = StuckKind.EFFECT_MISSING
    return Finding.of_case(case, kind, f"{kind}/{owed.key}", Whom.SYSTEM, case.since, detail={"effect": owed.effect})
