"""The use cases of step 3, one function each, in one transaction each."""

from functools import partial

from services.approval import budget_store, store
from services.approval.domain.approval import Approval, ApprovalOpening, PlanReturn, Signature
from services.approval.domain.authority import NOBODY, authority_facts
from services.approval.domain.checks import Check, Checks, Verdicts, rules_of
from services.approval.domain.personal_budget import PersonalBudget
from services.approval.domain.plan import check_facts
from services.approval.stating import state
from sevensteps.events import PersonalBudgetRestated, PlanApproved, PlanChecked, PlanReturned
from sevensteps.identity.actor import Role
from sevensteps.identity.role_groups import SIGNING
from sevensteps.letters.kinds import NextSteps
from sevensteps.money import Total, pounds
from sevensteps.policy import Verdict
from sevensteps.representation import OwnDecision, Representation
from sevensteps.service import documents, overdue
from sevensteps.service.closing import close_once
from sevensteps.service.decisions import RecordedDecision
from sevensteps.service.overdue import PassedDate
from sevensteps.service.standing_finances import AskedFinances
from sevensteps.service.who_may_act import WhoMayAct
from sevensteps.service.work import Work
from sevensteps.steps import Stage


def open_approval(work: Work, opening: ApprovalOpening, who_may_act: WhoMayAct) -> Approval:
    """Check a submitted plan: safe, legal, meets needs, sufficient. A version that was opened before stays as it is.

    Whether the person has capacity, and an advocate was considered, is as assessment has it on record.
    """
    plan = opening.plan
    last = store.newest(work, opening.case_id)
    work.confine_opening(opening.case_id, opening.council, last.council if last else None)
    if last:
        if already_open := store.approval_of(work, last, plan.version):
            return already_open
        last.ensure_next(plan.version)
    approval = _check(work, opening, who_may_act.read())
    store.add_approval(work, approval, plan, first=last is None)
    work.tell(approval.case_id, approval.council, _plan_checked(approval))
    return approval


def get_approval(work: Work, *, case_id: str, version: int) -> Approval:
    """Read the approval of a plan version; 0 for the newest."""
    return store.approval_to_read(work, case_id, version)


def approve_plan(
    work: Work, finances: AskedFinances, *, case_id: str, etag: str, signature: Signature
) -> tuple[RecordedDecision, Approval]:
    """Sign a plan: it becomes the agreed plan, with its personal budget and its three numbers (s.25(5), s.26)."""
    approval = store.approval_to_change(work, case_id, signature.version, etag)
    signed = approval.approve(by=work.actor.subject, at=work.now_text, because=signature.because)
    checks = store.checks(work, approval.receipt_id)
    checks.ensure_met(case_id)
    checks.ensure_judged(signature.judgements, case_id)
    role, authority = _authority(work, approval, checks)
    signed = signed.sign_as(role, authority.text("level"))
    _tell_next(work, signed, NextSteps(Stage.PLAN_AGREED, "approved", weekly=signed.personal_budget))
    signed = store.change_approval(work, signed, authority)
    store.add_judgements(work, signed, signature.judgements)
    budget = state(work, signed, finances.read(), pack=signed.pack)
    event = PlanApproved(
        version=signed.version,
        personal_budget_weekly=pounds(signed.personal_budget),
        level=signed.level,
        personal_budget_once=pounds(signed.personal_budget_once),
        own_money=signed.own_money,
        **_numbers(budget),
    )
    work.tell(case_id, signed.council, event)
    return authority, signed


def return_plan(work: Work, *, case_id: str, etag: str, plan_return: PlanReturn) -> Approval:
    """Return a plan to be changed, with the approver's own words and the checks that failed."""
    approval = store.approval_to_change(work, case_id, plan_return.version, etag)
    returned = approval.send_back(by=work.actor.subject, at=work.now_text, because=plan_return.because)
    _tell_next(work, returned, NextSteps(Stage.PLAN_AGREED, "returned"))
    returned = store.change_approval(work, returned)
    failed = store.checks(work, approval.receipt_id).that(Verdict.NOT_MET)
    work.tell(case_id, returned.council, PlanReturned(version=returned.version, rules=rules_of(failed)))
    return returned


