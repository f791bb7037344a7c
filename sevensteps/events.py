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
class ConversationRecorded(Payload):
    """What matters to the person was talked about: their goals by part of life, the forms in which they are told."""

    TYPE: ClassVar[str] = "conversation.recorded.v1"
    round: int
    held_on: str
    living_goals: list[str]
    formats: list[str]


@dataclass(frozen=True, slots=True)
class ConversationRefused(Payload):
    """The person did not want to talk about what matters to them in this round."""

    TYPE: ClassVar[str] = "conversation.refused.v1"
    round: int
    refused_on: str


@dataclass(frozen=True, slots=True)
class OwnNeedsRecorded(Payload):
    """The person added to their own list of needs: how many, and which outcomes they speak of."""

    TYPE: ClassVar[str] = "own_needs.recorded.v1"
    round: int
    count: int
    outcomes: list[str]


@dataclass(frozen=True, slots=True)
class OwnNeedAnswered(Payload):
    """The person said how far one of their own needs is met."""

    TYPE: ClassVar[str] = "own_need.answered.v1"
    need_id: str
    met: str
    answered_on: str


@dataclass(frozen=True, slots=True)
class CirclePersonAdded(Payload):
    """Somebody is in the person's circle of support, and these parts of the case may be shared with them."""

    TYPE: ClassVar[str] = "circle_person.added.v1"
    person_id: str
    role: str
    may_share: list[str]
    shared_from: str
    shared_until: str


@dataclass(frozen=True, slots=True)
class CirclePermissionChanged(Payload):
    """These parts of the case, and no others, may now be shared with somebody of the circle."""

    TYPE: ClassVar[str] = "circle_permission.changed.v1"
    person_id: str
    may_share: list[str]
    shared_from: str
    shared_until: str


@dataclass(frozen=True, slots=True)
class HelpThroughChanged(Payload):
    """Somebody of the circle helps through another; `through_person_id` is empty where they help by themselves."""

    TYPE: ClassVar[str] = "help_through.changed.v1"
    person_id: str
    through_person_id: str


@dataclass(frozen=True, slots=True)
class CirclePersonRemoved(Payload):
    """Somebody has left the circle: nothing may be shared with them any more."""

    TYPE: ClassVar[str] = "circle_person.removed.v1"
    person_id: str
    removed_on: str


@dataclass(frozen=True, slots=True)
class ResourceRecorded(Payload):
    """The person can count on something that is no person (s.9(6))."""

    TYPE: ClassVar[str] = "resource.recorded.v1"
    resource_id: str
    kind: str


@dataclass(frozen=True, slots=True)
class ResourceEnded(Payload):
    """The person cannot count on it any more."""

    TYPE: ClassVar[str] = "resource.ended.v1"
    resource_id: str
    ended_on: str


@dataclass(frozen=True, slots=True)
class HelpChosen(Payload):
    """The person chose who helps in a step, and how much; `person_id` is empty for nobody, or for the council."""

    TYPE: ClassVar[str] = "help.chosen.v1"
    step: str
    amount: str
    person_id: str


@dataclass(frozen=True, slots=True)
class KeptServiceRecorded(Payload):
    """The person keeps a service that the council arranges for them: nobody moves it until they let it go."""

    TYPE: ClassVar[str] = "kept_service.recorded.v1"
    kept_service_id: str
    needs: list[str]
    weekly: str


@dataclass(frozen=True, slots=True)
class KeptServiceReleased(Payload):
    """The person has changed their mind: the service may be replaced."""

    TYPE: ClassVar[str] = "kept_service.released.v1"
    kept_service_id: str


@dataclass(frozen=True, slots=True)
class AnswersBegun(Payload):
    """Answers to a questionnaire were begun, in one of the ways into an assessment."""

    TYPE: ClassVar[str] = "answers.begun.v1"
    round: int
    answers_id: str
    questionnaire: str
    way: str


@dataclass(frozen=True, slots=True)
class AnswersSaved(Payload):
    """Answers were saved; `answered` is how many questions have one now."""

    TYPE: ClassVar[str] = "answers.saved.v1"
    round: int
    answers_id: str
    answered: int


@dataclass(frozen=True, slots=True)
class AnswersSubmitted(Payload):
    """Answers are done; `unanswered` is how many of the questions that are asked have none."""

    TYPE: ClassVar[str] = "answers.submitted.v1"
    round: int
    answers_id: str
    answered: int
    unanswered: int


