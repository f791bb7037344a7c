"""The names and payloads on which services and journeys agree. Standard library only.

An event is something that a service has stored. Its payload is one of the dataclasses below: ids, enums, dates and
amounts, never a name or a narrative, because events reach the feed, the integrators and Temporal. Only what is done to
a case as a whole, and a determination, may say why in words (WORDS), which name nobody and reach the feed alone. Money
is text in pounds a week ("82.91"), dates are ISO text ("2026-06-01"). A payload may gain fields with a default; it
never loses or changes one: that is a new version.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import ClassVar, Self

from sevensteps.steps import Stage

WORDS = frozenset(("another_because", "because", "departures_because", "duty_because"))
"""The fields of payloads that are people's own words. No journey hears them: Temporal keeps none."""

_JSON = json.JSONEncoder(separators=(",", ":"), sort_keys=True)
_NAMES: dict["type[Payload]", frozenset[str]] = {}
"""The fields of each kind of event, found once: `fields` takes longer than all the rest of telling one."""


@dataclass(frozen=True, slots=True)
class Payload:
    """What an event says. Every kind of event is one subclass."""

    TYPE: ClassVar[str]

    def as_json(self) -> str:
        """The payload as the feed stores it: compact JSON with sorted keys."""
        return _JSON.encode({name: getattr(self, name) for name in _names(type(self))})

    @classmethod
    def of(cls, payload: str) -> Self:
        """Read a payload. Fields that a newer service has added are ignored. Raises ValueError for NaN or Infinity."""
        own = _names(cls)
        values = json.loads(payload, parse_constant=_refuse)
        return cls(**{name: value for name, value in values.items() if name in own})


def _names(kind: type[Payload]) -> frozenset[str]:
    if kind not in _NAMES:
        _NAMES[kind] = frozenset(own.name for own in fields(kind))
    return _NAMES[kind]


def without_words(payload: str) -> str:
    """A payload without the fields that are people's own words."""
    values = json.loads(payload)
    if WORDS.isdisjoint(values):
        return payload
    told = {name: value for name, value in values.items() if name not in WORDS}
    return _JSON.encode(told)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON.")


# Step 1, and the case itself: services/assessment


@dataclass(frozen=True, slots=True)
class CaseOpened(Payload):
    """A case was opened at first contact, and its first assessment with it."""

    TYPE: ClassVar[str] = "case.opened.v1"
    kind: str
    due_on: str
    another_because: str = ""
    linked_case_id: str = ""


@dataclass(frozen=True, slots=True)
class UrgentSupportRecorded(Payload):
    """Urgent needs are met before the assessment (s.19(3))."""

    TYPE: ClassVar[str] = "urgent_support.recorded.v1"
    needs: list[str]
    weekly: str
    starts_on: str


@dataclass(frozen=True, slots=True)
class SelfAssessmentRecorded(Payload):
    """The person's self-assessment was recorded."""

    TYPE: ClassVar[str] = "self_assessment.recorded.v1"
    round: int
    help: str


@dataclass(frozen=True, slots=True)
class AdvocacyConsidered(Payload):
    """It was decided whether an advocate must be arranged (s.67): `met` means yes."""

    TYPE: ClassVar[str] = "advocacy.considered.v1"
    verdict: str


@dataclass(frozen=True, slots=True)
class AssessmentOpened(Payload):
    """A further assessment round was opened after a review (s.27(4))."""

    TYPE: ClassVar[str] = "assessment.opened.v1"
    round: int
    due_on: str


@dataclass(frozen=True, slots=True)
class DeterminationProposed(Payload):
    """The policy pack proposed a determination; nobody has confirmed it yet."""

    TYPE: ClassVar[str] = "determination.proposed.v1"
    round: int
    determination_id: str
    verdict: str


@dataclass(frozen=True, slots=True)
class DeterminationConfirmed(Payload):
    """A practitioner confirmed a determination (s.13). Eligible or not, with the eligible needs.

    `duty` is the verdict about the duty to meet them (s.18, s.20), and `duty_because` what the practitioner judged;
    `met_by_carer` are the eligible needs that a carer meets.
    Where they departed from the proposal, `unable`, `able` and `unknown` are the outcomes that they judged otherwise,
    `proposed` is the verdict that was proposed and `proposed_needs` are the needs that would have been eligible. By
    `record_due` the person is to have the determination in writing (s.13(2)), by `advice_due` advice (s.13(5)).
    """

    TYPE: ClassVar[str] = "determination.confirmed.v1"
    round: int
    determination_id: str
    eligible: bool
    needs: list[str]
    assessed_by: list[str]
    duty: str = ""
    duty_because: str = ""
    met_by_carer: list[str] = field(default_factory=list)
    unable: list[str] = field(default_factory=list)
    able: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    departures_because: list[str] = field(default_factory=list)
    proposed: str = ""
    proposed_needs: list[str] = field(default_factory=list)
    record_due: str = ""
    advice_due: str = ""


