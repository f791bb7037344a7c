"""The Care Act decisions against functions written from the regulations' text, which know nothing of packs or rules.

Each seed stands for a thousand sets of facts, unknown ones among them; a failure names its seed and number.
"""

import random
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import cast

import pytest

from sevensteps.policy import Library
from sevensteps.policy.model.verdict import Json

LIBRARY = Library(Path(__file__).parents[2] / "policies")
ON = date(2026, 4, 1)
SEEDS = range(10)
A_SEED = 1_000

Facts = dict[str, Json]
Truth = bool | None

ADULT_OUTCOMES = (
    "nutrition", "hygiene", "toilet", "clothed", "home_safe", "habitable", "relationships", "work_education",
    "community", "child_caring",
)  # fmt: skip
ADULT_LIMBS = ("cannot_unaided", "pain_distress_anxiety", "endangers", "takes_longer")
CARER_OUTCOMES = (
    "child_caring", "other_caring", "habitable", "nutrition", "relationships", "work_education", "community",
    "recreation",
)  # fmt: skip
CARER_LIMBS = ADULT_LIMBS[:3]


def some(chance: random.Random, yes: float) -> Truth:
    return None if chance.random() < 0.15 else chance.random() < yes


def outcomes(chance: random.Random, names: tuple[str, ...], limbs: tuple[str, ...]) -> Facts:
    yes = chance.choice([0.02, 0.1, 0.5])
    asked = {name: {limb: some(chance, yes) for limb in limbs} for name in names if chance.random() < 0.9}
    return cast("Facts", asked)


def of_an_adult(chance: random.Random) -> Facts:
    facts: Facts = {"impairment": some(chance, 0.9), "significant_impact": some(chance, 0.9)}
    asked = outcomes(chance, ADULT_OUTCOMES, ADULT_LIMBS)
    if chance.random() < 0.3:
        asked["child_caring"] = "not_applicable"
    return {**facts, "outcomes": asked}


def of_a_carer(chance: random.Random) -> Facts:
    asked = outcomes(chance, CARER_OUTCOMES, CARER_LIMBS)
    asked |= {name: "not_applicable" for name in ("child_caring", "other_caring") if chance.random() < 0.3}
    return {
        "necessary_care": some(chance, 0.9), "health_at_risk": some(chance, 0.2),
        "significant_impact": some(chance, 0.9), "outcomes": asked,
    }  # fmt: skip


def of_a_duty(chance: random.Random) -> Facts:
    eligible = chance.choice([0.0, 0.1, 0.5])
    needs: Facts = {
        name: {
            "eligible": None if chance.random() < 0.02 else chance.random() < eligible,
            "met_by_carer": some(chance, chance.choice([0.2, 0.8])),
        }
        for name in ADULT_OUTCOMES
    }
    return {
        "needs": needs, "residence": a_residence(chance), "charged": some(chance, 0.7),
        "means_within_limit": some(chance, 0.3), "asks": some(chance, 0.3), "care_home": some(chance, 0.5),
        "lacks_capacity": some(chance, 0.4), "somebody_arranges": some(chance, 0.5),
    }  # fmt: skip


def of_a_duty_to_a_carer(chance: random.Random) -> Facts:
    return {
        "eligible_needs": [name for name in (*CARER_OUTCOMES, "carer_health") if chance.random() < 0.2],
        "residence": a_residence(chance), "charged": some(chance, 0.5), "means_within_limit": some(chance, 0.3),
        "asks": some(chance, 0.3), "care_to_adult": some(chance, 0.5), "adult_charged": some(chance, 0.5),
        "adult_means_within_limit": some(chance, 0.5), "adult_agrees": some(chance, 0.7),
        "adult_asks": some(chance, 0.2),
    }  # fmt: skip


def a_residence(chance: random.Random) -> str | None:
    return chance.choice(["here", "here", "here", "no_settled_residence", "elsewhere", None])


def unable(outcome: Json, limbs: tuple[str, ...]) -> Truth:
    """Regulations 2(3) and 3(3): unable to achieve an outcome in any one of these ways."""
    if outcome == "not_applicable":
        return False
    ways = [cast("Mapping[str, Truth]", outcome or {}).get(limb) for limb in limbs]
    return True if True in ways else None if None in ways else False


def all_of(*conditions: Truth) -> str:
    if False in conditions:
        return "not_met"
    return "not_enough_information" if None in conditions else "met"


def so_many(number: int, answers: list[Truth]) -> Truth:
    surely, perhaps = answers.count(True), len(answers) - answers.count(False)
    return True if surely >= number else None if perhaps >= number else False


def regulation_2(facts: Facts) -> str:
    """An adult's needs are eligible by three conditions.

    (a) They arise from an impairment or illness, (b) as a result the adult is unable to achieve two or more of the
    outcomes, and (c) as a consequence there is a significant impact on well-being.
    """
    given = cast("Facts", facts["outcomes"])
    answers = [unable(given.get(name), ADULT_LIMBS) for name in ADULT_OUTCOMES]
    return all_of(cast("Truth", facts["impairment"]), so_many(2, answers), cast("Truth", facts["significant_impact"]))


