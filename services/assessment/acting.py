"""The use cases of what is done to a case as a whole: holds, its team, its ending."""

from datetime import date

from services.assessment import refusal_store, store
from services.assessment.domain.acts import Act, ActKind
from services.assessment.domain.case import Case, ensure_may_end, ensure_team
from services.assessment.domain.holds import HoldChanges
from services.assessment.domain.refusal import ensure_may_end_refused
from sevensteps.events import CaseAssigned, CaseEnded, CaseEscalated, CaseResumed, HoldPlaced, HoldReleased
from sevensteps.identity.actor import Role
from sevensteps.service.work import Work
from sevensteps.steps import Ending


def place_hold(work: Work, changes: HoldChanges, *, case_id: str, etag: str, reason: str, because: str) -> Case:
    """Put the case on hold: soft clocks stop, hard ones go on."""
    on_hold = store.case_to_change(work, case_id, etag).place_hold()
    changes.count(case_id, work.now)
    _record(work, on_hold, ActKind.HOLD_PLACED, because, reason)
    return store.change_case(work, on_hold, HoldPlaced(reason=reason, because=because))


def release_hold(work: Work, changes: HoldChanges, *, case_id: str, etag: str, because: str) -> Case:
    """Release the hold."""
    released = store.case_to_change(work, case_id, etag).release_hold()
    changes.count(case_id, work.now)
    _record(work, released, ActKind.HOLD_RELEASED, because)
    return store.change_case(work, released, HoldReleased(because=because))


def resume_case(work: Work, resumption: CaseResumed, *, case_id: str) -> Case:
    """Tell a parked journey that its cause has been mended, and record what was mended.

    An ended case too: its journey may be parked while it has everything closed.
    """
    case = store.case_to_change(work, case_id)
    _record(work, case, ActKind.RESUMED, resumption.because)
    return store.change_case(work, case, resumption)


def end_case(work: Work, *, case_id: str, etag: str, ending: Ending, ended_on: date | None, because: str) -> Case:
    """End the case on a day, or today. Asked again for the same ending without a reason, it answers the ended case."""
    case = store.case_to_change(work, case_id, etag)
    ensure_may_end(work.actor, ending)
    if because:
        case.ensure_open()  # the reason of a second ending would be lost
    if ending is Ending.ASSESSMENT_REFUSED and not case.ending:
        ensure_may_end_refused(refusal_store.newest_of_round(work, case))
    determined = store.confirmed_determination(work, case) is not None
    last_day = ended_on or work.today
    ended = case.end(ending, last_day, determined=determined, by_journey=Role.JOURNEY in work.actor.roles)
    if ended == case:
        return case
    _record(work, ended, ActKind.ENDED, because, ending.value)
    return store.change_case(work, ended, CaseEnded(ending.value, last_day.isoformat(), because))


def assign_case(work: Work, *, case_id: str, etag: str, team: str, because: str) -> Case:
    """Give the case to a team. Raises a Fault (INVALID) for one that the council does not name."""
    case = store.case_to_change(work, case_id, etag)
    ensure_team(team, work.councils.council(case.council).teams)
    assigned = case.assign(team)
    _record(work, assigned, ActKind.ASSIGNED, because, team)
    return store.change_case(work, assigned, CaseAssigned(team=team, because=because))


def escalate_case(work: Work, *, case_id: str, etag: str, role: str, because: str) -> Case:
    """Bring the case before a role that may sign. That the case has gone on ends it; nobody has to say so."""
    case = store.case_to_change(work, case_id, etag)
    case.ensure_open()
    _record(work, case, ActKind.ESCALATED, because, role)
    return store.change_case(work, case, CaseEscalated(role=role, because=because))


def _record(work: Work, case: Case, kind: ActKind, because: str, reason: str = "") -> None:
    store.add_act(work, case, Act(kind, work.now_text, work.actor.subject, reason, because))
