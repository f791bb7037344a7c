"""The contribution against a function written from the text of SI 2014/2672, which knows nothing of packs or rules.

Households are drawn by chance, with children, partners, dates of birth beside every threshold, services of every kind
and facts that nobody knows. `PYTHONPATH=tests:. python tests/policies/test_charging_regulations.py 10000` does so many;
a failure names its seed and number. Nothing here is shared with the pack: the amounts are written again, pension age is
worked out from how the Acts raise it, and money is in pounds.
"""

import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple, TypeVar

import pytest

from policies.ages import anniversary, later, pension_credit_age
from sevensteps.errors import Fault
from sevensteps.policy import Library
from sevensteps.policy.model.arithmetic import age_by_birth
from sevensteps.policy.model.verdict import Json

LIBRARY = Library(Path(__file__).parents[2] / "policies")
SEEDS = range(5)
A_SEED = 200

Pounds = Decimal
Given = TypeVar("Given")
UNKNOWN = "not_enough_information"
NO_AMOUNT = "no amount"


class UnknownError(Exception):
    """A fact that the charge depends on is not known."""


class NoAmountError(Exception):
    """No amount is known for this household on this day."""


class Amounts(NamedTuple):
    """Regulation 7 in one year, paragraph by paragraph; a dash where nobody has established an amount."""

    child: str
    to_24: str
    to_pension_age: str
    from_pension_age: str
    couple: str
    couple_from_pension_age: str
    disability: str
    enhanced: str
    couple_disability: str
    couple_enhanced: str
    carer: str


REGULATION_7 = {
    date(2015, 4, 1): "83.65 72.40 91.40 189.00 71.80 144.30 40.35 19.70 28.75 14.15 43.25",
    date(2022, 4, 6): "86.20 74.60 94.15 194.70 - - 41.55 - - - -",
    date(2023, 4, 6): "94.90 82.15 103.65 214.35 81.40 163.65 45.75 22.35 - - 49.05",
    date(2024, 4, 8): "101.25 87.65 110.60 228.70 86.85 174.60 48.80 23.85 - - 52.35",
    date(2025, 4, 6): "102.95 89.15 112.50 232.60 - - 49.65 24.25 - - 53.25",
    date(2026, 4, 6): "106.85 95.40 120.40 241.45 94.55 184.35 51.55 25.15 36.75 18.05 55.30",
}
"""The last year's are those that the example council has entered."""


@dataclass(frozen=True, slots=True)
class Service:
    """One service, with None for what nobody knows."""

    kind: str | None
    weekly: Pounds | None
    once: Pounds | None
    began: date | None


@dataclass(frozen=True, slots=True)
class Household:
    """A person and their means, with None for what nobody knows."""

    services: Sequence[Service] | None
    assessment: str | None
    consent: bool | None
    arranges: bool | None
    born: date | None
    couple: bool | None
    partner_born: date | None
    children: int | None
    income: Pounds | None
    capital: Pounds | None
    housing: Pounds | None
    benefit: bool | None
    spent: Pounds | None
    disability: bool | None
    enhanced: bool | None
    carer: bool | None


@dataclass(frozen=True, slots=True)
class Council:
    """What a council has chosen: a maximum, a standard allowance because of a disability and a fee."""

    pack: str
    maximum: Pounds
    allowance: Pounds
    fee: Pounds


ENGLAND = Council("england", Pounds(1_000_000), Pounds(0), Pounds(0))
EXAMPLE = Council("example-council", Pounds(750), Pounds(10), Pounds("5.50"))


def known(*facts: object) -> None:
    if None in facts:
        raise UnknownError


def pounds(amount: str) -> Pounds:
    if amount == "-":
        raise NoAmountError
    return Pounds(amount)


def guaranteed(person: Household, day: date) -> Pounds:
    """Regulation 7: the amount of the household, of each child, and of the premiums."""
    known(person.born, person.couple, person.children, person.disability, person.enhanced, person.carer)
    assert person.born is not None
    assert person.children is not None
    amounts = Amounts(*REGULATION_7[max(begins for begins in REGULATION_7 if begins <= day)].split())
    pensioner = day >= pension_credit_age(person.born)
    if person.couple and not pensioner:
        known(person.partner_born)
        assert person.partner_born is not None
        pensioner = day >= pension_credit_age(person.partner_born)
    lone_parent = not person.couple and person.children > 0
    young = not lone_parent and day < anniversary(person.born, 25)
    if person.couple:  # paragraphs (4) and (6)
        own = amounts.couple_from_pension_age if pensioner else amounts.couple
        premiums = [(amounts.couple_disability, person.disability), (amounts.couple_enhanced, person.enhanced)]
    else:  # paragraphs (2), (3) and (5)
        own = amounts.from_pension_age if pensioner else amounts.to_24 if young else amounts.to_pension_age
        premiums = [(amounts.disability, person.disability), (amounts.enhanced, person.enhanced)]
    premiums.append((amounts.carer, person.carer))  # paragraph (7)
    of_premiums = sum(pounds(premium) for premium, applies in premiums if applies)
    return pounds(own) + person.children * pounds(amounts.child) + of_premiums