@dataclass(frozen=True, slots=True)
class IndicativeBudgetGiven(Payload):
    """The indicative budget was given, in pounds a week."""

    TYPE: ClassVar[str] = "indicative_budget.given.v1"
    round: int
    weekly: str
    given_by: str = ""


@dataclass(frozen=True, slots=True)
class WrittenRecordGiven(Payload):
    """The person was given the written record of a determination and its reasons (s.13(2)): when, and how."""

    TYPE: ClassVar[str] = "written_record.given.v1"
    round: int
    given_on: str
    how: str


@dataclass(frozen=True, slots=True)
class AdviceGiven(Payload):
    """Somebody not eligible has written reasons, advice, and how to ask again (s.13(5), s.24(2)): when, and how."""

    TYPE: ClassVar[str] = "advice.given.v1"
    round: int
    given_on: str = ""
    how: str = ""


@dataclass(frozen=True, slots=True)
class HoldPlaced(Payload):
    """The case was put on hold: soft clocks stop."""

    TYPE: ClassVar[str] = "hold.placed.v1"
    reason: str
    because: str = ""


@dataclass(frozen=True, slots=True)
class HoldReleased(Payload):
    """The hold was released."""

    TYPE: ClassVar[str] = "hold.released.v1"
    because: str = ""


@dataclass(frozen=True, slots=True)
class CaseResumed(Payload):
    """Operations put right what had parked the journey. It tries again.

    `replay`: before this the journey is told every event of the case again, and drops what it has heard. `skips` is
    what it gives up, in this round or version (`turn`), where the service that it asks confirms that it is done or not
    owed.
    """

    TYPE: ClassVar[str] = "case.resumed.v1"
    because: str = ""
    replay: bool = False
    skips: str = ""
    turn: int = 0


@dataclass(frozen=True, slots=True)
class CaseEnded(Payload):
    """The case ended. `ended_on` is its last day: where the person died, the day of the death."""

    TYPE: ClassVar[str] = "case.ended.v1"
    ending: str
    ended_on: str = ""
    because: str = ""


@dataclass(frozen=True, slots=True)
class CaseAssigned(Payload):
    """The case was given to a team, which looks after it from then on."""

    TYPE: ClassVar[str] = "case.assigned.v1"
    team: str
    because: str = ""


@dataclass(frozen=True, slots=True)
class CaseEscalated(Payload):
    """The case was brought before somebody with more authority. That is over when the case goes on."""

    TYPE: ClassVar[str] = "case.escalated.v1"
    role: str
    because: str = ""


# Complaints, and requests for one's own data: services/assessment


@dataclass(frozen=True, slots=True)
class ComplaintRecorded(Payload):
    """A complaint was received. By `acknowledge_due` and `answer_due` it is to be acknowledged and answered, by law."""

    TYPE: ClassVar[str] = "complaint.recorded.v1"
    complaint_id: str
    received_on: str
    how: str
    made_by: str
    acknowledge_due: str
    answer_due: str


@dataclass(frozen=True, slots=True)
class ComplaintAcknowledged(Payload):
    """Whoever complained was told that the complaint has come (SI 2009/309, reg 13)."""

    TYPE: ClassVar[str] = "complaint.acknowledged.v1"
    complaint_id: str
    acknowledged_on: str


@dataclass(frozen=True, slots=True)
class ComplaintExtended(Payload):
    """Whoever complained has agreed to wait longer: the answer is due by `answer_due` now (reg 14(3))."""

    TYPE: ClassVar[str] = "complaint.extended.v1"
    complaint_id: str
    agreed_on: str
    answer_due: str


@dataclass(frozen=True, slots=True)
class ComplaintDelayExplained(Payload):
    """Whoever complained was told in writing why there is no answer in time (reg 14(4))."""

    TYPE: ClassVar[str] = "complaint_delay.explained.v1"
    complaint_id: str
    explained_on: str


