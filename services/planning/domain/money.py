"""The personal budget and who holds each part of it. Pure; amounts in pounds a week."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from services.planning.domain.plan import SpendLine
from sevensteps.errors import Fault, Kind
from sevensteps.money import pounds
from sevensteps.policy.model.verdict import Json

DIRECT_PAYMENT = "direct_payment"
NOMINATED_PERSON = "nominated_person"

AUTHORISED_PERSONS: Mapping[str, str] = {
    "attorney": "attorney",
    "deputy": "deputy",
    "suitable_person": "suitable",
    "suitable_person_nobody_authorised": "suitable_nobody_authorised",
}
"""Payees who act for an adult without capacity (s.32(4)), by what the policy pack calls them."""


@dataclass(frozen=True, slots=True)
class Holding:
    """How a part of the money is asked to be held. `payee` and `facts` (None: unknown) are for a direct payment."""

    kind: str
    payee: str
    weekly: Decimal
    facts: Mapping[str, bool | None]


@dataclass(frozen=True, slots=True)
class MoneyArrangement:
    """A part of the personal budget with its holder. `payee` and `receipt_id` are for a direct payment."""

    arrangement_id: str
    kind: str
    payee: str
    weekly: Decimal
    receipt_id: str | None


def left(budget: Decimal, arranged: Iterable[MoneyArrangement]) -> Decimal:
    """What still has no holder."""
    return budget - sum((each.weekly for each in arranged), Decimal("0.00"))


def ensure_within(weekly: Decimal, remaining: Decimal, case_id: str) -> None:
    """Raise a Fault (PRECONDITION, OVER_BUDGET) when more is arranged than has no holder yet."""
    if weekly > remaining:
        raise Fault(
            Kind.PRECONDITION,
            "OVER_BUDGET",
            f"Only {pounds(remaining)} pounds a week of the personal budget have no holder yet. Arrange at most that.",
            metadata={"case_id": case_id, "left_weekly": pounds(remaining)},
        )


def paid_directly(arranged: Iterable[MoneyArrangement]) -> Decimal:
    """What is held as direct payments."""
    return sum((each.weekly for each in arranged if each.kind == DIRECT_PAYMENT), Decimal("0.00"))


def pack_facts(holding: Holding, reached: Sequence[SpendLine]) -> dict[str, Json]:
    """What the decision direct-payment asks, but for the facts that were given: the payee, and what the money may buy.

    `reached` are the lines of the agreed plan that the payment may pay for.
    """
    family = [line for line in reached if line.use == "close_family"]
    return {
        "authorised_person": AUTHORISED_PERSONS.get(holding.payee),
        "nominated": holding.payee == NOMINATED_PERSON,
        "pays_close_family": bool(family),
        "close_family_necessary": all(line.necessary_override for line in family),
    }


def wrong_payee(payee: str, *, has_capacity: bool | None) -> str:
    """Why a payee does not fit what is known of the adult's capacity; "" when it does, or capacity is unknown."""
    if has_capacity is False and payee not in AUTHORISED_PERSONS:
        return "must be an authorised person (attorney, deputy, suitable person): the adult lacks capacity (s.32)"
    if has_capacity and payee in AUTHORISED_PERSONS:
        return "must be the person or whom they nominate: the adult has capacity (s.31)"
    return ""


def conditions_not_met(failed: Sequence[str], missing: Sequence[str], case_id: str) -> Fault:
    """Conditions of s.31 or s.32 that failed, by the sentences of the pack, and facts not known, as a Fault."""
    told = ["Every condition of a direct payment must be met."]
    if failed:
        told.append(f"Not met: {' '.join(failed)}")
    if missing:
        told.append(f"Not known yet: {', '.join(missing)}.")
    return Fault(
        Kind.PRECONDITION,
        "DIRECT_PAYMENT_CONDITIONS",
        " ".join(told),
        metadata={"case_id": case_id, "missing": ",".join(missing)},
    )
