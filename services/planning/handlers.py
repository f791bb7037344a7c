"""The use cases of steps 2, 4 and 5, one function each, in one transaction each."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import partial

from services.planning import direct_payments, in_force, store
from services.planning.domain.keeping import ensure_money_stays, ensure_support_stays
from services.planning.domain.money import (
    DIRECT_PAYMENT,
    Holding,
    MoneyArrangement,
    PersonalBudget,
)
from services.planning.domain.payee import as_recorded
from services.planning.domain.period import Choice, EndReason
from services.planning.domain.plan import Content, Plan, ensure_begun, ensure_offered
from services.planning.domain.planning import MoneyOpening, Planning, PlanOpening, Standing, SupportOpening
from services.planning.domain.support import Support, SupportArrangement, ensure_funded, needs_left
from services.planning.telling import money_arranged, plan_saved, support_arranged, tell_next
from sevensteps.events import (
    MoneyOpened,
    MoneyOrganised,
    Payload,
    PlanOpened,
    PlanSubmitted,
    SupportOpened,
    SupportOrganised,
)
from sevensteps.letters.kinds import NextSteps
from sevensteps.money import Total, pounds
from sevensteps.service import overdue
from sevensteps.service.closing import close_once
from sevensteps.service.decisions import RecordedDecision
from sevensteps.service.kept_services import KeptServices
from sevensteps.service.overdue import PassedDate
from sevensteps.service.who_may_act import WhoMayAct
from sevensteps.service.work import Work, new_id
from sevensteps.steps import Stage

CLOCKS = {Stage.PLAN_MADE: "plan", Stage.MONEY_ORGANISED: "money", Stage.SUPPORT_ORGANISED: "support"}
"""What the policy pack calls the deadline of each step."""
NOTHING = Decimal("0.00")
NOT_BEFORE_STEP_5: tuple[SupportArrangement, ...] = ()
"""No support is arranged while the money is organised."""


@dataclass(frozen=True, slots=True)
class OnRecord:
    """What assessment has on record when money is arranged: who may act, and which services the person keeps."""

    who_may_act: WhoMayAct
    kept: KeptServices


def get_planning(work: Work, *, case_id: str) -> Standing:
    """Read where planning stands for a case."""
    return store.standing(work, store.planning(work, case_id))


def get_plan(
    work: Work, *, case_id: str, version: int
) -> tuple[Plan, Sequence[MoneyArrangement], Sequence[SupportArrangement]]:
    """Read one version of the plan, with its money and its support; 0 is the newest."""
    plan = store.plan_to_read(work, store.planning(work, case_id), version)
    money = store.money_of_plan(work, case_id, plan.version)
    return plan, money, store.support_of_plan(work, case_id, plan.version)


def save_plan(work: Work, *, case_id: str, etag: str, content: Content, who_may_act: WhoMayAct) -> Standing:
    """Save the draft of the plan under way. What contradicts the records at assessment is refused."""
    planning = store.planning_to_change(work, case_id, etag)
    planning.ensure_at(Stage.PLAN_MADE)
    content.ensure_as_recorded(who_may_act.read())
    draft = store.plan(work, case_id, planning.plan_version)
    content = replace(content, own_money=planning.own_money)
    ensure_offered(content.template, work.councils.council(planning.council).plan_templates, draft)
    if draft:
        draft = draft.save(content, work.actor.subject)
        store.change_draft(work, draft)
    else:
        draft = Plan.begin(case_id, planning.plan_version, content, work.actor.subject)
        store.add_plan(work, draft)
    planning = _change(work, planning, plan_saved(draft))
    return store.standing(work, planning, newest=draft)


def submit_plan(work: Work, *, case_id: str, etag: str) -> Standing:
    """Submit the draft (step 2 is done). The version can no longer change."""
    planning = store.planning_to_change(work, case_id, etag)
    planning.ensure_at(Stage.PLAN_MADE)
    draft = ensure_begun(store.plan(work, case_id, planning.plan_version), case_id)
    plan = draft.submit(planning.to_meet, work.actor.subject)
    tell_next(work, planning, NextSteps(Stage.PLAN_MADE, weekly=plan.content.weekly))
    store.change_draft(work, plan)
    review_on = plan.content.review_on
    event = PlanSubmitted(
        version=plan.version,
        weekly=pounds(plan.content.weekly),
        once=pounds(plan.content.once),
        review_on=review_on.isoformat() if review_on else "",
    )
    planning = _change(work, planning.close_stage(), event)
    return store.standing(work, planning, newest=plan)


def arrange_money(
    work: Work, *, case_id: str, etag: str, holding: Holding, on_record: OnRecord
) -> tuple[RecordedDecision | None, Total, Standing]:
    """Say who holds a part of the personal budget, and answer what is left. Nothing left: step 4 is done.

    A direct payment needs every condition of s.31 or s.32, and may not pay for what breaks a condition of its use. What
    is on record at assessment of capacity and authority counts, and not what the caller says. The money of a service
    that the person keeps stays with the council. A refusal is a Fault: nothing is arranged, and the decision's receipt
    stays on record.
    """
    planning = store.planning_to_change(work, case_id, etag)
    planning.ensure_at(Stage.MONEY_ORGANISED)
    budget = PersonalBudget(planning.budget, planning.budget_once, store.money(work, planning))
    budget.ensure_left(holding, case_id)
    plan = _agreed_plan(work, planning)
    is_direct = holding.kind == DIRECT_PAYMENT
    if is_direct:
        holding = as_recorded(holding, on_record.who_may_act.read())
    ensure_money_stays(on_record.kept.read(), budget, holding, case_id)
    decision = direct_payments.decide(work, planning, plan, budget, holding) if is_direct else None
    arrangement = MoneyArrangement.of(
        holding,
        new_id("money"),
        decision.receipt_id if decision else None,
        by=work.actor.subject,
        at=work.now_text,
    )
    store.add_money(work, planning, arrangement)
    budget = budget.arrange(arrangement)
    events: list[Payload] = [money_arranged(planning, arrangement)]
    if budget.is_held:
        tell_next(work, planning, NextSteps(Stage.MONEY_ORGANISED))
        planning = planning.close_stage()
        events.append(MoneyOrganised(version=plan.version, direct_payment=budget.has_direct_payment))
    planning = _change(work, planning, *events)
    standing = store.standing(
        work, planning, newest=plan, arranged_money=budget.arrangements, arranged_support=NOT_BEFORE_STEP_5
    )
    return decision, budget.left, standing


def arrange_support(
    work: Work, *, case_id: str, etag: str, support: Support, kept: KeptServices
) -> tuple[tuple[str, ...], Standing]:
    """Say how funded needs are met, and answer which have no arrangement yet. None: step 5 is done.

    What a service meets that the person keeps, nothing else meets in its place.
    """
    planning = store.planning_to_change(work, case_id, etag)
    planning.ensure_at(Stage.SUPPORT_ORGANISED)
    plan = _agreed_plan(work, planning)
    funded = plan.content.funded_needs
    ensure_funded(support.needs, funded)
    ensure_support_stays(kept.read(), store.support(work, planning), support, case_id)
    arrangement = SupportArrangement.of(support, new_id("support"), by=work.actor.subject, at=work.now_text)
    store.add_support(work, planning, arrangement)
    arrangements = store.support(work, planning)
    events: list[Payload] = [support_arranged(planning, arrangement)]
    left = needs_left(funded, arrangements)
    if not left:
        first_day = min(arrangement.starts_on for arrangement in arrangements)
        tell_next(work, planning, NextSteps(Stage.SUPPORT_ORGANISED, due_on=first_day))
        planning = planning.close_stage()
        events.append(SupportOrganised(version=plan.version, starts_on=first_day.isoformat()))
        events += in_force.begin(work, planning, first_day, arrangements)
    planning = _change(work, planning, *events)
    return left, store.standing(work, planning, newest=plan, arranged_support=arrangements)


def open_plan(work: Work, opening: PlanOpening) -> date:
    """Open step 2 for a plan version, and answer by when it should be done. Asked again it answers the same.

    The first version begins the planning of a case; a further one begins as a draft of what the last one said.
    """
    before = store.planning_to_begin(work, opening.case_id)
    work.confine_opening(opening.case_id, opening.council, before.council if before else None)
    if opening.version == 1 and before is None:
        return _begin(work, opening)
    planning = store.ensure_here(before, opening.case_id)
    if due_on := store.due_on(work, opening.case_id, Stage.PLAN_MADE, opening.version):
        return due_on
    opened = planning.open_plan(opening)
    last = store.plan_to_read(work, planning, planning.plan_version)
    agreed = planning.agreed_version == last.version
    store.add_plan(work, last.continue_as(opening.version, agreed=agreed, own_money=opening.own_money))
    due_on, opened = _dated(work, opened, opening.opened_on)
    store.add_opening(work, opened, due_on)
    _change(work, opened, PlanOpened(version=opening.version, due_on=due_on.isoformat()))
    return due_on


def record_overdue(work: Work, *, case_id: str, passed: PassedDate) -> None:
    """Record that the date of a step has passed, or that one set by law is near."""
    overdue.record(work, store.planning(work, case_id), passed)


def _begin(work: Work, opening: PlanOpening) -> date:
    due_on, planning = _dated(work, Planning.begin(opening), opening.opened_on)
    store.add_planning(work, planning, due_on)
    work.tell(planning.case_id, planning.council, PlanOpened(version=opening.version, due_on=due_on.isoformat()))
    return due_on


def open_money(work: Work, opening: MoneyOpening) -> date:
    """Open step 4 for the agreed plan (s.26), and answer by when it should be done. Asked again it answers the same.

    A budget of 0.00 is organised at once.
    """
    planning = store.planning_to_open(work, opening.case_id)
    if due_on := store.due_on(work, opening.case_id, Stage.MONEY_ORGANISED, opening.version):
        return due_on
    plan = store.plan(work, opening.case_id, opening.version)
    once = plan.content.once if plan else NOTHING
    planning = planning.open_money(opening.version, opening.budget, once)
    due_on, planning = _dated(work, planning, opening.opened_on)
    store.add_opening(work, planning, due_on)
    events: list[Payload] = [MoneyOpened(version=opening.version, due_on=due_on.isoformat())]
    if not opening.budget and not once:
        tell_next(work, planning, NextSteps(Stage.MONEY_ORGANISED))
        planning = planning.close_stage()
        events.append(MoneyOrganised(version=opening.version, direct_payment=False))
    _change(work, planning, *events)
    return due_on


def open_support(work: Work, opening: SupportOpening) -> date:
    """Open step 5 for the agreed plan, and answer by when it should be done. Asked again it answers the same.

    A plan that funds no need is organised at once, from the day of opening.
    """
    planning = store.planning_to_open(work, opening.case_id)
    if due_on := store.due_on(work, opening.case_id, Stage.SUPPORT_ORGANISED, opening.version):
        return due_on
    planning = planning.open_support(opening.version)
    due_on, planning = _dated(work, planning, opening.opened_on)
    store.add_opening(work, planning, due_on)
    events: list[Payload] = [SupportOpened(version=opening.version, due_on=due_on.isoformat())]
    if not _agreed_plan(work, planning).content.funded_needs:
        tell_next(work, planning, NextSteps(Stage.SUPPORT_ORGANISED, due_on=opening.opened_on))
        planning = planning.close_stage()
        events.append(SupportOrganised(version=opening.version, starts_on=opening.opened_on.isoformat()))
        events += in_force.begin(work, planning, opening.opened_on, ())
    _change(work, planning, *events)
    return due_on


def stop_arrangements(work: Work, *, case_id: str, etag: str, choice: Choice) -> Standing:
    """Stop money and support after a last day, because the case is on hold. See `in_force.stop`."""
    planning = store.planning_to_change(work, case_id, etag)
    return store.standing(work, _change(work, planning, *in_force.stop(work, planning, choice)))


def restart_arrangements(work: Work, *, case_id: str, etag: str, choice: Choice) -> Standing:
    """Start money and support that was stopped again from a first day on. See `in_force.start_again`."""
    planning = store.planning_to_change(work, case_id, etag)
    return store.standing(work, _change(work, planning, *in_force.start_again(work, planning, choice)))


def close_case(work: Work, *, case_id: str, last_day: date | None, reason: EndReason) -> None:
    """Close whatever is open because the case has ended; money and support end after their last day, else today."""
    planning = close_once(case_id, store.planning_to_begin(work, case_id), partial(store.change_planning, work))
    for event in in_force.end_all(work, case_id, last_day or work.today, reason):
        work.tell(case_id, planning.council, event)


def _change(work: Work, planning: Planning, *events: Payload) -> Planning:
    changed = store.change_planning(work, planning)
    for event in events:
        work.tell(changed.case_id, changed.council, event)
    return changed


def _agreed_plan(work: Work, planning: Planning) -> Plan:
    return store.plan_to_read(work, planning, planning.agreed_version)


def _dated(work: Work, planning: Planning, opened_on: date) -> tuple[date, Planning]:
    """By when the step that is being opened should be done, and the planning with the pack that decides in it."""
    facts = {"clock": CLOCKS[planning.stage], "started_on": opened_on.isoformat()}
    deadline = work.decide("deadlines", opened_on, facts, case_id=planning.case_id, council=planning.council)
    return deadline.day("due"), planning.decide_by(deadline.pack)
