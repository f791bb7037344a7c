"""Living with a plan and reviewing it: what may follow what. Pure; nothing here reads or writes."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Self

from services.review.domain.plan_in_force import PlanInForce
from services.review.domain.spending import NOTHING, Checked, Spend, SpendJudgement, SpendOnRecord
from sevensteps.errors import case_ended, stage_order
from sevensteps.policy import Verdict
from sevensteps.policy.model.verdict import Json
from sevensteps.steps import DueKind, ReviewOutcome


class LifeState(StrEnum):
    """Which of steps 6 and 7 is open. While another step is, after a review, life goes on with the plan in force."""

    LIVING = "living"
    UNDER_REVIEW = "under_review"
    ELSEWHERE = "elsewhere"
    CLOSED = "closed"


class ReviewReason(StrEnum):
    """Why a review takes place."""

    PLANNED = "planned"
    REQUESTED = "requested"
    TRIGGERED = "triggered"


LASTING_FACTS = (
    "round",
    "started_on",
    "last_review_on",
    "direct_payment",
    "direct_payment_started_on",
    "own_date",
    "complex",
)
"""The facts of the decision review-schedule that stay while a life does; what calls for a review comes and goes."""


@dataclass(frozen=True, slots=True)
class LifeOpening:
    """What opens step 6. `continues`: the last review found that the plan works. `own_date` is the person's wish.

    `in_force` is None where the journey began before it was asked what the plan says.
    """

    case_id: str
    council: str
    round: int
    plan_version: int
    started_on: date
    continues: bool
    direct_payment_since: date | None
    own_date: date | None
    in_force: PlanInForce | None

    def schedule_facts(self, last_review_on: date | None) -> dict[str, Json]:
        """The facts for the decision review-schedule. Where life goes on, the review that led here is the last one."""
        return {
            "round": self.round - 1 if self.continues else 0,
            "started_on": self.started_on.isoformat(),
            "last_review_on": _text(self.started_on if self.continues else last_review_on),
            "direct_payment": self.direct_payment_since is not None,
            "direct_payment_started_on": _text(self.direct_payment_since),
            "own_date": _text(self.own_date),
            "complex": self.in_force.complex if self.in_force else None,
        }


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None


@dataclass(frozen=True, slots=True)
class Schedule:
    """When the next review is due, and by which rule.

    `law_due` is the day that the law sets for a review, whatever practice says; None where it sets none.
    """

    review_due: date
    due_kind: DueKind
    due_rule: str
    law_due: date | None
    receipt_id: str

    @classmethod
    def of(cls, values: Mapping[str, Json], receipt_id: str) -> Self:
        """The schedule in the values of the decision review-schedule."""
        law_due = values.get("law_due")
        return cls(
            review_due=date.fromisoformat(str(values["due"])),
            due_kind=DueKind(str(values["kind"])),
            due_rule=str(values["rule"]),
            law_due=date.fromisoformat(law_due) if isinstance(law_due, str) else None,
            receipt_id=receipt_id,
        )


@dataclass(frozen=True, slots=True)
class Call:
    """What calls for a review: a trigger, or where that is empty a request. `on` is the day of its record."""

    trigger: str
    on: date

    def schedule_facts(self) -> dict[str, Json]:
        """The facts for the decision review-schedule that it adds."""
        named = PACK_NAMES.get(self.trigger, self.trigger) or "requested"
        return {"triggers": [named], "triggered_on": self.on.isoformat()}


PACK_NAMES: Mapping[str, str] = {"money": "money_anomaly"}
"""What policy packs call triggers, where they call them otherwise."""


@dataclass(frozen=True, slots=True)
class ReviewOpening:
    """What opens step 7."""

    case_id: str
    round: int
    opened_on: date


@dataclass(frozen=True, slots=True)
class Review:
    """How it worked: how far each outcome was achieved, and what comes next."""

    achieved: Mapping[str, str]
    how_it_worked: str
    money_used_properly: bool | None
    outcome: ReviewOutcome


@dataclass(frozen=True, slots=True)
class Life:
    """One round of steps 6 and 7. `spent` in pounds; `version` counts the changes over all rounds.

    `review_due` to `receipt_id` are its Schedule; `reason` and `due_on` are of the review under way. `spends_to_judge`
    and `not_agreed` (pounds) are of all rounds. `in_force` is None in a life that opened before it was recorded what
    the plan says.
    """

    case_id: str
    round: int
    council: str
    state: LifeState
    plan_version: int
    review_due: date
    due_kind: DueKind
    due_rule: str
    law_due: date | None
    receipt_id: str
    spent: Decimal
    reason: ReviewReason | None
    due_on: date | None
    version: int
    in_force: PlanInForce | None
    spends_to_judge: int
    law_receipt_id: str
    not_agreed: Decimal

    @classmethod
    def open(cls, opening: LifeOpening, schedule: Schedule, before: "Life | None") -> Self:
        """The life that opens, after the one of the round before."""
        return cls(
            case_id=opening.case_id,
            round=opening.round,
            council=opening.council,
            state=LifeState.LIVING,
            plan_version=opening.plan_version,
            review_due=schedule.review_due,
            due_kind=schedule.due_kind,
            due_rule=schedule.due_rule,
            law_due=schedule.law_due,
            receipt_id=schedule.receipt_id,
            spent=NOTHING,
            reason=None,
            due_on=None,
            version=before.version + 1 if before else 1,
            in_force=opening.in_force,
            spends_to_judge=before.spends_to_judge if before else 0,
            law_receipt_id=schedule.receipt_id,
            not_agreed=before.not_agreed if before else NOTHING,
        )

    @property
    def closed(self) -> bool:
        """Whether the case has ended."""
        return self.state is LifeState.CLOSED

    def ensure_open(self) -> None:
        """Raise a Fault when the case has ended."""
        if self.closed:
            raise case_ended(self.case_id)

    def ensure_not_elsewhere(self) -> None:
        """Raise a Fault unless step 6 or 7 is open."""
        self.ensure_open()
        if self.state is LifeState.ELSEWHERE:
            raise stage_order(
                "The review of this round is done. The steps that it led to must come first.", self.case_id
            )

    def ensure_not_under_review(self) -> None:
        """Raise a Fault where a review is under way: another is not opened before it is done."""
        self.ensure_open()
        if self.state is LifeState.UNDER_REVIEW:
            raise stage_order("A review is under way: CompleteReview must come first.", self.case_id)

    def spend(self, spend: Spend, checked: Checked) -> Self:
        """The life with money spent. It goes on while a review is under way, and while a plan is changed."""
        self.ensure_open()
        to_judge = checked.verdict == Verdict.NEEDS_JUDGEMENT
        return replace(self, spent=self.spent + spend.amount, spends_to_judge=self.spends_to_judge + to_judge)

    def judge(self, spend: SpendOnRecord, judgement: SpendJudgement) -> Self:
        """The life with a judgement on a spend of any round, in place of the last one."""
        return replace(
            self,
            spends_to_judge=self.spends_to_judge - (spend.judged is None),
            not_agreed=self.not_agreed - spend.not_agreed(spend.judged) + spend.not_agreed(judgement),
        )

    def reviewed_facts(self, on: date) -> dict[str, Json]:
        """The facts for the decision review-schedule that a review of this round, done on a day, changes."""
        return {"round": self.round, "last_review_on": on.isoformat()}

    def schedule(self, schedule: Schedule) -> Self:
        """The life with other dates for its next review."""
        return replace(
            self,
            review_due=schedule.review_due,
            due_kind=schedule.due_kind,
            due_rule=schedule.due_rule,
            law_due=schedule.law_due,
            receipt_id=schedule.receipt_id,
            law_receipt_id=schedule.receipt_id,
        )

    def bring_forward(self, schedule: Schedule) -> Self:
        """The life with the sooner of each date, its own or the other's: what calls for a review never puts it off.

        The review that is under way answers what calls for one meanwhile.
        """
        if self.state is LifeState.UNDER_REVIEW:
            sooner = replace(self, due_on=min(self.due_on or schedule.review_due, schedule.review_due))
        else:
            sooner = self.schedule(schedule) if schedule.review_due < self.review_due else self
        if schedule.law_due and (self.law_due is None or schedule.law_due < self.law_due):
            return replace(sooner, law_due=schedule.law_due, law_receipt_id=schedule.receipt_id)
        return replace(sooner, law_due=self.law_due, law_receipt_id=self.law_receipt_id)

    def open_review(self, round_: int, reason: ReviewReason, due_on: date) -> Self:
        """The life under review. Raises a Fault for a round that has not come."""
        self.ensure_not_elsewhere()
        self.ensure_not_under_review()
        if round_ != self.round:
            raise stage_order(f"OpenLife must come first: round {round_} has not come.", self.case_id)
        return replace(self, state=LifeState.UNDER_REVIEW, reason=reason, due_on=due_on)

    def complete(self) -> Self:
        """The life after its review. Whatever comes next is opened from elsewhere."""
        self.ensure_not_elsewhere()
        if self.state is LifeState.LIVING:
            raise stage_order(
                "No review is under way. RequestReview or TriggerReview must come first, or the day of the review.",
                self.case_id,
            )
        return replace(self, state=LifeState.ELSEWHERE)

    def close(self) -> Self:
        """The life of a case that has ended."""
        return replace(self, state=LifeState.CLOSED)


def ensure_next(before: Life | None, case_id: str, round_: int) -> None:
    """Raise a Fault unless this round follows the one before."""
    if before is not None:
        before.ensure_open()
        if before.state is not LifeState.ELSEWHERE:
            raise stage_order(f"CompleteReview must come first: round {before.round} is not over.", case_id)
    last = before.round if before else 0
    if round_ != last + 1:
        raise stage_order(f"Round {round_} cannot follow round {last}.", case_id)


def reason_for(calls: Collection[Call]) -> ReviewReason:
    """Why a review opens, from what called for it since the last one."""
    if any(not call.trigger for call in calls):
        return ReviewReason.REQUESTED
    return ReviewReason.TRIGGERED if calls else ReviewReason.PLANNED
