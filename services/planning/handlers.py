"""The use cases of steps 2, 4 and 5, one function each. Each runs in one transaction (sevensteps.service.work.Work)."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from services.planning import store
from services.planning.domain import money, plan, planning, support
from services.planning.domain.money import Holding, MoneyArrangement
from services.planning.domain.plan import Content, Plan
from services.planning.domain.planning import Planning, Standing
from services.planning.domain.support import SupportArrangement
from sevensteps.errors import not_found
from sevensteps.events import (
    MoneyArranged,
    MoneyOpened,
    MoneyOrganised,
    Payload,
    PlanOpened,
    PlanSaved,
    PlanSubmitted,
    SupportArranged,
    SupportOpened,
    SupportOrganised,
)
from sevensteps.money import pounds
from sevensteps.policy import Verdict
from sevensteps.service.decisions import RecordedDecision
from sevensteps.service.work import Work, new_id
from sevensteps.steps import Stage


def get_planning(work: Work, *, case_id: str) -> Standing:
    """Read where planning stands for a case."""
    return store.standing(work, store.planning(work, case_id))


def get_plan(work: Work, *, case_id: str, version: int) -> Plan:
    """Read one version of the plan; 0 is the newest."""
    return store.plan_to_read(work, store.planning(work, case_id), version)


def save_plan(work: Work, *, case_id: str, etag: str, content: Content) -> Standing:
    """Save the draft of the plan under way."""
    found = store.planning_to_change(work, case_id, etag)
    planning.ensure_at(found, Stage.PLAN_MADE)
    plan.check_needs(content, found.eligible_needs)
    draft = store.plan(work, case_id, found.plan_version)
    plan.check_template(content, work.councils.council(found.council).plan_templates, draft)
    saved = plan.save(draft, case_id, found.plan_version, content, work.actor.subject)
    if draft:
        store.change_draft(work, saved)
    else:
        store.add_plan(work, saved)
    return _changed(work, found, PlanSaved(version=saved.version, weekly=pounds(content.weekly)))


def submit_plan(work: Work, *, case_id: str, etag: str) -> Standing:
    """Submit the draft (step 2 is done). The version can no longer change."""
    found = store.planning_to_change(work, case_id, etag)
    planning.ensure_at(found, Stage.PLAN_MADE)
    draft = store.plan(work, case_id, found.plan_version)
    submitted = plan.submit(draft, case_id, found.eligible_needs, work.actor.subject)
    store.change_draft(work, submitted)
    content = submitted.content
    told = PlanSubmitted(
        version=submitted.version,
        weekly=pounds(content.weekly),
        review_on=content.review_on.isoformat() if content.review_on else "",
    )
    return _changed(work, planning.close_stage(found), told)


def arrange_money(
    work: Work, *, case_id: str, etag: str, holding: Holding
) -> tuple[RecordedDecision | None, Decimal, Standing]:
    """Say who holds a part of the personal budget, and answer what is left. Nothing left: step 4 is done.

    A direct payment needs every condition of s.31 or s.32. A refusal is a Fault: nothing is arranged, and the
    decision's receipt stays on record.
    """
    found = store.planning_to_change(work, case_id, etag)
    planning.ensure_at(found, Stage.MONEY_ORGANISED)
    held = store.money(work, found)
    money.ensure_within(holding.weekly, money.left(found.budget, held), case_id)
    kept = _decide_direct_payment(work, found, holding, held) if holding.kind == money.DIRECT_PAYMENT else None
    arrangement = MoneyArrangement(
        arrangement_id=new_id("money"),
        kind=holding.kind,
        payee=holding.payee,
        weekly=holding.weekly,
        receipt_id=kept.receipt_id if kept else None,
    )
    store.add_money(work, found, arrangement)
    held = (*held, arrangement)
    version = found.agreed_version
    told: list[Payload] = [
        MoneyArranged(
            version=version,
            arrangement_id=arrangement.arrangement_id,
            kind=arrangement.kind,
            payee=arrangement.payee,
            weekly=pounds(arrangement.weekly),
        )
    ]
    remaining = money.left(found.budget, held)
    if not remaining:
        found = planning.close_stage(found)
        direct_payment = any(each.kind == money.DIRECT_PAYMENT for each in held)
        told.append(MoneyOrganised(version=version, direct_payment=direct_payment))
    return kept, remaining, _changed(work, found, *told)


def arrange_support(
    work: Work, *, case_id: str, etag: str, kind: str, needs: tuple[str, ...], starts_on: date
) -> tuple[tuple[str, ...], Standing]:
    """Say how funded needs are met, and answer which have no arrangement yet. None: step 5 is done."""
    found = store.planning_to_change(work, case_id, etag)
    planning.ensure_at(found, Stage.SUPPORT_ORGANISED)
    funded = _funded_needs(work, found)
    support.check_needs(needs, funded)
    arrangement = SupportArrangement(new_id("support"), kind, needs, starts_on)
    store.add_support(work, found, arrangement)
    arranged = store.support(work, found)
    version = found.agreed_version
    told: list[Payload] = [
        SupportArranged(
            version=version,
            arrangement_id=arrangement.arrangement_id,
            kind=kind,
            needs=list(needs),
            starts_on=starts_on.isoformat(),
        )
    ]
    left = support.needs_left(funded, arranged)
    if not left:
        found = planning.close_stage(found)
        first_day = min(each.starts_on for each in arranged)
        told.append(SupportOrganised(version=version, starts_on=first_day.isoformat()))
    return left, _changed(work, found, *told)


def open_plan(
    work: Work,
    *,
    case_id: str,
    council: str,
    version: int,
    eligible_needs: tuple[str, ...],
    indicative: Decimal,
    opened_on: date,
) -> date:
    """Open step 2 for a plan version, and answer by when it should be done. Asked again it answers the same.

    The first version begins the planning of a case; a further one begins as a draft of what the last one said.
    """
    if version == 1 and not store.is_here(work, case_id):
        due, begun = _dated(work, planning.begin(case_id, council, eligible_needs, indicative), opened_on)
        store.add_planning(work, begun, due)
        work.tell(case_id, council, PlanOpened(version=version, due_on=due.isoformat()))
        return due
    found = store.planning_to_open(work, case_id)
    known = store.due_on(work, case_id, Stage.PLAN_MADE, version)
    if known:
        return known
    opened = planning.open_plan(found, version, eligible_needs, indicative)
    before = store.plan_to_read(work, found, found.plan_version)
    store.add_plan(work, plan.continue_as(before, version))
    due, opened = _dated(work, opened, opened_on)
    store.add_opening(work, opened, due)
    _changed(work, opened, PlanOpened(version=version, due_on=due.isoformat()))
    return due


def open_money(work: Work, *, case_id: str, version: int, budget: Decimal, opened_on: date) -> date:
    """Open step 4 for the agreed plan (s.26), and answer by when it should be done. Asked again it answers the same.

    A budget of 0.00 is organised at once.
    """
    found = store.planning_to_open(work, case_id)
    known = store.due_on(work, case_id, Stage.MONEY_ORGANISED, version)
    if known:
        return known
    opened = planning.open_money(found, version, budget)
    due, opened = _dated(work, opened, opened_on)
    store.add_opening(work, opened, due)
    told: list[Payload] = [MoneyOpened(version=version, due_on=due.isoformat())]
    if not budget:
        opened = planning.close_stage(opened)
        told.append(MoneyOrganised(version=version, direct_payment=False))
    _changed(work, opened, *told)
    return due


def open_support(work: Work, *, case_id: str, version: int, opened_on: date) -> date:
    """Open step 5 for the agreed plan, and answer by when it should be done. Asked again it answers the same.

    A plan that funds no need is organised at once, from the day of opening.
    """
    found = store.planning_to_open(work, case_id)
    known = store.due_on(work, case_id, Stage.SUPPORT_ORGANISED, version)
    if known:
        return known
    opened = planning.open_support(found, version)
    due, opened = _dated(work, opened, opened_on)
    store.add_opening(work, opened, due)
    told: list[Payload] = [SupportOpened(version=version, due_on=due.isoformat())]
    if not _funded_needs(work, opened):
        opened = planning.close_stage(opened)
        told.append(SupportOrganised(version=version, starts_on=opened_on.isoformat()))
    _changed(work, opened, *told)
    return due


def close_case(work: Work, *, case_id: str) -> None:
    """Close whatever is open because the case has ended. Raises a Fault (NOT_FOUND) for a case that was never here."""
    if not store.is_here(work, case_id):
        raise not_found(case_id)
    found = store.planning_to_open(work, case_id)
    if not found.closed:
        _changed(work, planning.close(found))


def _changed(work: Work, changed: Planning, *told: Payload) -> Standing:
    saved = store.change_planning(work, changed)
    for payload in told:
        work.tell(saved.case_id, saved.council, payload)
    return store.standing(work, saved)


def _agreed(work: Work, found: Planning) -> Content:
    return store.plan_to_read(work, found, found.agreed_version).content


def _funded_needs(work: Work, found: Planning) -> tuple[str, ...]:
    return _agreed(work, found).funded_needs


def _decide_direct_payment(
    work: Work, found: Planning, holding: Holding, held: Sequence[MoneyArrangement]
) -> RecordedDecision:
    reached = _agreed(work, found).reached_by(money.paid_directly(held) + holding.weekly)
    facts = {**holding.facts, **money.pack_facts(holding, reached)}
    kept = work.decide(
        "direct-payment", work.today, facts, case_id=found.case_id, council=found.council, version=found.pack
    )
    decision = kept.decision
    if decision.verdict is not Verdict.MET:
        settled = {Verdict.MET, Verdict.NOT_ENOUGH_INFORMATION}
        failed = [finding.because for finding in decision.findings if finding.verdict not in settled]
        raise money.conditions_not_met(failed, decision.missing, found.case_id)
    return kept


CLOCKS = {Stage.PLAN_MADE: "plan", Stage.MONEY_ORGANISED: "money", Stage.SUPPORT_ORGANISED: "support"}
"""What the policy pack calls the deadline of each step."""


def _dated(work: Work, opened: Planning, opened_on: date) -> tuple[date, Planning]:
    """By when the step that is being opened should be done, and the planning with the pack that decides in it."""
    facts = {"clock": CLOCKS[opened.stage], "started_on": opened_on.isoformat()}
    kept = work.decide("deadlines", opened_on, facts, case_id=opened.case_id, council=opened.council)
    return date.fromisoformat(str(kept.decision.values["due"])), planning.decide_by(opened, kept.decision.hash)
