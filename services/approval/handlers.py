"""The use cases of step 3, one function each, in one transaction each."""

from functools import partial

from services.approval import store
from services.approval.domain.approval import Approval, ApprovalOpening, PlanReturn, Signature
from services.approval.domain.authority import NOBODY, authority_facts
from services.approval.domain.checks import Check, Checks, Verdicts, rules_of
from services.approval.domain.plan import check_facts
from sevensteps.events import PlanApproved, PlanChecked, PlanReturned
from sevensteps.identity.actor import Role
from sevensteps.identity.rights import SIGNING
from sevensteps.money import pounds
from sevensteps.policy import Verdict
from sevensteps.service import overdue
from sevensteps.service.closing import close_once
from sevensteps.service.decisions import RecordedDecision
from sevensteps.service.overdue import PassedDate
from sevensteps.service.work import Work


def open_approval(work: Work, opening: ApprovalOpening) -> Approval:
    """Check a submitted plan: safe, legal, meets needs, sufficient. A version that was opened before stays as it is."""
    plan = opening.plan
    last = store.newest(work, opening.case_id)
    work.confine_opening(opening.case_id, opening.council, last.council if last else None)
    if last:
        if already_open := store.approval_of(work, last, plan.version):
            return already_open
        last.ensure_next(plan.version)
    approval = _check(work, opening)
    store.add_approval(work, approval, plan, first=last is None)
    work.tell(approval.case_id, approval.council, _plan_checked(approval))
    return approval


def get_approval(work: Work, *, case_id: str, version: int) -> Approval:
    """Read the approval of a plan version; 0 for the newest."""
    return store.approval_to_read(work, case_id, version)


def approve_plan(work: Work, *, case_id: str, etag: str, signature: Signature) -> tuple[RecordedDecision, Approval]:
    """Sign a plan: it becomes the agreed plan, with its personal budget (s.25(5), s.26)."""
    approval = store.approval_to_change(work, case_id, signature.version, etag)
    signed = approval.approve(by=work.actor.subject, at=work.now_text, because=signature.because)
    checks = store.checks(work, approval.receipt_id)
    checks.ensure_met(case_id)
    checks.ensure_judged(signature.judgements, case_id)
    role, authority = _authority(work, approval, checks)
    signed = store.change_approval(work, signed.sign_as(role, authority.text("level")), authority)
    store.add_judgements(work, signed, signature.judgements)
    event = PlanApproved(
        version=signed.version, personal_budget_weekly=pounds(signed.personal_budget), level=signed.level
    )
    work.tell(case_id, signed.council, event)
    return authority, signed


def return_plan(work: Work, *, case_id: str, etag: str, plan_return: PlanReturn) -> Approval:
    """Return a plan to be changed, with the approver's own words and the checks that failed."""
    approval = store.approval_to_change(work, case_id, plan_return.version, etag)
    returned = approval.send_back(by=work.actor.subject, at=work.now_text, because=plan_return.because)
    returned = store.change_approval(work, returned)
    failed = store.checks(work, approval.receipt_id).that(Verdict.NOT_MET)
    work.tell(case_id, returned.council, PlanReturned(version=returned.version, rules=rules_of(failed)))
    return returned


def close_case(work: Work, *, case_id: str) -> None:
    """Close what is open because the case has ended."""
    close_once(case_id, store.newest(work, case_id), partial(store.end_case, work))


def record_overdue(work: Work, *, case_id: str, passed: PassedDate) -> None:
    """Record that the date of a step has passed, or that one set by law is near."""
    overdue.record(work, store.approval_to_read(work, case_id, 0), passed)


def _check(work: Work, opening: ApprovalOpening) -> Approval:
    """Have the pack check the plan, and say which level of authority it takes and by when it should be signed."""
    plan, day = opening.plan, opening.opened_on
    decide = partial(work.decide, case_id=opening.case_id, council=opening.council)
    facts = check_facts(plan, opening.eligible_needs, opening.met_by_carer, opening.indicative)
    check = decide("plan-check", day, facts)
    verdicts = Verdicts.of(check.verdict.value, check.values)
    pack = check.pack
    of_plan = authority_facts(
        plan.weekly,
        opening.indicative,
        store.checks(work, check.receipt_id),
        parts=(verdicts.safe, verdicts.legal, verdicts.meets_needs),
        overrides=plan.measure.overrides,
    )
    level = decide("authority", day, {**of_plan, **NOBODY}, version=pack).text("level")
    clock = {"clock": "sign_off", "started_on": day.isoformat(), "level": level}
    due_on = decide("deadlines", day, clock, version=pack).day("due")
    return Approval.open(opening, verdicts, level=level, due_on=due_on, receipt_id=check.receipt_id, pack=pack)


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
