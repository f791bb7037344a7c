"""Whatever the contract lets somebody say, and becomes a fact, the pack takes."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from google.protobuf.descriptor import Descriptor, EnumDescriptor

from integration.platform.read_back import CHANGING
from services.assessment.domain.assessment import Assessment, Departure, Judgement
from services.assessment.domain.case import OUTCOMES
from services.planning.domain.money import Holding, pack_facts
from services.review.domain.life import Call
from sevensteps.errors import Fault
from sevensteps.policy import Library
from sevensteps.policy.model.verdict import Json
from sevensteps.steps import MAY_NOT_APPLY

PACKS = Path(__file__).parents[2] / "policies"
DAY = date(2026, 6, 1)
DAYS = {"contribution": date(2025, 6, 1)}
"""Where the nation's amounts are not known on that day, one on which they are."""
ELIGIBILITY = {"adult": "eligibility", "carer": "carer-eligibility"}

Facts = Mapping[str, Json]


def of_a_departure(word: str) -> Facts:
    """An outcome as a practitioner judges it."""
    assessment = Assessment(DAY, "adult", {}, {}, {})
    return assessment.judged([Departure("nutrition", Judgement(word), "-")]).facts


def of_a_payee(word: str) -> Facts:
    """Whoever receives a direct payment."""
    return pack_facts(Holding("direct_payment", word, Decimal("1.00"), {}), [])


def of_a_trigger(word: str) -> Facts:
    """What calls for a review."""
    return Call(word, DAY).schedule_facts()


BECOME_FACTS: Mapping[str, Sequence[tuple[str, Callable[[str], Facts]]]] = {
    "Residence": [
        ("duty", lambda word: {"residence": word}),
        ("carer-duty", lambda word: {"residence": word}),
    ],
    "OutcomeJudgement": [("eligibility", of_a_departure)],
    "Template": [("plan-check", lambda word: {"template": word})],
    "Use": [("plan-check", lambda word: {"lines": [{"id": "l1", "use": word}]})],
    "Payee": [("direct-payment", of_a_payee)],
    "ReviewTrigger": [("review-schedule", of_a_trigger)],
    "FinancesWay": [("contribution", lambda word: {"assessment": word})],
    "ServiceKind": [("contribution", lambda word: {"services": [{"id": "s1", "kind": word}]})],
}
"""The enums whose values the pack is told: by which decisions, and the facts that the services make of a value."""

STAY_RECORDS = {
    "AbuseKind": "is what is feared, in the record of a concern",
    "AccessOutcome": "is how a request for one's own data was answered",
    "AdviceOption": "is what somebody not eligible can choose from",
    "Achieved": "is how somebody found it, in the record of a review",
    "Answerer": "is who answered a question",
    "AssessmentWay": "is in which way somebody is assessed",
    "AppointmentBasis": "is on what an appropriate person rests",
    "AppointmentKind": "is as what somebody speaks for the person",
    "AuthorityKind": "is what gives somebody an authority; who may decide follows from it without a pack",
    "CheckedWith": "is where an authority was checked",
    "OwnDecision": "is the decision for which capacity was assessed, or that an authority covers",
    "CaseKind": "chooses the decision",
    "CircleRole": "is as what somebody is around the person",
    "CommunicationFormat": "is how somebody wants to be told things",
    "ComplaintOutcome": "is how a complaint was answered",
    "ContactBy": "is who turned to the council",
    "ContactFor": "is for whom help is wanted",
    "ContactOutcome": "is what comes of a contact",
    "ContactRoute": "is the route by which somebody came",
    "Ending": "ends the case",
    "EnquiryRoute": "is how an enquiry came",
    "EnquiryTopic": "is what an enquiry is about",
    "Felt": "is how a step felt",
    "Frequency": "is turned into an amount a week before any pack is told",
    "FinancesReason": "is why finances are assessed now",
    "HelpAmount": "is how much help somebody wants",
    "HelpedStep": "is in which step they want it",
    "GivenBy": "is how something reached the person",
    "HealthNeed": "is for which need the NHS gives a personal health budget",
    "HoldReason": "is why a clock stands still",
    "LivingGoalArea": "is the part of life that somebody has a goal for",
    "MadeBy": "is who complained, or asked for data",
    "MadeHow": "is how that came",
    "MoneyKind": "chooses whether anything is decided",
    "OwnNeedMet": "is how far the person finds a need of theirs met",
    "PermittedBy": "is on whose word something is shared",
    "OfferAnswer": "is what became of the offer of a personal budget",
    "PlanHelper": "is who helped with the plan",
    "PlanState": "says that the plan is submitted",
    "Relation": "is how somebody is related to the person",
    "RepairAction": "is what a repair does",
    "RevivedBy": "is why a refused assessment is owed again",
    "ResourceKind": "is what the person can count on",
    "ReviewOutcome": "opens the next step",
    "SelfAssessmentHelp": "is who helped with it",
    "ShareScope": "is what may be shared with somebody",
    "SpendJudgement": "is what somebody judged of spending",
    "Step": "chooses the cases of a repair",
    "StuckKind": "chooses the cases of a repair",
    "StreamKind": "is whose money it is",
    "SupportKind": "is how support comes",
    "WaitingFor": "chooses the cases of a repair",
    "Whom": "chooses the cases of a repair",
}
"""The enums whose values no pack is told, and what they are instead."""


