"""Living with a plan and reviewing it: what may follow what. Pure; nothing here reads or writes."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from sevensteps.errors import case_ended, stage_order
from sevensteps.policy.model.verdict import Json
from sevensteps.steps import DueKind, ReviewOutcome


class LifeState(StrEnum):
    """Which of steps 6 and 7 is open."""

    LIVING = "living"
    UNDER_REVIEW = "under_review"
    ELSEWHERE = "elsewhere"
    CLOSED = "closed"


class ReviewReason(StrEnum):
    """Why a review takes place."""

    PLANNED = "planned"
    REQUESTED = "requested"
    TRIGGERED = "triggered"


@dataclass(frozen=True, slots=True)
class Life:
    """One time around steps 6 and 7. `spent` in pounds; `version` counts the changes over all rounds.

    `law_due` is the day that the law sets for a review, whatever practice says; None where it sets none.
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


@dataclass(frozen=True, slots=True)
class Spend:
    """Money spent against a line of the plan, in pounds. `evidence` says where it is kept; it may be empty."""

    line_id: str
    amount: Decimal
    spent_on: date
    evidence: str


@dataclass(frozen=True, slots=True)
class Review:
    """How it worked: how far each outcome was achieved, and what comes next."""

    achieved: Mapping[str, str]
    how_it_worked: str
    money_used_properly: bool | None
    outcome: ReviewOutcome


def ensure_open(life: Life) -> None:
    """Raise a Fault when the case has ended."""
    if life.state is LifeState.CLOSED:
        raise case_ended(life.case_id)


def ensure_living(life: Life) -> None:
    """Raise a Fault unless the person lives with the plan and no review is under way."""
    ensure_not_elsewhere(life)
    if life.state is LifeState.UNDER_REVIEW:
        raise stage_order("A review is under way: CompleteReview must come first.", life.case_id)


def ensure_not_elsewhere(life: Life) -> None:
    """Raise a Fault unless step 6 or 7 is open."""
    ensure_open(life)
    if life.state is LifeState.ELSEWHERE:
        raise stage_order(
            "The review of this time around is done. The steps that it led to must come first.", life.case_id
        )


def ensure_next(life: Life | None, case_id: str, round_: int) -> None:
    """Raise a Fault unless this time around follows the last one."""
    if life is not None:
        ensure_open(life)
        if life.state is not LifeState.ELSEWHERE:
            raise stage_order(f"CompleteReview must come first: round {life.round} is not over.", case_id)
    last = life.round if life else 0
    if round_ != last + 1:
        raise stage_order(f"Round {round_} cannot follow round {last}.", case_id)


def schedule_facts(
    *,
    round_: int,
    started_on: date,
    continues: bool,
    last_review_on: date | None,
    direct_payment_since: date | None,
    own_date: date | None,
) -> dict[str, Json]:
    """What the decision review-schedule asks. `continues`: the last review found that the plan works."""
    return {
        "round": round_ - 1 if continues else 0,
        "started_on": started_on.isoformat(),
        "last_review_on": _text(started_on if continues else last_review_on),
        "direct_payment": direct_payment_since is not None,
        "direct_payment_started_on": _text(direct_payment_since),
        "own_date": _text(own_date),
        "complex": False,
    }


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None


def reason_for(calls: Collection[str]) -> ReviewReason:
    """Why a review opens, from what called for it in this round: a trigger's name, or "" for a request."""
    if "" in calls:
        return ReviewReason.REQUESTED
    return ReviewReason.TRIGGERED if calls else ReviewReason.PLANNED


def spend(life: Life, spent: Spend) -> Life:
    """The life with money spent; also while a review is under way."""
    ensure_not_elsewhere(life)
    return replace(life, spent=life.spent + spent.amount)


def open_review(life: Life, round_: int, reason: ReviewReason, due_on: date) -> Life:
    """The life under review. Raises a Fault for a round that has not come."""
    ensure_living(life)
    if round_ != life.round:
        raise stage_order(f"OpenLife must come first: round {round_} has not come.", life.case_id)
    return replace(life, state=LifeState.UNDER_REVIEW, reason=reason, due_on=due_on)


def complete(life: Life) -> Life:
    """The life after its review: whatever comes next, it opens from elsewhere."""
    ensure_not_elsewhere(life)
    if life.state is LifeState.LIVING:
        raise stage_order(
            "No review is under way. RequestReview or TriggerReview must come first, or the day of the review.",
            life.case_id,
        )
    return replace(life, state=LifeState.ELSEWHERE)


def close(life: Life) -> Life:
    """The life of a case that has ended."""
    return replace(life, state=LifeState.CLOSED)
