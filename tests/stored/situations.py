"""The cases of a store: one for every place in which a case can stand, and one for every way in which one ends.

Some begin before the council changes its pack (BEFORE), two of them go on afterwards (WENT_ON), and some begin after
that (AFTER).
"""

from collections.abc import Awaitable, Callable, Mapping

from sevensteps.api.planning.v1 import planning_pb2 as planning
from sevensteps.errors import Fault
from sevensteps.temporal import WaitingFor
from stored.assessing import adult_facts
from stored.case import Case
from stored.player import comes_to, play_to_end, play_until
from stored.records import today

Situation = Callable[[Case], Awaitable[None]]

WITH_CAPACITY = planning.DirectPaymentFacts(
    has_capacity=True,
    requests=True,
    prohibited=False,
    court_order_exclusion=False,
    capable_with_help=True,
    appropriate=True,
)
WITHOUT_CAPACITY = planning.DirectPaymentFacts(
    has_capacity=False,
    requests=True,
    prohibited=False,
    court_order_exclusion=False,
    capable_with_help=True,
    appropriate=True,
    mca_person_supports=True,
    best_interests=True,
)
NOT_CAPABLE = planning.DirectPaymentFacts(
    has_capacity=True,
    requests=True,
    prohibited=False,
    court_order_exclusion=False,
    capable_with_help=False,
    appropriate=True,
)
IN_THE_GAP = "2026-07-15"
"""A day for which the council's first pack has no value, and its second has: support that starts on it parks."""
BEYOND_THE_LAST_VALUE = "2027-09-01"
"""A day for which both have none. Support may start at most a year from today: a store made later takes later days."""


async def refused(act: Awaitable[None], reason: str) -> None:
    """Do what a service refuses for this reason; the receipt of the decision stays."""
    try:
        await act
    except Fault as fault:
        if fault.reason != reason:
            raise
    else:
        raise AssertionError(f"It was expected to be refused with {reason}.")


# Step 1


async def contact_alone(case: Case) -> None:
    """Nothing but the first contact."""


async def self_assessment_with_advocate(case: Case) -> None:
    """The person has said what they need, and an advocate is owed."""
    await case.record_self_assessment()
    await case.consider_advocacy(difficulty=True)


async def urgent_support(case: Case) -> None:
    """Urgent needs are met, and the assessment is to follow."""
    await case.record_urgent_support()
    await case.consider_advocacy(difficulty=False)


async def facts_missing(case: Case) -> None:
    """The proposal says what is not known yet."""
    unknown = adult_facts()
    unknown.ClearField("outcomes")
    await case.propose(unknown)


async def proposed(case: Case) -> None:
    """Proposed, and nobody has confirmed it."""
    await case.propose()


async def confirmed(case: Case) -> None:
    """Confirmed; the indicative budget is to be given."""
    await play_until(case, WaitingFor.INDICATIVE_BUDGET)


async def budget_above_the_table(case: Case) -> None:
    """So many points take a practitioner's figure, which was not given."""
    await play_until(case, WaitingFor.INDICATIVE_BUDGET)
    await refused(case.give_budget(120), "FIELD_INVALID")


async def advice_owed(case: Case) -> None:
    """Not eligible; written reasons and advice are to be given."""
    await case.propose(adult_facts(["habitable"]))
    await case.confirm()
    await comes_to(case, WaitingFor.ADVICE)


async def reassessed(case: Case) -> None:
    """A review led back to step 1, where a second determination is proposed."""
    await play_until(case, WaitingFor.REVIEW)
    await case.complete_review("reassess")
    await comes_to(case, WaitingFor.DETERMINATION)
    await case.propose()


# Step 2


async def plan_to_be_made(case: Case) -> None:
    """No draft yet."""
    await play_until(case, WaitingFor.PLAN)


async def draft_of_six_questions(case: Case) -> None:
    """A draft that could be submitted."""
    await play_until(case, WaitingFor.PLAN)
    await case.save_plan("six")


async def draft_of_nine_questions(case: Case) -> None:
    """A draft with a question that has no answer yet."""
    await play_until(case, WaitingFor.PLAN)
    await case.save_plan("nine", left_out="look")
    await refused(case.submit_plan(), "QUESTIONS_UNANSWERED")


async def plan_on_hold(case: Case) -> None:
    """The case was put on hold while the plan is made."""
    await draft_of_six_questions(case)
    await case.place_hold()
    await comes_to(case, WaitingFor.RELEASE)


async def hold_before_the_plan(case: Case) -> None:
    """The case is on hold, so that step 2 is not opened."""
    await play_until(case, WaitingFor.INDICATIVE_BUDGET)
    await case.place_hold()
    await comes_to(case, WaitingFor.RELEASE)
    await case.give_budget()


