"""The use cases of complaints and of requests for one's own data, also after the case has ended."""

from datetime import date

from services.assessment import matter_store, store
from services.assessment.domain.case import Case
from services.assessment.domain.matter import (
    CLOCKS,
    ClockKind,
    Doing,
    Made,
    Matter,
    MatterAct,
    MatterActKind,
    MatterClock,
    MatterKind,
    ensure_not_own,
)
from sevensteps.errors import Fault
from sevensteps.events import (
    AccessRequestAnswered,
    AccessRequestExtended,
    AccessRequestRecorded,
    AccessRequestWithdrawn,
    ComplaintAcknowledged,
    ComplaintAnswered,
    ComplaintDelayExplained,
    ComplaintExtended,
    ComplaintRecorded,
    ComplaintWithdrawn,
    Payload,
)
from sevensteps.policy.model.verdict import Json
from sevensteps.service.decisions import RecordedDecision
from sevensteps.service.work import Work, new_id

PREFIX = {MatterKind.COMPLAINT: "complaint", MatterKind.ACCESS_REQUEST: "access"}
"""How their ids begin."""
MADE_IN_TIME = "complaint_made"
"""The clock of the pack by which a complaint has to be made."""


def record(work: Work, kind: MatterKind, *, case_id: str, etag: str, made: Made) -> tuple[Matter, Case]:
    """Record a complaint or a request, and set its clocks from the day of its receipt."""
    case = store.case_to_change(work, case_id, etag)
    if made.happened_on and (last_day := _last_day(work, case, made, made.happened_on)):
        made.ensure_in_time(last_day)
    matter = Matter(
        matter_id=new_id(PREFIX[kind]),
        case_id=case_id,
        kind=kind,
        made=made,
        recorded_by=work.actor.subject,
        recorded_at=work.now_text,
        clocks=tuple(_clock(work, case, clock, made) for clock in CLOCKS[kind]),
    )
    matter_store.add(work, case, matter)
    return matter, store.change_case(work, case, _recorded(matter))


def _last_day(work: Work, case: Case, made: Made, happened_on: date) -> date | None:
    """Until when a complaint could be made; None where the pack in force is of before and has no such clock."""
    try:
        return _decide(work, case, made, clock=MADE_IN_TIME, started_on=happened_on.isoformat()).day("due")
    except Fault as fault:
        if (fault.reason, fault.metadata.get("fact")) != ("FACT_INVALID", "clock"):
            raise
    return None


def _clock(work: Work, case: Case, kind: ClockKind, made: Made, longer: Doing | None = None) -> MatterClock:
    """A clock from the day of the receipt; `longer` is what gives more time."""
    more: dict[str, Json] = {"extended": longer is not None} if kind is ClockKind.ACCESS_REQUEST else {}
    if longer and longer.agreed_until:
        more["agreed_until"] = longer.agreed_until.isoformat()
    decided = _decide(work, case, made, clock=kind.value, started_on=made.received_on.isoformat(), **more)
    return MatterClock(kind, decided.day("due"), decided.receipt_id)


def _decide(work: Work, case: Case, made: Made, **facts: Json) -> RecordedDecision:
    """Ask the pack in force by the law of the day of the receipt."""
    return work.decide("deadlines", made.received_on, facts, case_id=case.case_id, council=case.council)


def do(work: Work, doing: Doing, *, case_id: str, etag: str) -> tuple[Matter, Case]:
    """Record what was done about a complaint or a request."""
    case = store.case_to_change(work, case_id, etag)
    before = matter_store.matter(work, case, doing.about, doing.matter_id)
    before.ensure_may(doing)
    if (doing.about, doing.kind) == (MatterKind.COMPLAINT, MatterActKind.ANSWERED):
        ensure_not_own(work.actor.subject, matter_store.deciders(work, case_id), case_id)
    act = doing.by(work.actor.subject, work.now_text)
    after = before.after(act)
    if doing.kind is MatterActKind.EXTENDED:
        clock = _clock(work, case, before.answer.kind, before.made, doing)
        after = after.due_anew(clock.due_on, clock.receipt_id)
    matter_store.add_act(work, case, before, after)
    return after, store.change_case(work, case, _done(after, act))


def _recorded(matter: Matter) -> Payload:
    """The event of a new complaint or request."""
    made, answer_due = matter.made, matter.answer.due_on.isoformat()
    how_it_came = (matter.matter_id, made.received_on.isoformat(), made.how, made.made_by)
    if matter.kind is MatterKind.ACCESS_REQUEST:
        return AccessRequestRecorded(*how_it_came, answer_due)
    acknowledge_due = matter.clock(ClockKind.COMPLAINT_ACKNOWLEDGED).due_on.isoformat()
    return ComplaintRecorded(*how_it_came, acknowledge_due, answer_due)


def _done(matter: Matter, act: MatterAct) -> Payload:
    """The event of what was done."""
    id_, day, due_on = matter.matter_id, act.acted_on.isoformat(), matter.answer.due_on.isoformat()
    is_complaint = matter.kind is MatterKind.COMPLAINT
    match act.kind:
        case MatterActKind.ACKNOWLEDGED:
            return ComplaintAcknowledged(id_, day)
        case MatterActKind.EXTENDED:
            return ComplaintExtended(id_, day, due_on) if is_complaint else AccessRequestExtended(id_, day, due_on)
        case MatterActKind.DELAY_EXPLAINED:
            return ComplaintDelayExplained(id_, day)
        case MatterActKind.ANSWERED:
            outcome = act.outcome
            return ComplaintAnswered(id_, day, outcome) if is_complaint else AccessRequestAnswered(id_, day, outcome)
        case MatterActKind.WITHDRAWN:
            return ComplaintWithdrawn(id_, day) if is_complaint else AccessRequestWithdrawn(id_, day)