@dataclass(frozen=True, slots=True)
class ComplaintAnswered(Payload):
    """A complaint was answered: `upheld`, `partly_upheld` or `not_upheld`."""

    TYPE: ClassVar[str] = "complaint.answered.v1"
    complaint_id: str
    answered_on: str
    outcome: str


@dataclass(frozen=True, slots=True)
class ComplaintWithdrawn(Payload):
    """A complaint was withdrawn."""

    TYPE: ClassVar[str] = "complaint.withdrawn.v1"
    complaint_id: str
    withdrawn_on: str


@dataclass(frozen=True, slots=True)
class ComplaintOverdue(Payload):
    """A date of law has passed, and a complaint is not acknowledged, or not answered: `clock` says which."""

    TYPE: ClassVar[str] = "complaint.overdue.v1"
    complaint_id: str
    clock: str
    due_on: str


@dataclass(frozen=True, slots=True)
class AccessRequestRecorded(Payload):
    """A request for one's own data was received (UK GDPR Article 15); by `due_on` it is to be answered, by law."""

    TYPE: ClassVar[str] = "access_request.recorded.v1"
    access_request_id: str
    received_on: str
    how: str
    made_by: str
    due_on: str


@dataclass(frozen=True, slots=True)
class AccessRequestExtended(Payload):
    """The person was told that the answer takes longer: it is due by `due_on` now (Article 12(3))."""

    TYPE: ClassVar[str] = "access_request.extended.v1"
    access_request_id: str
    told_on: str
    due_on: str


@dataclass(frozen=True, slots=True)
class AccessRequestAnswered(Payload):
    """A request for one's own data was answered: `given`, `given_in_part`, `refused` or `nothing_held`."""

    TYPE: ClassVar[str] = "access_request.answered.v1"
    access_request_id: str
    answered_on: str
    outcome: str


@dataclass(frozen=True, slots=True)
class AccessRequestWithdrawn(Payload):
    """A request for one's own data was withdrawn."""

    TYPE: ClassVar[str] = "access_request.withdrawn.v1"
    access_request_id: str
    withdrawn_on: str


@dataclass(frozen=True, slots=True)
class AccessRequestOverdue(Payload):
    """A date of law has passed, and a request for one's own data is not answered."""

    TYPE: ClassVar[str] = "access_request.overdue.v1"
    access_request_id: str
    due_on: str


# Any step but the review: the service that owns it


@dataclass(frozen=True, slots=True)
class StepOverdue(Payload):
    """The due date of a step has passed, and the step is not done. A date that a hold has moved is told anew.

    `clock` says which date it is where it is not that of the step: of what is owed in writing after a determination.
    """

    TYPE: ClassVar[str] = "step.overdue.v1"
    stage: str
    turn: int
    due_on: str
    due_kind: str
    clock: str = ""


# What holds a case up: services/operations


@dataclass(frozen=True, slots=True)
class CaseStuck(Payload):
    """A case is stuck: in which way (`kind`), by what (`cause`, the same for all cases that one thing holds up).

    `whom` is whose turn it is to put that right, and `since` when the case got stuck. It may be stuck in several ways.
    """

    TYPE: ClassVar[str] = "case.stuck.v1"
    kind: str
    cause: str
    whom: str
    since: str


@dataclass(frozen=True, slots=True)
class CaseUnstuck(Payload):
    """What `case.stuck.v1` told, with the same `kind` and `cause`, is mended since `mended_at`, and has stayed so."""

    TYPE: ClassVar[str] = "case.unstuck.v1"
    kind: str
    cause: str
    since: str
    mended_at: str


# Steps 2, 4 and 5: services/planning


@dataclass(frozen=True, slots=True)
class PlanOpened(Payload):
    """Step 2 was opened for a plan version."""

    TYPE: ClassVar[str] = "plan.opened.v1"
    version: int
    due_on: str


@dataclass(frozen=True, slots=True)
class PlanSaved(Payload):
    """A draft was saved."""

    TYPE: ClassVar[str] = "plan.saved.v1"
    version: int
    weekly: str


@dataclass(frozen=True, slots=True)
class PlanSubmitted(Payload):
    """A plan was submitted with every question of its template answered."""

    TYPE: ClassVar[str] = "plan.submitted.v1"
    version: int
    weekly: str
    review_on: str


@dataclass(frozen=True, slots=True)
class MoneyOpened(Payload):
    """Step 4 was opened for an agreed plan."""

    TYPE: ClassVar[str] = "money.opened.v1"
    version: int
    due_on: str