async def returned(case: Case) -> None:
    """The plan was returned; its second version is under way."""
    await play_until(case, WaitingFor.DECISION)
    await case.return_plan()
    await comes_to(case, WaitingFor.PLAN)
    await case.save_plan("nine")


async def plan_changed_by_review(case: Case) -> None:
    """A review led back to step 2."""
    await play_until(case, WaitingFor.REVIEW)
    await case.complete_review("change_plan")
    await comes_to(case, WaitingFor.PLAN)


# Step 3


async def decision_awaited(case: Case) -> None:
    """A plan that meets every check."""
    await play_until(case, WaitingFor.DECISION)


async def gambling(case: Case) -> None:
    """A plan that cannot be signed."""
    await play_until(case, WaitingFor.PLAN)
    await case.save_plan(use=planning.USE_GAMBLING)
    await case.submit_plan()
    await comes_to(case, WaitingFor.DECISION)
    await refused(case.approve(), "CHECKS_NOT_MET")


async def judgement_needed(case: Case) -> None:
    """A plan that only those who may carry a risk can sign; a team manager tried."""
    await play_until(case, WaitingFor.PLAN)
    await case.save_plan(risks=False)
    await case.submit_plan()
    await comes_to(case, WaitingFor.DECISION)
    await refused(case.approve("tom"), "AUTHORITY_LACKING")


# Step 4


async def money_to_be_organised(case: Case) -> None:
    """Nobody holds any of it yet."""
    await play_until(case, WaitingFor.MONEY)


async def money_in_three_parts(case: Case) -> None:
    """A part as a direct payment, a part with the council, a part with a provider, and some that nobody holds."""
    await play_until(case, WaitingFor.MONEY)
    await case.arrange_money("direct_payment", "10.00", "person", WITH_CAPACITY)
    await case.arrange_money("council_managed", "5.00")
    await case.arrange_money("individual_service_fund", "6.50")


async def direct_payment_refused(case: Case) -> None:
    """A condition of s.31 is not met."""
    await play_until(case, WaitingFor.MONEY)
    await refused(case.arrange_money("direct_payment", "10.00", "person", NOT_CAPABLE), "DIRECT_PAYMENT_CONDITIONS")


# Step 5


async def support_to_be_arranged(case: Case) -> None:
    """An attorney receives the money; no support yet."""
    await play_until(case, WaitingFor.MONEY)
    await case.appoint_attorney()
    await case.arrange_money("direct_payment", "", "attorney", WITHOUT_CAPACITY)
    await comes_to(case, WaitingFor.SUPPORT)


async def support_partly_arranged(case: Case) -> None:
    """One of two needs has an arrangement."""
    await play_until(case, WaitingFor.SUPPORT)
    await case.arrange_support(["nutrition"])


async def parked(case: Case, starts_on: str = BEYOND_THE_LAST_VALUE) -> None:
    """The pack has no value for the day on which support starts, so step 6 is not opened."""
    await play_until(case, WaitingFor.SUPPORT)
    await case.arrange_support(starts_on=starts_on)
    await comes_to(case, WaitingFor.MEND)


# Step 6


async def living(case: Case) -> None:
    """Support starts in a month, and a review follows."""
    await play_until(case, WaitingFor.SUPPORT)
    await case.arrange_support(starts_on=today(30))
    await comes_to(case, WaitingFor.REVIEW_DATE)


async def living_on_a_direct_payment(case: Case) -> None:
    """The law has a date for the review, and money is spent."""
    await play_until(case, WaitingFor.MONEY)
    await case.arrange_money("direct_payment", "", "person", WITH_CAPACITY)
    await comes_to(case, WaitingFor.SUPPORT)
    await case.arrange_support(starts_on=today())
    await comes_to(case, WaitingFor.REVIEW_DATE)
    await case.record_spend()


async def life_on_hold(case: Case) -> None:
    """A hold stops the clock of practice."""
    await living(case)
    await case.place_hold()
    await comes_to(case, WaitingFor.RELEASE)


async def life_on_hold_with_a_date_of_law(case: Case) -> None:
    """A hold does not stop the clock of the law."""
    await living_on_a_direct_payment(case)
    await case.place_hold()
    await comes_to(case, WaitingFor.RELEASE)


async def continued(case: Case) -> None:
    """A review found that the plan works."""
    await play_until(case, WaitingFor.REVIEW)
    await case.complete_review("continue")
    await comes_to(case, WaitingFor.REVIEW_DATE)


# Step 7


async def review_requested(case: Case) -> None:
    """Somebody asked for it."""
    await play_until(case, WaitingFor.REVIEW)


async def review_triggered(case: Case) -> None:
    """Something happened that calls for it."""
    await play_until(case, WaitingFor.REVIEW_DATE)
    await case.trigger_review()
    await comes_to(case, WaitingFor.REVIEW)


