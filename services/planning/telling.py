"""What is told of changes to planning: in events, and to the person in writing."""

from services.planning.domain.money import MoneyArrangement
from services.planning.domain.plan import Plan
from services.planning.domain.planning import Planning
from services.planning.domain.support import SupportArrangement
from sevensteps.events import MoneyArranged, PlanSaved, SupportArranged
from sevensteps.letters.kinds import NextSteps
from sevensteps.money import pounds
from sevensteps.service import documents
from sevensteps.service.work import Work


def tell_next(work: Work, planning: Planning, steps: NextSteps) -> None:
    """Tell the person in writing what comes after a step. Raises a Fault (INTERNAL, LETTER_REFUSED)."""
    documents.add(work, case_id=planning.case_id, council=planning.council, about=steps.about, values=steps)


def plan_saved(draft: Plan) -> PlanSaved:
    """The event that a draft was saved."""
    content = draft.content
    return PlanSaved(version=draft.version, weekly=pounds(content.weekly), once=pounds(content.once))


def money_arranged(planning: Planning, arrangement: MoneyArrangement) -> MoneyArranged:
    """The event that a part of the personal budget has a holder."""
    return MoneyArranged(
        version=planning.agreed_version,
        arrangement_id=arrangement.arrangement_id,
        kind=arrangement.kind,
        payee=arrangement.payee,
        weekly=pounds(arrangement.weekly),
        once=pounds(arrangement.once),
    )


def support_arranged(planning: Planning, arrangement: SupportArrangement) -> SupportArranged:
    """The event that funded needs have an arrangement."""
    return SupportArranged(
        version=planning.agreed_version,
        arrangement_id=arrangement.arrangement_id,
        kind=arrangement.kind,
        needs=list(arrangement.needs),
        starts_on=arrangement.starts_on.isoformat(),
    )
