"""The personal budget and who holds each part of it. Pure; amounts in pounds a week."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Self

from sevensteps.errors import Fault, Kind
from sevensteps.money import Total, pounds
from sevensteps.policy.model.verdict import Json
from sevensteps.support_plan import SpendLine

DIRECT_PAYMENT = "direct_payment"
NOMINATED_PERSON = "nominated_person"
PERSON = "person"
"""A payee with capacity: the person themselves."""

AUTHORISED_PERSONS: Mapping[str, str] = {
    "attorney": "attorney",
    "deputy": "deputy",
    "suitable_person": "suitable",
    "suitable_person_nobody_authorised": "suitable_nobody_authorised",
}
"""Payees who act for an adult without capacity (s.32(4)), by what the policy pack calls them."""


@dataclass(frozen=True, slots=True)
class Holding:
    """How a part of the money is asked to be held: `weekly`, and `once` beside it, in pounds.

    `payee` and `facts` (None: unknown) are for a direct payment. `payee_reference` is who receives it where that is not
    the person; `authority_id` and `capacity_id` are what counts of the records at assessment.
    """

    kind: str
    payee: str
    weekly: Decimal
    facts: Mapping[str, bool | None]
    once: Decimal = Decimal("0.00")
    payee_reference: str = ""
    authority_id: str = ""
    capacity_id: str = ""


@dataclass(frozen=True, slots=True)
class MoneyArrangement:
    """A part of the personal budget with its holder. `payee` and `receipt_id` are for a direct payment."""

    arrangement_id: str
    kind: str
    payee: str
    weekly: Decimal
    receipt_id: str | None
    arranged_by: str
    arranged_at: str
    once: Decimal = Decimal("0.00")
    payee_reference: str = ""
    authority_id: str = ""
    capacity_id: str = ""

    @classmethod
    def of(cls, holding: Holding, arrangement_id: str, receipt_id: str | None, *, by: str, at: str) -> Self:
        """The arrangement of this holding; a direct payment has the receipt of its decision."""
        return cls(
            arrangement_id,
            holding.kind,
            holding.payee,
            holding.weekly,
            receipt_id,
            by,
            at,
            holding.once,
            holding.payee_reference,
            holding.authority_id,
            holding.capacity_id,
        )


@dataclass(frozen=True, slots=True)
class PersonalBudget:
    """The personal budget of the agreed plan, a week and `once`, and who holds its parts, in the order arranged."""

    weekly: Decimal
    once: Decimal
    arrangements: tuple[MoneyArrangement, ...]

    @property
    def left(self) -> Total:
        """What has no holder yet."""
        held = _total(self.arrangements)
        return Total(self.weekly - held.weekly, self.once - held.once)

    @property
    def is_held(self) -> bool:
        """Whether every pound has a holder."""
        return self.left == Total(Decimal(0), Decimal(0))

    def paid_directly_with(self, holding: Holding) -> Total:
        """What would be held as direct payments, with another one."""
        paid = _total(self._direct_payments)
        return Total(paid.weekly + holding.weekly, paid.once + holding.once)

    @property
    def has_direct_payment(self) -> bool:
        """Whether any part is a direct payment."""
        return bool(self._direct_payments)

    @property
    def _direct_payments(self) -> list[MoneyArrangement]:
        return [arrangement for arrangement in self.arrangements if arrangement.kind == DIRECT_PAYMENT]

    def ensure_left(self, holding: Holding, case_id: str) -> None:
        """Raise a Fault (PRECONDITION, OVER_BUDGET) when more is to be arranged than has no holder yet."""
        left = self.left
        if holding.weekly > left.weekly or holding.once > left.once:
            raise Fault(
                Kind.PRECONDITION,
                "OVER_BUDGET",
                f"Only {pounds(left.weekly)} pounds a week and {pounds(left.once)} pounds that are spent once of the "
                "personal budget have no holder yet. Arrange at most that.",
                metadata={"case_id": case_id, "left_weekly": pounds(left.weekly), "left_once": pounds(left.once)},
            )

    def arrange(self, arrangement: MoneyArrangement) -> Self:
        """The budget with one more part arranged."""
        return replace(self, arrangements=(*self.arrangements, arrangement))


def _total(arrangements: Iterable[MoneyArrangement]) -> Total:
    held = list(arrangements)
    nothing = Decimal("0.00")
    return Total(sum((each.weekly for each in held), nothing), sum((each.once for each in held), nothing))


def pack_facts(holding: Holding, reached: Sequence[SpendLine]) -> dict[str, Json]:
    """The facts for the decision direct-payment: what the caller says, the payee, and what the money may buy.

    `reached` are the lines of the agreed plan that the payment may pay for. That capacity is lost for a time only lets
    go on what is being paid (reg 8); a payment that begins needs s.31 or s.32.
    """
    family = [line for line in reached if line.use == "close_family"]
    administration = [line for line in reached if line.use == "close_family_administration"]
    return {
        **holding.facts,
        "authorised_person": AUTHORISED_PERSONS.get(holding.payee),
        "nominated": holding.payee == NOMINATED_PERSON,
        "pays_close_family": bool(family),
        "close_family_necessary": all(line.necessary_override for line in family),
        "pays_family_for_administration": bool(administration),
        "administration_necessary": all(line.necessary_override for line in administration),
        "loss_will_pass": False,
    }


def wrong_payee(payee: str, *, has_capacity: bool | None) -> str:
    """Why a payee does not fit what is known of the adult's capacity; "" when it does, or capacity is unknown."""
    if has_capacity is False and payee not in AUTHORISED_PERSONS:
        return "must be an authorised person (attorney, deputy, suitable person): the adult lacks capacity (s.32)"
    if has_capacity and payee in AUTHORISED_PERSONS:
        return "must be the person or whom they nominate: the adult has capacity (s.31)"
    return ""


def use_not_allowed(broken: Sequence[str], case_id: str) -> Fault:
    """What the payment would be used for breaks a condition of its use (reg 3), by the pack's sentences, as a Fault."""
    remedy = "Hold less of the budget as a direct payment, or have the plan changed; the duty to pay the rest stays."
    return Fault(Kind.PRECONDITION, "DIRECT_PAYMENT_USE", " ".join([*broken, remedy]), metadata={"case_id": case_id})


def conditions_not_met(failed: Sequence[str], missing: Sequence[str], case_id: str) -> Fault:
    """Conditions of s.31 or s.32 that failed, by the sentences of the pack, and facts not known, as a Fault."""
    sentences = ["Every condition of a direct payment must be met.", *failed]
    if missing:
        sentences.append(f"Not known yet: {', '.join(missing)}.")
    return Fault(
        Kind.PRECONDITION,
        "DIRECT_PAYMENT_CONDITIONS",
        " ".join(sentences),
        metadata={"case_id": case_id, "missing": ",".join(missing)},
    )
