"""The use cases of step 3, one function each, in one transaction each."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from services.approval import store
from services.approval.domain import approval as domain
from services.approval.domain.approval import Approval, ApprovalState, Check, Checks, Judgement
from services.approval.domain.plan import SubmittedPlan, check_facts
from sevensteps.errors import not_found
from sevensteps.events import PlanApproved, PlanChecked, PlanReturned
from sevensteps.identity.rights import SIGNING
from sevensteps.money import pounds
from sevensteps.policy import Verdict
from sevensteps.service.decisions import RecordedDecision
from sevensteps.service.work import Work


def open_approval(
    work: Work,
    *,
    case_id: str,
    council: str,
    plan: SubmittedPlan,
    eligible_needs: Sequence[str],
    indicative: Decimal,
    assessed_by: Sequence[str],
    opened_on: date,
) -> Approval:
    """Check a submitted plan: safe, legal, meets needs, sufficient. A version that was opened before stays as it is."""
    if known := store.approval(work, case_id, plan.version):
        return known
    last = store.newest(work, case_id)
    if last:
        domain.ensure_next(last, plan.version)
        council = last.council
    facts = check_facts(plan, eligible_needs, indicative)
    kept = work.decide("plan-check", opened_on, facts, case_id=case_id, council=council)
    checks = store.checks(work, kept.receipt_id)
    parts = tuple(_word(kept, part) for part in ("safe", "legal", "meets_needs"))
    of_plan = domain.authority_facts(plan.weekly, indicative, checks, parts=parts, overrides=plan.overrides)
    unsigned = {**of_plan, **domain.NOBODY}
    pack = kept.decision.hash
    authority = work.decide("authority", opened_on, unsigned, case_id=case_id, council=council, version=pack)
    level = _word(authority, "level")
    opened = Approval(
        case_id=case_id,
        council=council,
        ended=False,
        version=plan.version,
        state=ApprovalState.CHECKED,
        verdict=checks.verdict,
        safe=_word(kept, "safe"),
        legal=_word(kept, "legal"),
        meets_needs=_word(kept, "meets_needs"),
        sufficient=_word(kept, "sufficient"),
        level=level,
        due_on=_due(work, case_id, council, opened_on, level=level, pack=pack),
        personal_budget=plan.weekly,
        indicative=indicative,
        written_by=frozenset(plan.written_by),
        assessed_by=frozenset(assessed_by),
        receipt_id=kept.receipt_id,
        pack=pack,
        decided_by="",
        signed_as="",
        because="",
        revision=1,
    )
    store.add_approval(work, opened, plan, first=last is None)
    told = PlanChecked(
        version=opened.version,
        verdict=opened.verdict,
        safe=opened.safe,
        legal=opened.legal,
        meets_needs=opened.meets_needs,
        sufficient=opened.sufficient,
        level=opened.level,
        due_on=opened.due_on.isoformat(),
    )
    work.tell(case_id, council, told)
    return opened


def get_approval(work: Work, *, case_id: str, version: int) -> Approval:
    """Read the approval of a plan version; 0 for the newest."""
    return store.approval_to_read(work, case_id, version)


def approve_plan(
    work: Work, *, case_id: str, version: int, etag: str, because: str, judgements: Sequence[Judgement]
) -> tuple[RecordedDecision, Approval]:
    """Sign a plan: it becomes the agreed plan, with its personal budget (s.25(5), s.26)."""
    approval = store.approval_to_change(work, case_id, version, etag)
    signed = domain.approve(approval, by=work.actor.subject, because=because)
    checks = store.checks(work, approval.receipt_id)
    domain.ensure_checks_met(approval, checks)
    domain.ensure_judged(approval, checks, judgements)
    role, authority = _authority(work, approval, checks)
    signed = store.change_approval(work, replace(signed, signed_as=role, level=_word(authority, "level")))
    store.add_judgements(work, signed, judgements)
    told = PlanApproved(version=version, personal_budget_weekly=pounds(signed.personal_budget), level=signed.level)
    work.tell(case_id, signed.council, told)
    return authority, signed


def return_plan(work: Work, *, case_id: str, version: int, etag: str, because: str) -> Approval:
    """Return a plan to be changed, with the approver's own words and the checks that failed."""
    approval = store.approval_to_change(work, case_id, version, etag)
    returned = store.change_approval(work, domain.send_back(approval, by=work.actor.subject, because=because))
    failed = store.checks(work, approval.receipt_id).that(Verdict.NOT_MET)
    work.tell(case_id, returned.council, PlanReturned(version=version, rules=domain.rules_of(failed)))
    return returned


def close_case(work: Work, *, case_id: str) -> None:
    """Close what is open because the case has ended. Closing it again changes nothing."""
    last = store.newest(work, case_id)
    if last is None:
        raise not_found(case_id)
    if not last.ended:
        store.end_case(work, domain.close(last))


def _authority(work: Work, approval: Approval, checks: Checks) -> tuple[str, RecordedDecision]:
    """The first of the actor's roles for which the scheme of delegation of today says yes, and what it says, kept.

    Raises a Fault (DENIED) where it says yes for none.
    """
    overrides = store.overrides(work, approval)
    parts = (approval.safe, approval.legal, approval.meets_needs)
    of_plan = domain.authority_facts(
        approval.personal_budget, approval.indicative, checks, parts=parts, overrides=overrides
    )
    said: list[tuple[str, list[Check]]] = []
    for role in (role for role in SIGNING if role in work.actor.roles):
        facts = of_plan | domain.signer_facts(approval, work.actor, role)
        kept = work.decide(
            "authority",
            work.today,
            facts,
            case_id=approval.case_id,
            council=approval.council,
            version=approval.pack,
        )
        if kept.decision.verdict is Verdict.MET:
            return role, kept
        failed = [each for each in kept.decision.findings if each.verdict is not Verdict.MET]
        said.append((role, [Check(each.rule, each.about, each.verdict, each.because) for each in failed]))
    raise domain.no_authority(approval, said)


def _due(work: Work, case_id: str, council: str, started_on: date, *, level: str, pack: str) -> date:
    facts = {"clock": "sign_off", "started_on": started_on.isoformat(), "level": level}
    kept = work.decide("deadlines", started_on, facts, case_id=case_id, council=council, version=pack)
    return date.fromisoformat(_word(kept, "due"))


def _word(kept: RecordedDecision, name: str) -> str:
    return str(kept.decision.values[name])