def regulation_3(facts: Facts) -> str:
    """A carer's needs are eligible by three conditions.

    (a) They arise from providing necessary care, (b) health is at risk or the carer is unable to achieve any of the
    outcomes, and (c) as a consequence there is a significant impact on well-being.
    """
    given = cast("Facts", facts["outcomes"])
    health = cast("Truth", facts["health_at_risk"])
    effects = [health, *(unable(given.get(name), CARER_LIMBS) for name in CARER_OUTCOMES)]
    return all_of(
        cast("Truth", facts["necessary_care"]), so_many(1, effects), cast("Truth", facts["significant_impact"])
    )


def either(*conditions: Truth) -> Truth:
    return True if True in conditions else None if None in conditions else False


def both(*conditions: Truth) -> Truth:
    return False if False in conditions else None if None in conditions else True


def no(condition: Truth) -> Truth:
    return None if condition is None else not condition


def lives_here(residence: Json) -> Truth:
    """Sections 18(1)(a) and 20(1)(a): ordinarily resident in the area, or present in it but of no settled residence."""
    return None if residence is None else residence in {"here", "no_settled_residence"}


def duty_or_power(eligible: Truth, *conditions: Truth) -> str:
    """Without a need that meets the criteria there is no duty; else all conditions make it one, or there is a power."""
    if eligible is False:
        return "not_met"
    if eligible is None:
        return "not_enough_information"
    return {True: "met", False: "needs_judgement", None: "not_enough_information"}[both(*conditions)]


def section_18(facts: Facts) -> str:
    """The duty to meet an adult's needs that meet the criteria and are not met by a carer, section 18(1) and (7).

    (a) The adult lives in the area, and (c) nothing is charged or one of three conditions is met. Condition 1: means at
    or below the limit. Condition 2, not for a care home: the adult asks. Condition 3: no capacity, and nobody arranges.
    """
    known = {name: cast("Truth", facts[name]) for name in facts if name not in {"needs", "residence"}}
    needs = cast("Mapping[str, Mapping[str, Truth]]", facts["needs"]).values()
    condition_2 = both(known["asks"], no(known["care_home"]))
    condition_3 = both(known["lacks_capacity"], no(known["somebody_arranges"]))
    return duty_or_power(
        either(*(need["eligible"] for need in needs)),
        lives_here(facts["residence"]),
        either(no(known["charged"]), known["means_within_limit"], condition_2, condition_3),
        either(*(both(need["eligible"], no(need["met_by_carer"])) for need in needs)),
    )


def section_20(facts: Facts) -> str:
    """The duty to meet a carer's needs for support that meet the criteria, section 20(1).

    (a) The adult cared for lives in the area. (b) Support to the carer: no charge, means at or below the limit, or the
    carer asks. (c) Care for the adult: the adult agrees, and pays nothing or has means at or below the limit; or asks.
    """
    known = {name: cast("Truth", facts[name]) for name in facts if name not in {"eligible_needs", "residence"}}
    agreed = both(known["adult_agrees"], either(no(known["adult_charged"]), known["adult_means_within_limit"]))
    return duty_or_power(
        bool(facts["eligible_needs"]),
        lives_here(facts["residence"]),
        either(no(known["charged"]), known["means_within_limit"], known["asks"]),
        either(no(known["care_to_adult"]), agreed, known["adult_asks"]),
    )


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("decision", "drawn", "regulation"),
    [
        ("eligibility", of_an_adult, regulation_2),
        ("carer-eligibility", of_a_carer, regulation_3),
        ("duty", of_a_duty, section_18),
        ("carer-duty", of_a_duty_to_a_carer, section_20),
    ],
)
@pytest.mark.item(19, 20)
def test_a_decision_is_what_the_regulation_says(
    seed: int, decision: str, drawn: Callable[[random.Random], Facts], regulation: Callable[[Facts], str]
) -> None:
    """The durable-rules evaluator, the plain one and the regulation's own words come to the same verdict."""
    chance = random.Random(seed)  # noqa: S311 - seeded, so that a failure can be had again
    for number in range(A_SEED):
        facts = drawn(chance)
        decided = LIBRARY.decide(decision, pack="england", on=ON, facts=facts)
        assert decided.verdict.value == regulation(facts), (seed, number, facts)
        assert bool(decided.missing) is (decided.verdict.value == "not_enough_information")


@pytest.mark.parametrize("seed", SEEDS)
def test_the_missing_facts_settle_it(seed: int) -> None:
    """Once every fact that is named as missing is known, the verdict is; what is not named makes no difference."""
    chance = random.Random(A_SEED + seed)  # noqa: S311 - seeded, so that a failure can be had again
    for _ in range(100):
        facts = of_an_adult(chance)
        decided = LIBRARY.decide("eligibility", pack="england", on=ON, facts=facts)
        missing = [path.split(".") for path in decided.missing]
        for value in (True, False):
            filled = filled_in(facts, missing, value)
            assert regulation_2(filled) != "not_enough_information"
            assert LIBRARY.decide("eligibility", pack="england", on=ON, facts=filled).missing == ()


def filled_in(facts: Facts, paths: list[list[str]], value: bool) -> Facts:  # noqa: FBT001 - the value to fill in
    outcomes_ = {name: dict(limbs) if isinstance(limbs, Mapping) else limbs
                 for name, limbs in cast("Mapping[str, Json]", facts["outcomes"]).items()}  # fmt: skip
    filled: Facts = {**facts, "outcomes": cast("Json", outcomes_)}
    for path in paths:
        target: Facts = filled
        for step in path[:-1]:
            target = cast("Facts", target.setdefault(step, {}))
        target[path[-1]] = value
    return filled
