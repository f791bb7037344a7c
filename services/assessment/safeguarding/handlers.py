"""The use cases of safeguarding concerns, one function each. None changes the case, or makes its etag stale."""

from services.assessment import store
from services.assessment.domain.case import Case
from services.assessment.domain.concern import Concern, ConcernDeciding, Raised
from services.assessment.safeguarding import store as concern_store
from sevensteps.events import ConcernDecided, ConcernRaised
from sevensteps.service.work import Work, new_id


def raise_concern(work: Work, *, case_id: str, raised: Raised) -> tuple[Concern, Case]:
    """Raise a concern about the person of a case, whatever its step, on hold or ended."""
    case = store.case(work, case_id)
    concern = Concern(new_id("concern"), case_id, raised, work.actor.subject, work.now_text)
    concern_store.add(work, concern)
    work.tell(case_id, case.council, ConcernRaised(concern.concern_id, raised.danger_now))
    return concern, case


def decide_concern(work: Work, *, case_id: str, etag: str, deciding: ConcernDeciding) -> tuple[Concern, Case]:
    """Decide whether enquiries are made (s.42(2)). `etag` is that of the concern."""
    case = store.case(work, case_id)
    concern = concern_store.concern_to_change(work, case, deciding.concern_id, etag)
    decided = concern.decide(deciding, work.actor.subject, work.now_text)
    concern_store.decide(work, decided)
    event = ConcernDecided(decided.concern_id, deciding.enquiry, deciding.decided_on.isoformat())
    work.tell(case_id, case.council, event)
    return decided, case