def may_be_charged(service: Service, day: date) -> bool | None:
    """Regulations 3 and 4, sections 14(3) of the Act and 117 of the Mental Health Act: whatever is not free by them."""
    if service.kind == "adaptation":
        return None if service.once is None else service.once > 1000
    if service.kind == "reablement":
        return None if service.began is None else day - service.began >= timedelta(weeks=6)
    return None if service.kind is None else service.kind == "care"


def charged_weekly(service: Service, day: date) -> Pounds | None:
    charged = service.kind != "adaptation" and may_be_charged(service, day)
    if charged is False or service.weekly == 0:
        return Pounds(0)
    return None if charged is None else service.weekly


def charged_once(service: Service, day: date) -> Pounds | None:
    """An adaptation above £1,000. Where the kind is not known, what costs no more is free or charged weekly."""
    if service.kind not in (None, "adaptation") or (service.once is not None and service.once <= 1000):
        return Pounds(0)
    return None if service.kind is None else service.once


def in_total(amounts: Sequence[Pounds | None]) -> Pounds | None:
    return None if None in amounts else sum((amount for amount in amounts if amount is not None), Pounds(0))


def regulations(person: Household, day: date, council: Council) -> tuple[str, Mapping[str, Pounds]]:
    """The verdict, and the amounts that come with it."""
    try:
        return by_services(person, day, council)
    except UnknownError:
        return UNKNOWN, {}
    except NoAmountError:
        return NO_AMOUNT, {}


def by_services(person: Household, day: date, council: Council) -> tuple[str, Mapping[str, Pounds]]:
    known(person.services)
    services = person.services or ()
    charged = [may_be_charged(service, day) for service in services]
    if True not in charged:
        known(*charged)
        return "not_met", {"weekly_charge": Pounds(0)}
    weekly = in_total([charged_weekly(service, day) for service in services])
    cost = None if weekly is None else min(weekly, council.maximum)
    amounts = by_assessment(person, day, council, cost)
    if amounts is None:
        return "needs_judgement", {}
    once = in_total([charged_once(service, day) for service in services])
    known(once)
    return ("needs_judgement" if once else "met"), amounts


def by_assessment(person: Household, day: date, council: Council, cost: Pounds | None) -> Mapping[str, Pounds] | None:
    """Regulation 10, then 12; None where it is for a person to judge."""
    above = person.capital is not None and person.capital > Pounds(23250)
    known(person.assessment)
    if person.assessment in ("refused", "not_co_operating"):
        known(cost)
        return None
    if person.assessment in ("clearly_above_limit", "clearly_below_limit"):
        if person.consent is False:
            return None
        known(person.capital)
        if above is (person.assessment == "clearly_below_limit"):
            return None
        known(person.consent)
        if person.assessment == "clearly_below_limit":
            return {"weekly_charge": Pounds(0)}
        return whole(person, council, cost)
    if person.assessment == "negligible_charge":
        known(person.consent)
        if not person.consent:
            return None
        known(cost)
        return {"weekly_charge": cost or Pounds(0)}
    known(person.capital)
    return whole(person, council, cost) if above else assessed(person, day, council, cost)


def whole(person: Household, council: Council, cost: Pounds | None) -> Mapping[str, Pounds]:
    """The whole cost, and regulation 5: a fee of whoever asks the council to arrange the care."""
    known(cost)
    if council.fee:
        known(person.arranges)
    return {"weekly_charge": cost or Pounds(0), "arrangement_fee": council.fee if person.arranges else Pounds(0)}


def assessed(person: Household, day: date, council: Council, cost: Pounds | None) -> Mapping[str, Pounds]:
    """Regulation 25, and section 14(7): what is left of the income, and never more than the cost."""
    kept = guaranteed(person, day)
    known(cost, person.income, person.housing, person.spent)
    if council.allowance:
        known(person.benefit)
    capital, income, housing = person.capital or Pounds(0), person.income or Pounds(0), person.housing or Pounds(0)
    steps = max(Pounds(0), capital - 14250) / 250
    tariff = Pounds(int(steps) + (steps != int(steps)))
    spent = max(person.spent or Pounds(0), council.allowance if person.benefit else Pounds(0))
    left = max(Pounds(0), income + tariff - housing - spent - kept)
    return {
        "weekly_charge": min(left, cost or Pounds(0)),
        "tariff_income": tariff,
        "guaranteed_income": kept,
        "disposable_income": left,
    }