@dataclass(frozen=True, slots=True)
class AnswersShown(Payload):
    """Answers were shown to a practitioner, who says what they think of them."""

    TYPE: ClassVar[str] = "answers.shown.v1"
    round: int
    answers_id: str
    practitioner: str
    shown_on: str


@dataclass(frozen=True, slots=True)
class AnswersViewed(Payload):
    """The practitioner said what they think of answers: with how many they agree now, and of how many they differ."""

    TYPE: ClassVar[str] = "answers.viewed.v1"
    round: int
    answers_id: str
    agrees: int
    differs: int


@dataclass(frozen=True, slots=True)
class AssessmentsCombined(Payload):
    """Two people agreed that their assessments are combined (s.12(5)). Each of the two cases tells it."""

    TYPE: ClassVar[str] = "assessments.combined.v1"
    combination_id: str
    with_case_id: str


@dataclass(frozen=True, slots=True)
class ConsentWithdrawn(Payload):
    """One of them, the person of `of_case_id`, no longer agrees: the assessments go on apart. Both cases tell it."""

    TYPE: ClassVar[str] = "combined_consent.withdrawn.v1"
    combination_id: str
    of_case_id: str
    withdrawn_on: str


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
    """The policy pack proposed a determination; nobody has confirmed it yet.

    `answers_id` are the answers to a questionnaire from which the facts are; empty where they were sent as facts.
    """

    TYPE: ClassVar[str] = "determination.proposed.v1"
    round: int
    determination_id: str
    verdict: str
    answers_id: str = ""


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
    urgent_needs: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class IndicativeBudgetGiven(Payload):
    """The indicative budget was given, in pounds a week. With `own_money` it is only a guide: the person pays."""

    TYPE: ClassVar[str] = "indicative_budget.given.v1"
    round: int
    weekly: str
    given_by: str = ""
    own_money: bool = False


@dataclass(frozen=True, slots=True)
class WrittenRecordGiven(Payload):
    """The person was given the written record of a determination and its reasons (s.13(2)): when, and how."""

    TYPE: ClassVar[str] = "written_record.given.v1"
    round: int
    given_on: str
    how: str


@dataclass(frozen=True, slots=True)
class AdviceGiven(Payload):
    """Somebody not eligible has written reasons, advice, and how to ask again (s.13(5), s.24(2)): when, and how.

    `options` are what they can choose from now; `signposts` is to how many others they were pointed.
    With `own_money` they plan with their own money, and the case goes on to their plan instead of ending.
    """

    TYPE: ClassVar[str] = "advice.given.v1"
    round: int
    given_on: str = ""
    how: str = ""
    options: list[str] = field(default_factory=list)
    signposts: int = 0
    own_money: bool = False


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


# The individual budget: services/assessment


@dataclass(frozen=True, slots=True)
class StreamRecorded(Payload):
    """Money for somebody's support was recorded: `amount` pounds, as often as `frequency` says; or a service beside."""

    TYPE: ClassVar[str] = "budget_stream.recorded.v1"
    stream_id: str
    kind: str
    amount: str
    frequency: str
    starts_on: str
    ends_on: str


@dataclass(frozen=True, slots=True)
class StreamChanged(Payload):
    """What a stream of money brings was changed: it stands as this says."""

    TYPE: ClassVar[str] = "budget_stream.changed.v1"
    stream_id: str
    kind: str
    amount: str
    frequency: str
    starts_on: str
    ends_on: str


@dataclass(frozen=True, slots=True)
class StreamEnded(Payload):
    """A stream of money has a last day."""

    TYPE: ClassVar[str] = "budget_stream.ended.v1"
    stream_id: str
    kind: str
    ends_on: str


@dataclass(frozen=True, slots=True)
class BudgetOffered(Payload):
    """A personal budget was `offered` to somebody eligible, or `taken` or `declined`: on which day."""

    TYPE: ClassVar[str] = "personal_budget.offered.v1"
    round: int
    answer: str
    answered_on: str


@dataclass(frozen=True, slots=True)
class OwnMoneyChosen(Payload):
    """The person plans with their own money: the plan of this round is checked, and the council does not pay for it."""

    TYPE: ClassVar[str] = "own_money.chosen.v1"
    round: int


# What the person pays: services/assessment


@dataclass(frozen=True, slots=True)
class FinancesAssessed(Payload):
    """The person's finances were assessed (s.17): `weekly_charge` is what they pay, empty while that is not settled.

    The three numbers of the personal budget (s.26(1)) are for the services that it counts; empty where one is unknown.
    """

    TYPE: ClassVar[str] = "finances.assessed.v1"
    financial_assessment_id: str
    number: int
    way: str
    reason: str
    assessed_on: str
    verdict: str
    weekly_charge: str
    cost_weekly: str
    adult_pays_weekly: str
    council_pays_weekly: str


