"""Whether the pack lets the council pay a person directly, or whoever acts for them."""

from services.planning.domain.money import (
    Holding,
    PersonalBudget,
    conditions_not_met,
    pack_facts,
    use_not_allowed,
)
from services.planning.domain.plan import Plan
from services.planning.domain.planning import Planning
from sevensteps.policy import Verdict
from sevensteps.service.decisions import RecordedDecision
from sevensteps.service.work import Work


def decide(work: Work, planning: Planning, plan: Plan, budget: PersonalBudget, holding: Holding) -> RecordedDecision:
    """Decide by every condition of s.31 or s.32, and of the use of the money.

    Raises Faults (PRECONDITION): DIRECT_PAYMENT_CONDITIONS, DIRECT_PAYMENT_USE.
    """
    reached = plan.content.reached_by(budget.paid_directly_with(holding))
    decision = work.decide(
        "direct-payment",
        work.today,
        pack_facts(holding, reached),
        case_id=planning.case_id,
        council=planning.council,
        version=planning.pack,
    )
    if decision.verdict is not Verdict.MET:
        passed = {Verdict.MET, Verdict.NOT_ENOUGH_INFORMATION}
        failed = [finding.because for finding in decision.findings if finding.verdict not in passed]
        raise conditions_not_met(failed, decision.missing, planning.case_id)
    broken = [finding.because for finding in decision.findings if finding.verdict is Verdict.NOT_MET]
    if broken:
        raise use_not_allowed(broken, planning.case_id)
    return decision
