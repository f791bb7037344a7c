"""The questionnaires that come with the suite ask for all that their decisions need, and what is known stays known."""

from collections.abc import Mapping
from datetime import date
from functools import partial

import pytest

from policies.answering import PACK, QUESTIONNAIRES, answered_in_turn, drawn
from sevensteps.config import POLICIES
from sevensteps.policy import Library
from sevensteps.policy.authoring.questionnaire_ways import Ways
from sevensteps.policy.model.answered import Answered
from sevensteps.policy.model.answered_facts import facts_of
from sevensteps.policy.model.answered_points import points_of
from sevensteps.policy.model.question import Question, QuestionType
from sevensteps.policy.model.questionnaire import Purpose
from sevensteps.policy.model.verdict import Json
from sevensteps.policy.packs.decision_reader import read_decision
from sevensteps.steps import ADULT_OUTCOMES, CARER_OUTCOMES

LIBRARY = Library(POLICIES)
ON = date(2026, 4, 1)
SEEDS = range(25)
LIMBS = ("cannot_unaided", "pain_distress_anxiety", "endangers", "takes_longer")
NO_TROUBLE: Mapping[str, Json] = {"impairment": "yes", "impact": "yes", "child": False}


def spoken_to(name: str, decision: str) -> set[str]:
    """The facts of a decision to which a questionnaire speaks."""
    questions = QUESTIONNAIRES[name].questions
    return {speaks.fact for question in questions for speaks in question.speaks_to if speaks.decision == decision}


def outcomes(names: frozenset[str], limbs: tuple[str, ...]) -> set[str]:
    return {f"outcomes.{outcome}.{limb}" for outcome in names for limb in limbs}


def test_there_is_one_for_every_purpose() -> None:
    """Each of a size that people can answer; a self-assessment has 40 to 120 questions."""
    assert {questionnaire.purpose for questionnaire in QUESTIONNAIRES.values()} == set(Purpose)
    assert 40 <= len(QUESTIONNAIRES["needs"].questions) <= 120


@pytest.mark.parametrize("name", ["needs", "council-led", "light-touch"])
def test_every_outcome_and_limb_of_an_adult_is_asked_for(name: str) -> None:
    """SI 2015/313, reg 2: ten outcomes, four ways of being unable, what the needs arise from, and the impact."""
    of_reg_2 = outcomes(ADULT_OUTCOMES, LIMBS) | {"impairment", "significant_impact", "outcomes.child_caring"}
    assert spoken_to(name, "eligibility") == of_reg_2


def test_every_outcome_and_limb_of_a_carer_is_asked_for() -> None:
    """SI 2015/313, reg 3: eight outcomes with three limbs, necessary care, the carer's health, and the impact."""
    of_reg_3 = outcomes(CARER_OUTCOMES - {"carer_health"}, LIMBS[:3]) | {"necessary_care", "health_at_risk"}
    may_not_apply = {"outcomes.child_caring", "outcomes.other_caring"}
    assert spoken_to("carer", "carer-eligibility") == of_reg_3 | may_not_apply | {"significant_impact"}


def test_the_questions_on_money_give_every_fact_of_the_contribution() -> None:
    """But for the services, which are in the plan."""
    declared = read_decision(PACK, "contribution", ON).declared
    assert spoken_to("finances", "contribution") == set(declared.case)


@pytest.mark.parametrize("name", QUESTIONNAIRES)
def test_every_questionnaire_can_be_finished(name: str) -> None:
    """By somebody who answers each question that is asked: once with yes, and once with no."""
    questionnaire = QUESTIONNAIRES[name]
    for answer in (partial(plain_answer, yes=True), partial(plain_answer, yes=False)):
        assert answered_in_turn(questionnaire, answer).unanswered() == ()
    ways = Ways(questionnaire)
    assert all(ways.can_be_asked(question) for question in questionnaire.questions)


def plain_answer(question: Question, *, yes: bool) -> Json:
    """Yes or no, the first or the last option, and as little as can be said of everything else."""
    option = question.options[0 if yes else -1].id if question.options else ""
    by_type: Mapping[QuestionType, Json] = {
        QuestionType.YES_NO: yes,
        QuestionType.ONE_OF: option,
        QuestionType.SOME_OF: [option],
        QuestionType.NUMBER: 1,
        QuestionType.MONEY: {"amount": "5.00", "frequency": "weekly"} if question.asks_how_often else "5.00",
        QuestionType.DAY: "1980-01-01",
        QuestionType.TEXT: "Words.",
    }
    return by_type[question.type]


@pytest.mark.parametrize("name", QUESTIONNAIRES)
def test_whatever_is_answered_the_decisions_take_it(name: str) -> None:
    """No fact is of a wrong type or under a wrong name, and points are never more than the table has."""
    for seed in SEEDS:
        answered = Answered.of(QUESTIONNAIRES[name], drawn(QUESTIONNAIRES[name], seed))
        for decision in QUESTIONNAIRES[name].decisions:
            read_decision(PACK, decision, ON).declared.typed(facts_of(answered, decision), ON)
        points = points_of(answered)
        read_decision(PACK, "indicative-budget", ON).declared.typed(points.facts, ON)
        assert sum(points.informal.values()) <= points.total <= 100, seed


@pytest.mark.parametrize("name", QUESTIONNAIRES)
def test_what_is_known_stays_known_whatever_is_answered_further(name: str) -> None:
    """So an answer that is missing is never counted as a no, which a later answer would have to take back."""
    questionnaire = QUESTIONNAIRES[name]
    for seed in SEEDS:
        more = drawn(questionnaire, seed)
        fewer = {id_: answer for number, (id_, answer) in enumerate(more.items()) if number % 3}
        for decision in questionnaire.decisions:
            after = _flat(facts_of(Answered.of(questionnaire, more), decision))
            before = _flat(facts_of(Answered.of(questionnaire, fewer), decision))
            assert before.items() <= after.items(), seed


