"""The use cases of the person's choices, one function each."""

from services.assessment import people_store, store
from services.assessment.choices import store as choices
from services.assessment.domain.case import Case
from services.assessment.domain.choices import Help, Keeping, KeptService
from sevensteps.events import HelpChosen, KeptServiceRecorded, KeptServiceReleased
from sevensteps.money import pounds
from sevensteps.service.work import Work, new_id


def choose_help(work: Work, *, case_id: str, etag: str, chosen: Help) -> Case:
    """Record who helps in a step, and how much. The helper is in the circle; a later choice replaces this one."""
    case = _open_case(work, case_id, etag)
    if chosen.person_id:
        people_store.person_here(work, case_id, chosen.person_id)
    choices.add_help(work, case, chosen)
    return store.change_case(work, case, HelpChosen(chosen.step, chosen.amount, chosen.person_id))


def keep_service(work: Work, *, case_id: str, etag: str, keeping: Keeping) -> tuple[KeptService, Case]:
    """Record that the person keeps a service that the council arranges: from now on planning does not move it."""
    case = _open_case(work, case_id, etag)
    service = KeptService(new_id("kept"), case_id, keeping, kept_by=work.actor.subject, kept_at=work.now_text)
    choices.add_kept(work, case, service)
    event = KeptServiceRecorded(service.kept_service_id, list(keeping.needs), pounds(keeping.weekly))
    return service, store.change_case(work, case, event)


def let_service_go(
    work: Work, *, case_id: str, etag: str, kept_service_id: str, because: str
) -> tuple[KeptService, Case]:
    """Record that the person has changed their mind: the service may be replaced."""
    case = _open_case(work, case_id, etag)
    kept = choices.kept(work, case_id, kept_service_id)
    service = kept.let_go(because, work.actor.subject, work.now_text)
    choices.let_go(work, service)
    return service, store.change_case(work, case, KeptServiceReleased(kept_service_id))


def _open_case(work: Work, case_id: str, etag: str) -> Case:
    case = store.case_to_change(work, case_id, etag)
    case.ensure_open()
    return case