async def review_planned(case: Case) -> None:
    """Its date came."""
    await play_until(case, WaitingFor.SUPPORT)
    await case.arrange_support(starts_on=today(-60))
    await comes_to(case, WaitingFor.REVIEW)


async def review_on_hold(case: Case) -> None:
    """A review under way when a hold is placed."""
    await play_until(case, WaitingFor.REVIEW)
    await case.place_hold()
    await comes_to(case, WaitingFor.RELEASE)


# Ended


async def advised(case: Case) -> None:
    """The contact was answered with information and advice."""
    await case.end("information_and_advice")
    await comes_to(case, WaitingFor.NOTHING)


async def not_eligible(case: Case) -> None:
    """Written reasons and advice were given."""
    await advice_owed(case)
    await play_to_end(case)


async def assessment_refused(case: Case) -> None:
    """The person does not want one."""
    await case.end("assessment_refused")
    await comes_to(case, WaitingFor.NOTHING)


async def support_ended(case: Case) -> None:
    """A review found that support is not needed any more."""
    await play_to_end(case)


async def moved(case: Case) -> None:
    """The person moved while living with the plan."""
    await living(case)
    await case.end("moved")
    await comes_to(case, WaitingFor.NOTHING)


async def died(case: Case) -> None:
    """The person died while the plan waited for its decision."""
    await decision_awaited(case)
    await case.end("died")
    await comes_to(case, WaitingFor.NOTHING)


# Cases that go on under the changed pack


async def parked_until_the_change(case: Case) -> None:
    """The second pack mends it."""
    await parked(case, IN_THE_GAP)


async def changed_over(case: Case) -> None:
    """Assessed by the first pack; its plan is checked by the second."""
    await decision_awaited(case)


async def resumed(case: Case) -> None:
    """Parked, mended by the changed pack, resumed; its review is under way, for the date has passed."""
    await case.resume()
    await comes_to(case, WaitingFor.REVIEW)


BEFORE: Mapping[str, Situation] = {
    "contact_alone": contact_alone,
    "self_assessment_with_advocate": self_assessment_with_advocate,
    "urgent_support": urgent_support,
    "facts_missing": facts_missing,
    "proposed": proposed,
    "proposed_carer": proposed,
    "confirmed_carer": confirmed,
    "budget_above_the_table": budget_above_the_table,
    "advice_owed": advice_owed,
    "reassessed": reassessed,
    "plan_to_be_made": plan_to_be_made,
    "draft_of_six_questions": draft_of_six_questions,
    "draft_of_nine_questions_carer": draft_of_nine_questions,
    "plan_on_hold": plan_on_hold,
    "hold_before_the_plan": hold_before_the_plan,
    "returned": returned,
    "plan_changed_by_review": plan_changed_by_review,
    "decision_awaited": decision_awaited,
    "gambling": gambling,
    "judgement_needed": judgement_needed,
    "money_to_be_organised_carer": money_to_be_organised,
    "money_in_three_parts": money_in_three_parts,
    "direct_payment_refused": direct_payment_refused,
    "support_to_be_arranged": support_to_be_arranged,
    "support_partly_arranged": support_partly_arranged,
    "parked": parked,
    "resumed": parked_until_the_change,
    "living": living,
    "living_on_a_direct_payment": living_on_a_direct_payment,
    "life_on_hold": life_on_hold,
    "life_on_hold_with_a_date_of_law": life_on_hold_with_a_date_of_law,
    "continued_carer": continued,
    "review_requested": review_requested,
    "review_triggered": review_triggered,
    "review_planned": review_planned,
    "review_on_hold": review_on_hold,
    "changed_over": plan_to_be_made,
    "advised": advised,
    "not_eligible": not_eligible,
    "assessment_refused": assessment_refused,
    "support_ended_carer": support_ended,
    "moved": moved,
    "died": died,
}
"""What happens before the council changes its pack, by the name of the case; those that end in _carer are carers'."""
WENT_ON: Mapping[str, Situation] = {"changed_over": changed_over, "resumed": resumed}
"""What happens to some of these cases after it."""
AFTER: Mapping[str, Situation] = {
    "proposed_by_the_changed_pack": proposed,
    "draft_by_the_changed_pack": draft_of_six_questions,
    "decision_by_the_changed_pack": decision_awaited,
    "money_by_the_changed_pack": money_in_three_parts,
    "living_by_the_changed_pack": living,
    "review_by_the_changed_pack": review_triggered,
    "continued_by_the_changed_pack": continued,
}
"""The cases that begin after it."""
THROUGH_ALL_STEPS: Situation = support_ended
"""A trip through every service: each of them notices that the pack has changed."""
