"""The use cases of how each step felt, one function each."""

from services.assessment import store
from services.assessment.domain.case import Case
from services.assessment.domain.feeling import Feeling, RecordedFeeling
from services.assessment.feelings import store as feeling_store
from sevensteps.events import HowItFeltRecorded
from sevensteps.service.work import Work


def record_how_it_felt(work: Work, *, case_id: str, etag: str, feeling: Feeling) -> tuple[RecordedFeeling, Case]:
    """Record how a step felt, also after the case has ended."""
    case = store.case_to_change(work, case_id, etag)
    recorded = RecordedFeeling(feeling, work.actor.subject, work.now_text)
    feeling_store.add(work, case, recorded)
    event = HowItFeltRecorded(
        stage=feeling.step,
        listened_to=feeling.listened_to,
        in_charge=feeling.in_charge,
        answered_on=feeling.answered_on.isoformat(),
    )
    return recorded, store.change_case(work, case, event)