def _flat(facts: Mapping[str, Json], path: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for name, fact in facts.items():
        flat.update(_flat(fact, f"{path}{name}.") if isinstance(fact, Mapping) else {path + name: str(fact)})
    return flat


@pytest.mark.parametrize("name", QUESTIONNAIRES)
def test_answers_to_what_is_not_asked_count_for_nothing(name: str) -> None:
    """They are kept, and neither a fact nor a point comes of them."""
    questionnaire = QUESTIONNAIRES[name]
    for seed in SEEDS:
        answered = Answered.of(questionnaire, drawn(questionnaire, seed))
        hidden = answered.not_applicable
        without = {id_: answer for id_, answer in answered.answers.items() if id_ not in hidden}
        again = Answered.of(questionnaire, without)
        assert again.standings == answered.standings, seed
        assert points_of(again) == points_of(answered), seed
        for decision in questionnaire.decisions:
            assert facts_of(again, decision) == facts_of(answered, decision), seed


def test_two_outcomes_with_help_are_enough_and_one_is_not() -> None:
    """Of somebody who manages all else with no trouble, and looks after no child."""
    easy = {f"{outcome}_easily": True for outcome in ADULT_OUTCOMES}
    for helped, verdict in ((("nutrition", "hygiene"), "met"), (("nutrition",), "not_met")):
        answers: dict[str, Json] = {**easy, **NO_TROUBLE}
        for outcome in helped:
            answers |= {f"{outcome}_easily": False, f"{outcome}_help": True}
        facts = facts_of(Answered.of(QUESTIONNAIRES["needs"], answers), "eligibility")
        assert LIBRARY.decide("eligibility", pack="england", on=ON, facts=facts).verdict == verdict


def test_somebody_who_has_answered_little_is_not_refused() -> None:
    """Nine outcomes are easy, and of the tenth and the impairment nothing is said."""
    answers: dict[str, Json] = {f"{outcome}_easily": True for outcome in ADULT_OUTCOMES - {"toilet"}}
    answers |= {"child": False, "impact": "yes"}
    facts = facts_of(Answered.of(QUESTIONNAIRES["needs"], answers), "eligibility")
    answer = LIBRARY.decide("eligibility", pack="england", on=ON, facts={**facts, "impairment": True})
    assert answer.verdict == "not_met"  # one outcome more would not be enough
    del answers["hygiene_easily"]
    facts = facts_of(Answered.of(QUESTIONNAIRES["needs"], answers), "eligibility")
    assert LIBRARY.decide("eligibility", pack="england", on=ON, facts=facts).verdict == "not_enough_information"


def test_devons_published_example_comes_out_of_the_questionnaire() -> None:
    """A person of 37 in 2023 to 2024, with 327.20 a week in three parts, pays 110.10 (domain, section 15, L1)."""
    answers: dict[str, Json] = {
        "way": "tell", "born": "1986-03-01", "couple": False, "children": 0,
        "income": ["esa", "pip_daily_living", "other_income"],
        "esa": {"amount": "400.00", "frequency": "fortnightly"},
        "pip_daily_living": {"amount": "400.00", "frequency": "four_weekly"},
        "other_income": {"amount": "117.87", "frequency": "monthly"},
        "savings": ["none"], "housing": ["council_tax"],
        "council_tax": {"amount": "898.04", "frequency": "yearly"},
        "extra": ["heating", "laundry"],
        "heating": {"amount": "20.08", "frequency": "weekly"}, "laundry": {"amount": "8.00", "frequency": "weekly"},
        "assessment": "full", "disability_premium": True, "enhanced_disability_premium": True, "carer_premium": False,
    }  # fmt: skip
    facts = facts_of(Answered.of(QUESTIONNAIRES["finances"], answers), "contribution")
    assert (facts["weekly_income"], facts["capital"]) == ("327.20", "0.00")
    assert (facts["housing_costs"], facts["disability_expenditure"]) == ("17.27", "28.08")
    services: list[Json] = [{"id": "care", "kind": "care", "weekly_cost": "454.00"}]
    charge = LIBRARY.decide("contribution", pack="england", on=date(2023, 6, 1), facts={**facts, "services": services})
    assert (charge.verdict, charge.values["weekly_charge"]) == ("met", "110.10")


@pytest.mark.parametrize(
    ("way", "assessment", "saved", "charge"),
    [("above", "clearly_above_limit", "50000.00", "454.00"), ("below", "clearly_below_limit", "100.00", "0.00")],
)
def test_a_light_touch_assessment_needs_consent_and_a_rough_sum(
    way: str, assessment: str, saved: str, charge: str
) -> None:
    """SI 2014/2672, reg 10: nothing else is asked, and without consent nobody is treated as assessed."""
    answers: dict[str, Json] = {"way": way, "consent": True, "about": saved, "assessment": assessment}
    services: list[Json] = [{"id": "care", "kind": "care", "weekly_cost": "454.00"}]
    facts = facts_of(Answered.of(QUESTIONNAIRES["finances"], answers), "contribution")
    answer = LIBRARY.decide("contribution", pack="england", on=ON, facts={**facts, "services": services})
    assert answer.values["weekly_charge"] == charge
    refused = LIBRARY.decide(
        "contribution", pack="england", on=ON, facts={**facts, "services": services, "consent": False}
    )
    assert refused.verdict == "needs_judgement"