@dataclass(frozen=True, slots=True)
class MoneyArranged(Payload):
    """A part of the personal budget has a holder."""

    TYPE: ClassVar[str] = "money.arranged.v1"
    version: int
    arrangement_id: str
    kind: str
    payee: str
    weekly: str


@dataclass(frozen=True, slots=True)
class MoneyOrganised(Payload):
    """Every pound of the personal budget has a holder."""

    TYPE: ClassVar[str] = "money.organised.v1"
    version: int
    direct_payment: bool


@dataclass(frozen=True, slots=True)
class SupportOpened(Payload):
    """Step 5 was opened for an agreed plan."""

    TYPE: ClassVar[str] = "support.opened.v1"
    version: int
    due_on: str


@dataclass(frozen=True, slots=True)
class SupportArranged(Payload):
    """Funded needs have an arrangement."""

    TYPE: ClassVar[str] = "support.arranged.v1"
    version: int
    arrangement_id: str
    kind: str
    needs: list[str]
    starts_on: str


@dataclass(frozen=True, slots=True)
class SupportOrganised(Payload):
    """Every funded need has an arrangement; `starts_on` is the first day of any of them."""

    TYPE: ClassVar[str] = "support.organised.v1"
    version: int
    starts_on: str


@dataclass(frozen=True, slots=True)
class MoneyStarted(Payload):
    """A part of the personal budget is to be paid from `starts_on` on; with `money.ended.v1` all that a payer needs."""

    TYPE: ClassVar[str] = "money.started.v1"
    version: int
    arrangement_id: str
    kind: str
    payee: str
    weekly: str
    starts_on: str


@dataclass(frozen=True, slots=True)
class MoneyEnded(Payload):
    """It is not to be paid after `ends_on`, unless it starts again. A later one corrects it."""

    TYPE: ClassVar[str] = "money.ended.v1"
    version: int
    arrangement_id: str
    ends_on: str
    reason: str


@dataclass(frozen=True, slots=True)
class SupportStarted(Payload):
    """An arrangement runs from `starts_on` on."""

    TYPE: ClassVar[str] = "support.started.v1"
    version: int
    arrangement_id: str
    kind: str
    needs: list[str]
    starts_on: str


@dataclass(frozen=True, slots=True)
class SupportEnded(Payload):
    """An arrangement does not run after `ends_on`, unless it starts again. A later one corrects it."""

    TYPE: ClassVar[str] = "support.ended.v1"
    version: int
    arrangement_id: str
    ends_on: str
    reason: str


# Step 3: services/approval


@dataclass(frozen=True, slots=True)
class PlanChecked(Payload):
    """Step 3 was opened and the plan checked: safe, legal, meets needs, sufficient."""

    TYPE: ClassVar[str] = "plan.checked.v1"
    version: int
    verdict: str
    safe: str
    legal: str
    meets_needs: str
    sufficient: str
    level: str
    due_on: str


@dataclass(frozen=True, slots=True)
class PlanApproved(Payload):
    """The plan was signed and has its personal budget (s.25, s.26)."""

    TYPE: ClassVar[str] = "plan.approved.v1"
    version: int
    personal_budget_weekly: str
    level: str


@dataclass(frozen=True, slots=True)
class PlanReturned(Payload):
    """The plan was returned to be changed; `rules` are the checks that were not met."""

    TYPE: ClassVar[str] = "plan.returned.v1"
    version: int
    rules: list[str]


# Steps 6 and 7: services/review


@dataclass(frozen=True, slots=True)
class LifeOpened(Payload):
    """Step 6 was entered and its next review dated; `law_due` is the day that the law sets, where it sets one."""

    TYPE: ClassVar[str] = "life.opened.v1"
    round: int
    plan_version: int
    review_due: str
    due_kind: str
    rule: str
    law_due: str = ""


@dataclass(frozen=True, slots=True)
class SpendRecorded(Payload):
    """Money was spent against a line of the plan, or came back: then `amount`, in pounds, is negative.

    `verdict` says whether it is in line with the plan, or for somebody to judge; empty where it was not checked.
    """

    TYPE: ClassVar[str] = "spend.recorded.v1"
    round: int
    line_id: str
    amount: str
    spent_on: str
    verdict: str = ""
    spend_id: str = ""