@dataclass(frozen=True, slots=True)
class FinancesJudged(Payload):
    """Somebody judged what the person pays, where the rules leave it to one: after a refusal, for example."""

    TYPE: ClassVar[str] = "finances.judged.v1"
    financial_assessment_id: str
    weekly_charge: str
    cost_weekly: str
    adult_pays_weekly: str
    council_pays_weekly: str


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


# Contacts and enquiries: services/assessment


@dataclass(frozen=True, slots=True)
class ContactRecorded(Payload):
    """Somebody turned to the council about the person. By `due_on` it is to be decided what comes of it."""

    TYPE: ClassVar[str] = "contact.recorded.v1"
    contact_id: str
    contacted_on: str
    how: str
    route: str
    made_by: str
    for_whom: str
    urgent: bool
    due_on: str


@dataclass(frozen=True, slots=True)
class ContactDecided(Payload):
    """It was decided what comes of a contact. From `transition_on` on adult social care has to do with the person."""

    TYPE: ClassVar[str] = "contact.decided.v1"
    contact_id: str
    outcome: str
    decided_on: str
    transition_on: str = ""


@dataclass(frozen=True, slots=True)
class ContactOverdue(Payload):
    """A date of practice has passed, and it is not decided what comes of a contact."""

    TYPE: ClassVar[str] = "contact.overdue.v1"
    contact_id: str
    due_on: str


@dataclass(frozen=True, slots=True)
class EnquiryRecorded(Payload):
    """Somebody asked about nobody in particular (s.4). It has no case."""

    TYPE: ClassVar[str] = "enquiry.recorded.v1"
    enquiry_id: str
    topic: str
    route: str
    asked_on: str


# Who may act for the person: services/assessment


@dataclass(frozen=True, slots=True)
class AdvocateAppointed(Payload):
    """An advocate was appointed from a first day to a last, if one is set (s.67, s.68)."""

    TYPE: ClassVar[str] = "advocate.appointed.v1"
    appointment_id: str
    kind: str
    starts_on: str
    ends_on: str


@dataclass(frozen=True, slots=True)
class AppropriatePersonAccepted(Payload):
    """Somebody represents the person instead of an advocate, by consent or in their best interests (s.67(5), (6))."""

    TYPE: ClassVar[str] = "appropriate_person.accepted.v1"
    appointment_id: str
    basis: str
    starts_on: str
    ends_on: str


@dataclass(frozen=True, slots=True)
class AppointmentEnded(Payload):
    """An advocate, or an appropriate person, speaks for the person until `ends_on`, and no longer."""

    TYPE: ClassVar[str] = "appointment.ended.v1"
    appointment_id: str
    kind: str
    ends_on: str


@dataclass(frozen=True, slots=True)
class CapacityAssessed(Payload):
    """It was assessed whether the person can make a decision: `has` or `lacks` capacity (MCA 2005 ss.2, 3)."""

    TYPE: ClassVar[str] = "capacity.assessed.v1"
    capacity_id: str
    decision: str
    result: str
    assessed_on: str
    expires_on: str


@dataclass(frozen=True, slots=True)
class BestInterestsDecided(Payload):
    """Something was decided in the best interests of somebody who lacks the capacity for it (MCA 2005 s.4)."""

    TYPE: ClassVar[str] = "best_interests.decided.v1"
    best_interests_id: str
    capacity_id: str
    decided_on: str


@dataclass(frozen=True, slots=True)
class AuthorityRecorded(Payload):
    """An attorney, deputy or appointee was recorded. It does not count before it was checked."""

    TYPE: ClassVar[str] = "authority.recorded.v1"
    authority_id: str
    kind: str
    covers: list[str]
    valid_from: str
    expires_on: str


@dataclass(frozen=True, slots=True)
class AuthorityChecked(Payload):
    """An authority was checked where it is registered, and found valid or not."""

    TYPE: ClassVar[str] = "authority.checked.v1"
    authority_id: str
    checked_on: str
    checked_with: str
    valid: bool


@dataclass(frozen=True, slots=True)
class AuthorityRevoked(Payload):
    """An authority counts no more from `revoked_on` on."""

    TYPE: ClassVar[str] = "authority.revoked.v1"
    authority_id: str
    revoked_on: str