KINDS = ("care", "reablement", "aid", "adaptation", "aftercare_117", "cjd", "carer_support",
         "given_to_adult_for_carer")  # fmt: skip
STEPS = (date(1950, 4, 6), date(1953, 4, 6), date(1953, 12, 6), date(1954, 10, 6), date(1960, 4, 6), date(1961, 3, 6))
LIGHT = ("clearly_above_limit", "negligible_charge", "clearly_below_limit", "refused", "not_co_operating")


class Drawn:
    """Draws households; each fact is unknown with the same small chance."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.unknown = chance.choice([0.0, 0.0, 0.02, 0.05, 0.15])

    def perhaps(self, fact: Given) -> Given | None:
        return None if self.chance.random() < self.unknown else fact

    def amount(self, *some: str, most: int = 100) -> Pounds:
        """One of some amounts that count, or any other."""
        any_other = Pounds(self.chance.randrange(100 * most)) / 100
        return Pounds(self.chance.choice(some)) if self.chance.random() < 0.3 else any_other

    def birth(self, day: date) -> date:
        """Anybody of 18 or older, often within a month of an age or of a date of birth that counts."""
        oldest = date(1920, 1, 1)
        counts = [later(day, -25 * 12), later(day, -66 * 12), later(day, -66 * 12 - 5), *STEPS]
        near = self.chance.choice(counts) + timedelta(days=self.chance.randint(-31, 31))
        anywhere = oldest + timedelta(days=self.chance.randrange((later(day, -18 * 12) - oldest).days + 1))
        born = self.chance.choice(
            [near, anywhere, date(1950 + self.chance.randrange(11), self.chance.randint(1, 12), 6)]
        )
        return born if anniversary(born, 18) <= day else anywhere

    def service(self, day: date, *kinds: str) -> Service:
        began = day - timedelta(days=self.chance.choice([0, 41, 42, 43, 90]))
        return Service(
            self.perhaps(self.chance.choice(kinds)), self.perhaps(self.amount("0", "60", "1200", most=600)),
            self.perhaps(self.amount("0", "999.99", "1000", "1000.01", most=3000)), self.perhaps(began),
        )  # fmt: skip

    def household(self, day: date) -> Household:
        chance = self.chance
        yes = [chance.random() < 0.4 for _ in range(8)]
        services = [self.service(day, *KINDS) for _ in range(chance.choice([0, 1, 1, 2]))]
        services += [self.service(day, "care")] if chance.random() < 0.7 else []
        return Household(
            self.perhaps(services), self.perhaps("full" if chance.random() < 0.8 else chance.choice(LIGHT)),
            self.perhaps(yes[0]), self.perhaps(yes[1]), self.perhaps(self.birth(day)), self.perhaps(yes[2]),
            self.perhaps(self.birth(day)), self.perhaps(chance.choice([0, 0, 0, 1, 2, 5])),
            self.perhaps(self.amount("0", "200", "300", "1000", most=900)),
            self.perhaps(self.amount("0", "14250", "14250.01", "14500.01", "23250", "23250.01", "40000", most=25000)),
            self.perhaps(self.amount("0", "17.27")), self.perhaps(yes[3]), self.perhaps(self.amount("0", "9.99", "10")),
            self.perhaps(yes[4]), self.perhaps(yes[5]), self.perhaps(yes[6]),
        )  # fmt: skip


def some_day(chance: random.Random) -> tuple[date, Council]:
    if chance.random() < 0.3:
        return date(2026, 4, 6) + timedelta(days=chance.randrange(365)), EXAMPLE
    first = date(2015, 4, 1)
    edges = [day + timedelta(days=step) for day in REGULATION_7 for step in (-1, 0) if first < day < date(2026, 4, 6)]
    anyday = first + timedelta(days=chance.randrange((date(2026, 4, 6) - first).days))
    return (chance.choice(edges) if chance.random() < 0.2 else anyday), ENGLAND


def written(fact: object) -> Json:
    """A fact as a caller gives it."""
    if isinstance(fact, Pounds):
        return f"{fact:.2f}"
    return fact.isoformat() if isinstance(fact, date) else fact  # type: ignore[return-value]


def facts_of(person: Household) -> dict[str, Json]:
    listed: Json = None
    if person.services is not None:
        listed = [
            {"id": f"s{place}", "kind": service.kind, "weekly_cost": written(service.weekly),
             "one_off_cost": written(service.once), "began": written(service.began)}
            for place, service in enumerate(person.services)
        ]  # fmt: skip
    named = {
        "assessment": person.assessment, "consent": person.consent, "council_arranges": person.arranges,
        "born": person.born, "couple": person.couple, "partner_born": person.partner_born,
        "children": person.children, "weekly_income": person.income, "capital": person.capital,
        "housing_costs": person.housing, "disability_benefit": person.benefit, "disability_expenditure": person.spent,
        "disability_premium": person.disability, "enhanced_disability_premium": person.enhanced,
        "carer_premium": person.carer,
    }  # fmt: skip
    return {"services": listed, **{name: written(fact) for name, fact in named.items()}}


def has_no_amount(person: Household, day: date) -> bool:
    try:
        guaranteed(person, day)
    except (NoAmountError, UnknownError) as why:
        return isinstance(why, NoAmountError)
    return False


AMOUNTS = ("weekly_charge", "arrangement_fee", "tariff_income", "guaranteed_income", "disposable_income")


def differences(seed: int, number: int) -> Iterator[tuple[str, str]]:
    """What the law says of each household drawn, and how the pack's decision differs from it; empty where it agrees."""
    chance = random.Random(seed)  # noqa: S311 - seeded, so that a failure can be had again
    for place in range(number):
        day, council = some_day(chance)
        person = Drawn(chance).household(day)
        says, amounts = regulations(person, day, council)
        expected = (says, {name: f"{amount:.2f}" for name, amount in amounts.items()})
        try:
            decided = LIBRARY.decide("contribution", pack=council.pack, on=day, facts=facts_of(person))
        except Fault as fault:
            nothing_said = says == NO_AMOUNT or (says == UNKNOWN and has_no_amount(person, day))
            agrees = fault.reason == "PARAMETER_MISSING" and nothing_said
            yield says, "" if agrees else f"{seed}, {place}: {expected}, {fault}, {day}, {person}"
            continue
        values = {name: str(decided.values[name]) for name in AMOUNTS if name in decided.values}
        agrees = (decided.verdict.value, values) == expected and bool(decided.missing) is (says == UNKNOWN)
        found = f"{seed}, {place}: {expected}, {decided.verdict} {values} {decided.missing}, {day}, {person}"
        yield says, "" if agrees else found