def _tell_next(work: Work, approval: Approval, steps: NextSteps) -> None:
    """Tell the person in writing what comes after a step. Raises a Fault (INTERNAL, LETTER_REFUSED)."""
    documents.add(work, case_id=approval.case_id, council=approval.council, about=steps.about, values=steps)


def restate_personal_budget(work: Work, finances: AskedFinances, *, case_id: str, etag: str) -> PersonalBudget:
    """State the three numbers of the agreed plan anew, by the financial assessment that stands now (s.26)."""
    approval = budget_store.signed(work, case_id)
    approval.ensure_open()
    work.check_etag(case_id, etag, budget_store.count(work, approval))
    budget = state(work, approval, finances.read())
    event = PersonalBudgetRestated(approval.version, budget.number, budget.basis.kind.value, **_numbers(budget))
    work.tell(case_id, approval.council, event)
    return budget


def _numbers(budget: PersonalBudget) -> dict[str, str]:
    """The three numbers as an event says them."""
    numbers = budget.numbers
    return {
        "cost_weekly": pounds(numbers.cost),
        "adult_pays_weekly": pounds(numbers.adult_pays),
        "council_pays_weekly": pounds(numbers.council_pays),
    }


def close_case(work: Work, *, case_id: str) -> None:
    """Close what is open because the case has ended."""
    close_once(case_id, store.newest(work, case_id), partial(store.end_case, work))


def record_overdue(work: Work, *, case_id: str, passed: PassedDate) -> None:
    """Record that the date of a step has passed, or that one set by law is near."""
    overdue.record(work, store.approval_to_read(work, case_id, 0), passed)


def _check(work: Work, opening: ApprovalOpening, on_record: Representation) -> Approval:
    """Have the pack check the plan, and say which level of authority it takes and by when it should be signed."""
    plan, day = opening.plan, opening.opened_on
    decide = partial(work.decide, case_id=opening.case_id, council=opening.council)
    facts = check_facts(plan, opening.eligible_needs, opening.met_by_carer, opening.indicative, on_record)
    check = decide("plan-check", day, facts)
    verdicts = Verdicts.of(check.verdict.value, check.values)
    pack = check.pack
    of_plan = authority_facts(
        Total(plan.weekly, plan.once),
        opening.indicative,
        store.checks(work, check.receipt_id),
        parts=(verdicts.safe, verdicts.legal, verdicts.meets_needs),
        overrides=plan.measure.overrides,
    )
    level = decide("authority", day, {**of_plan, **NOBODY}, version=pack).text("level")
    clock = {"clock": "sign_off", "started_on": day.isoformat(), "level": level}
    due_on = decide("deadlines", day, clock, version=pack).day("due")
    capacity = on_record.capacity_for(OwnDecision.AGREE_PLAN)
    return Approval.open(
        opening,
        verdicts,
        level=level,
        due_on=due_on,
        receipt_id=check.receipt_id,
        pack=pack,
        capacity_id=capacity.capacity_id if capacity else "",
    )


def _plan_checked(approval: Approval) -> PlanChecked:
    return PlanChecked(
        version=approval.version,
        verdict=approval.verdict,
        safe=approval.safe,
        legal=approval.legal,
        meets_needs=approval.meets_needs,
        sufficient=approval.sufficient,
        level=approval.level,
        due_on=approval.due_on.isoformat(),
    )


def _authority(work: Work, approval: Approval, checks: Checks) -> tuple[Role, RecordedDecision]:
    """The first of the actor's roles for which the scheme of delegation of today says yes, and that decision.

    Raises a Fault (DENIED) where it says yes for none.
    """
    measure = store.measure(work, approval)
    facts = approval.authority_facts(checks, measure.overrides)
    refusals: list[tuple[Role, list[Check]]] = []
    for role in (role for role in SIGNING if role in work.actor.roles):
        authority = work.decide(
            "authority",
            work.today,
            facts | approval.signer_facts(work.actor, role, measure.settings),
            case_id=approval.case_id,
            council=approval.council,
            version=approval.pack,
        )
        if authority.verdict is Verdict.MET:
            return role, authority
        failed = [finding for finding in authority.findings if finding.verdict is not Verdict.MET]
        refusals.append((role, [Check(each.rule, each.about, each.verdict, each.because) for each in failed]))
    raise approval.no_authority(refusals)