@dataclass(frozen=True, slots=True)
class RepresentationWarned(Payload):
    """An appointment, an assessment of capacity or an authority soon counts no more: `expires_on` is its last day.

    `what` is the kind of appointment or authority, or the decision for which capacity was assessed.
    """

    TYPE: ClassVar[str] = "representation.warned.v1"
    record_id: str
    kind: str
    what: str
    expires_on: str


@dataclass(frozen=True, slots=True)
class RepresentationExpired(Payload):
    """It counts no more since `expires_on`: see RepresentationWarned."""

    TYPE: ClassVar[str] = "representation.expired.v1"
    record_id: str
    kind: str
    what: str
    expires_on: str


# Refused assessments, safeguarding concerns, and how each step felt: services/assessment


@dataclass(frozen=True, slots=True)
class AssessmentRefused(Payload):
    """The assessment of a round was refused (s.11). Where it does not stand, `exception` says by which rule."""

    TYPE: ClassVar[str] = "assessment.refused.v1"
    round: int
    refusal_id: str
    refused_on: str
    stands: bool
    exception: str = ""


@dataclass(frozen=True, slots=True)
class AssessmentRevived(Payload):
    """A refused assessment is owed again: by `request`, or by a `change` of needs or circumstances (s.11(3), (4))."""

    TYPE: ClassVar[str] = "assessment.revived.v1"
    round: int
    refusal_id: str
    by: str
    revived_on: str


@dataclass(frozen=True, slots=True)
class ConcernRaised(Payload):
    """Somebody raised a safeguarding concern (s.42)."""

    TYPE: ClassVar[str] = "concern.raised.v1"
    concern_id: str
    danger_now: bool


@dataclass(frozen=True, slots=True)
class ConcernDecided(Payload):
    """It was decided whether enquiries are made about a safeguarding concern (s.42(2))."""

    TYPE: ClassVar[str] = "concern.decided.v1"
    concern_id: str
    enquiry: bool
    decided_on: str


@dataclass(frozen=True, slots=True)
class HowItFeltRecorded(Payload):
    """The person said how a step felt: whether they were listened to, and in charge. Empty where they did not say."""

    TYPE: ClassVar[str] = "how_it_felt.recorded.v1"
    stage: str
    listened_to: str
    in_charge: str
    answered_on: str


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


# What people are told in writing: the service that decided


@dataclass(frozen=True, slots=True)
class DocumentAdded(Payload):
    """The person is told something in writing: a document is on record, for whoever sends it.

    `about` is what in the case it is about: a round, a step, or an id. `text_hash` is the hash of the letter's text,
    which was last reviewed on `reviewed_on`. `corrects` is the document that it corrects, if any.
    """

    TYPE: ClassVar[str] = "document.added.v1"
    document_id: str
    kind: str
    about: str
    language: str
    text_hash: str
    reviewed_on: str
    corrects: str = ""


@dataclass(frozen=True, slots=True)
class DocumentUnwritten(Payload):
    """A decision that waits for no letter was made, and its document could not be written.

    `letter` and `line` are where its text is wrong. `document.added.v1` with this id in `corrects` tells that it is
    written now.
    """

    TYPE: ClassVar[str] = "document.unwritten.v1"
    document_id: str
    kind: str
    about: str
    letter: str
    line: int


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
    """A draft was saved. What it spends `once`, in pounds, is beside what it spends a week."""

    TYPE: ClassVar[str] = "plan.saved.v1"
    version: int
    weekly: str
    once: str = "0.00"


@dataclass(frozen=True, slots=True)
class PlanSubmitted(Payload):
    """A plan was submitted with every question of its template answered."""

    TYPE: ClassVar[str] = "plan.submitted.v1"
    version: int
    weekly: str
    review_on: str
    once: str = "0.00"


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
    once: str = "0.00"


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
    once: str = "0.00"


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
    """The plan was signed and has its personal budget (s.25, s.26), with its three numbers (s.26(1)).

    They are empty in events of before.
    """

    TYPE: ClassVar[str] = "plan.approved.v1"
    version: int
    personal_budget_weekly: str
    level: str
    cost_weekly: str = ""
    adult_pays_weekly: str = ""
    council_pays_weekly: str = ""
    personal_budget_once: str = "0.00"
    own_money: bool = False


@dataclass(frozen=True, slots=True)
class PersonalBudgetRestated(Payload):
    """The three numbers of the agreed plan (s.26(1)) were stated anew, because what the person pays has changed.

    `basis` is from what that is known: `assessed`, `judged` or `not_assessed`.
    """

    TYPE: ClassVar[str] = "personal_budget.restated.v1"
    version: int
    number: int
    basis: str
    cost_weekly: str
    adult_pays_weekly: str
    council_pays_weekly: str


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