@pytest.mark.parametrize("seed", SEEDS)
def test_a_contribution_is_what_the_regulations_say(seed: int) -> None:
    """Both evaluators and the regulations' own words come to the same verdict and amounts, of every kind."""
    drawn = list(differences(seed, A_SEED))
    assert [difference for _, difference in drawn if difference] == []
    assert {says for says, _ in drawn} == {"met", "not_met", "needs_judgement", UNKNOWN, NO_AMOUNT}


@pytest.mark.parametrize(
    ("born", "reached"),
    [
        ("1950-04-05", "2010-04-05"), ("1950-04-06", "2010-05-06"), ("1952-06-01", "2014-07-06"),
        ("1953-04-05", "2016-03-06"), ("1953-04-06", "2016-07-06"), ("1953-12-05", "2018-11-06"),
        ("1953-12-06", "2019-03-06"), ("1954-10-05", "2020-09-06"), ("1954-10-06", "2020-10-06"),
        ("1960-04-05", "2026-04-05"), ("1960-02-29", "2026-03-01"), ("1960-07-31", "2026-11-30"),
        ("1960-12-31", "2027-09-30"),
        ("1961-01-31", "2027-11-30"), ("1961-03-05", "2028-02-05"), ("1961-03-06", "2028-03-06"),
    ],
)  # fmt: skip
def test_pension_age_is_that_of_the_acts(born: str, reached: str) -> None:
    """The function that the pack is held against, at the days that the Acts themselves and the timetable name."""
    assert pension_credit_age(date.fromisoformat(born)).isoformat() == reached


def test_the_table_of_the_pack_is_that_of_the_acts() -> None:
    """For every date of birth from 1930 to 1970, the pack's table and the Acts' rule lead to the same day."""
    table = LIBRARY.pack("england").parameters["charging.pension_age"].on(date(2026, 1, 1)).value
    births = [date(1930, 1, 1) + timedelta(days=days) for days in range(365 * 40)]
    wrong = [born for born in births if age_by_birth(born.isoformat(), table) != pension_credit_age(born).isoformat()]  # type: ignore[arg-type]
    assert wrong == []


if __name__ == "__main__":
    households = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    results = list(differences(9, households))
    for _, differing in results:
        if differing:
            print(differing)
    print(f"{sum(not differing for _, differing in results)} of {households} households agree")