@pytest.fixture(scope="module")
def law() -> Library:
    """The nation's pack as it stands."""
    return Library(PACKS)


def enums_of(message: Descriptor) -> Iterator[EnumDescriptor]:
    """The enums of a message's fields, however deep."""
    for field in message.fields:
        if field.enum_type:
            yield field.enum_type
        elif field.message_type:
            yield from enums_of(field.message_type)


def words_of(enum: EnumDescriptor) -> Iterable[str]:
    """The short names of an enum's values, but the unspecified one."""
    unspecified, *values = enum.values
    return [value.name.removeprefix(unspecified.name.removesuffix("UNSPECIFIED")).lower() for value in values]


ASKED = {enum.name: enum for method in CHANGING.values() for enum in enums_of(method.input_type)}
TOLD = [
    (name, decision, word)
    for name, told in BECOME_FACTS.items()
    for decision, _ in told
    for word in words_of(ASKED[name])
]


def test_every_enum_of_a_change_is_told_to_a_pack_or_stays_a_record() -> None:
    """A new enum has to say which: whether its values become facts cannot be seen from the contract."""
    assert ASKED.keys() == BECOME_FACTS.keys() | STAY_RECORDS.keys()


@pytest.mark.parametrize(("enum", "decision", "word"), TOLD)
def test_every_value_is_one_that_the_pack_takes(law: Library, enum: str, decision: str, word: str) -> None:
    """What the contract lets somebody say is decided, and not refused after it was typed."""
    facts = next(make for name, make in BECOME_FACTS[enum] if name == decision)(word)
    assert law.decide(decision, pack="england", on=DAYS.get(decision, DAY), facts=facts).verdict


@pytest.mark.parametrize(
    ("kind", "outcome"), [(kind, name) for kind, names in OUTCOMES.items() for name in sorted(names)]
)
def test_the_outcomes_that_may_not_apply_are_those_of_the_law(law: Library, kind: str, outcome: str) -> None:
    """The service lets an outcome not apply where the pack does: "any" caring that somebody does, and nothing else."""
    asked = {"outcomes": {outcome: "not_applicable"}}
    if outcome in MAY_NOT_APPLY[kind]:
        decided = law.decide(ELIGIBILITY[kind], pack="england", on=DAY, facts=asked)
        assert not [missing for missing in decided.missing if missing.startswith(f"outcomes.{outcome}.")]
    else:
        with pytest.raises(Fault) as refused:
            law.decide(ELIGIBILITY[kind], pack="england", on=DAY, facts=asked)
        assert refused.value.reason == "FACT_INVALID"