@dataclass(frozen=True, slots=True)
class SpendJudged(Payload):
    """Somebody judged spending that was marked for it: `agreed`, or `not_agreed`, and then it may be asked back.

    It may be judged again; the last judgement holds.
    """

    TYPE: ClassVar[str] = "spend.judged.v1"
    round: int
    spend_id: str
    line_id: str
    amount: str
    judgement: str


@dataclass(frozen=True, slots=True)
class SpendCorrected(Payload):
    """What was recorded wrongly of spending was corrected: `spend_id` takes the place of `corrects` in every sum.

    `line_id`, `amount` and `spent_on` are what is right, and those with `was_` what was recorded. `verdict` is as in
    `spend.recorded.v1`. A judgement on what was recorded holds no more.
    """

    TYPE: ClassVar[str] = "spend.corrected.v1"
    round: int
    spend_id: str
    corrects: str
    line_id: str
    amount: str
    spent_on: str
    was_line_id: str
    was_amount: str
    was_spent_on: str
    verdict: str = ""


@dataclass(frozen=True, slots=True)
class ReviewRequested(Payload):
    """Somebody asked for a review (s.27(1)(b))."""

    TYPE: ClassVar[str] = "review.requested.v1"
    round: int


@dataclass(frozen=True, slots=True)
class ReviewTriggered(Payload):
    """Something happened that calls for an early review; `law_due` is the day that the law sets for it, if it does."""

    TYPE: ClassVar[str] = "review.triggered.v1"
    round: int
    trigger: str
    law_due: str = ""


@dataclass(frozen=True, slots=True)
class ReviewOpened(Payload):
    """Step 7 was entered; `law_due` is the day that the law sets for the review, where it sets one."""

    TYPE: ClassVar[str] = "review.opened.v1"
    round: int
    reason: str
    due_on: str
    law_due: str = ""


@dataclass(frozen=True, slots=True)
class ReviewCompleted(Payload):
    """A review was completed; `outcome` is a ReviewOutcome.

    Where life goes on with the plan in force, `law_due` is the day that the law sets for its next review, if it does.
    """

    TYPE: ClassVar[str] = "review.completed.v1"
    round: int
    outcome: str
    law_due: str = ""


@dataclass(frozen=True, slots=True)
class ReviewWarned(Payload):
    """The date that the law sets for a review is near, and the review is not done."""

    TYPE: ClassVar[str] = "review.warned.v1"
    round: int
    due_on: str


@dataclass(frozen=True, slots=True)
class ReviewOverdue(Payload):
    """The due date of a review has passed, and the review is not done."""

    TYPE: ClassVar[str] = "review.overdue.v1"
    round: int
    due_on: str
    due_kind: str


PAYLOADS: Mapping[str, type[Payload]] = {payload.TYPE: payload for payload in Payload.__subclasses__()}
"""Every kind of event by its type."""

OPENS: Mapping[str, Stage] = {
    CaseOpened.TYPE: Stage.MONEY_FOUND,
    AssessmentOpened.TYPE: Stage.MONEY_FOUND,
    PlanOpened.TYPE: Stage.PLAN_MADE,
    PlanChecked.TYPE: Stage.PLAN_AGREED,
    MoneyOpened.TYPE: Stage.MONEY_ORGANISED,
    SupportOpened.TYPE: Stage.SUPPORT_ORGANISED,
    LifeOpened.TYPE: Stage.LIFE_LIVED,
    ReviewOpened.TYPE: Stage.SEEN_HOW_IT_WORKED,
}
"""The events that say that a case has entered a stage."""

HEARD: frozenset[str] = frozenset(
    payload.TYPE
    for payload in (
        CaseOpened,
        DeterminationConfirmed,
        IndicativeBudgetGiven,
        WrittenRecordGiven,
        AdviceGiven,
        PlanSubmitted,
        PlanApproved,
        PlanReturned,
        MoneyOrganised,
        SupportOrganised,
        ReviewRequested,
        ReviewTriggered,
        ReviewCompleted,
        HoldPlaced,
        HoldReleased,
        CaseResumed,
        CaseEnded,
    )
)
"""The events that a journey must hear while it runs. The rest is for other readers."""


@dataclass(frozen=True, slots=True)
class Fact:
    """An event as a journey hears it: `at` is ISO time in UTC, `payload` the event's JSON text.

    `feed` is the identity of the feed. It and the event's id are empty in facts that an earlier version has delivered.
    """

    position: int
    type: str
    case_id: str
    at: str
    payload: str
    event_id: str = ""
    feed: str = ""
