"""What was assessed and determined of an adult or a carer, between the wire and the domain."""

from collections.abc import Callable, Iterable, Mapping, MutableMapping
from datetime import date
from typing import TypeVar

from google.protobuf.message import Message

from services.assessment.domain.assessment import (
    CARE_ACT,
    LIMBS,
    AssessedByAnswers,
    Assessment,
    Departure,
    Judgement,
    residence_of,
)
from services.assessment.domain.case import OUTCOMES
from services.assessment.domain.determination import Determination, PackAnswer
from services.assessment.domain.written import Written
from sevensteps import clock
from sevensteps.api.assessment.v1 import assessment_pb2 as pb
from sevensteps.api.policy.v1 import decision_pb2
from sevensteps.errors import Violation, invalid
from sevensteps.fields import Fields, entry, if_given, moment, number_of
from sevensteps.policy.model.verdict import Json
from sevensteps.steps import ADULT_OUTCOMES, CARER_OUTCOMES, MAY_NOT_APPLY

Decided = Callable[[str], decision_pb2.Decision]
F = TypeVar("F", pb.AdultFacts, pb.CarerFacts)

LONGEST_REASON = 1000
"""Most characters in the words that say why something was done to a case."""
FACTS_OF_ELIGIBILITY: Mapping[str, tuple[str, ...]] = {
    "adult": ("impairment", "significant_impact"),
    "carer": ("necessary_care", "health_at_risk", "significant_impact"),
}
"""The optional fields about eligibility, beside the outcomes, by kind of case."""
FACTS_OF_DUTY: Mapping[str, tuple[str, ...]] = {
    "adult": ("charged", "means_within_limit", "asks", "care_home", "lacks_capacity", "somebody_arranges"),
    "carer": (
        "charged",
        "means_within_limit",
        "asks",
        "care_to_adult",
        "adult_charged",
        "adult_means_within_limit",
        "adult_agrees",
        "adult_asks",
    ),
}
"""The optional fields about the duty to meet the needs, beside the residence, by kind of case."""


def assessment_of(request: pb.ProposeDeterminationRequest, fields: Fields) -> Assessment | AssessedByAnswers:
    """What was assessed, of an adult or of a carer, or by which answers, and when."""
    assessed_on = fields.day("assessed_on", request.assessed_on, earliest=CARE_ACT, latest=clock.today())
    kind = request.WhichOneof("facts")
    if kind != "answers_id" and request.HasField("duty"):
        fields.wrong(
            "duty", "must be left out, unless answers_id is given: adult and carer have these facts themselves"
        )
    if kind is None:
        fields.wrong("facts", "must be given: adult, carer or answers_id")
        return Assessment(assessed_on, "", {}, {}, {})
    if kind == "answers_id":
        return _by_answers(request, assessed_on, fields)
    of_adult = kind == "adult"
    assessed = request.adult if of_adult else request.carer
    facts = answers_of(assessed, *FACTS_OF_ELIGIBILITY[kind]) | {"outcomes": _outcomes(assessed.outcomes, kind, fields)}
    residence = _residence(f"{kind}.residence", assessed.residence, fields)
    if of_adult:
        residence = _adult_residence(request.adult, residence, fields)
    duty = {"residence": residence} | answers_of(assessed, *FACTS_OF_DUTY[kind])
    answers = assessed.outcomes.items()
    met_by_carer = {name: answer.met_by_carer for name, answer in answers if answer.HasField("met_by_carer")}
    return Assessment(assessed_on, kind, facts, duty, met_by_carer)


def _by_answers(request: pb.ProposeDeterminationRequest, assessed_on: date, fields: Fields) -> AssessedByAnswers:
    """What was assessed by answers, with what is known beside them; for which kind of case, the case says."""
    residence = _residence("duty.residence", request.duty.residence, fields)
    names = dict.fromkeys(name for each in FACTS_OF_DUTY.values() for name in each)
    told = {"residence": residence} | answers_of(request.duty, *names)
    known = {name: fact for name, fact in told.items() if fact is not None}
    return AssessedByAnswers(assessed_on, fields.given("answers_id", request.answers_id), known)


def ensure_of_kind(duty: Mapping[str, Json], kind: str) -> None:
    """Raise a Fault (INVALID) for facts about the duty that are for another kind of case."""
    others = sorted(duty.keys() - {"residence", *FACTS_OF_DUTY[kind]})
    if others:
        raise invalid(*(Violation(f"duty.{name}", f"must be left out: it is not for {kind}s") for name in others))


def _residence(path: str, residence: pb.Residence.ValueType, fields: Fields) -> str | None:
    return fields.choice(path, residence, pb.Residence) if residence else None


def _adult_residence(adult: pb.AdultFacts, residence: str | None, fields: Fields) -> str | None:
    """Where an adult lives; earlier callers answer with yes or no."""
    if not adult.HasField("resident"):
        return residence
    if residence is not None and adult.resident is (residence == "elsewhere"):
        fields.wrong("adult.resident", "must not contradict residence: leave it out")
    return residence or residence_of(adult.resident)


def answers_of(message: Message, *names: str) -> dict[str, Json]:
    """Optional facts by name: None where they are absent, which means unknown."""
    return {name: if_given(message, name) for name in names}


def _outcomes(answers: Mapping[str, pb.OutcomeAnswers], kind: str, fields: Fields) -> dict[str, Json]:
    outcomes: dict[str, Json] = {}
    for name, answer in answers.items():
        path = entry(f"{kind}.outcomes", name)
        if name not in OUTCOMES[kind]:
            fields.wrong(path, f"must be an outcome of {kind}s: {', '.join(sorted(OUTCOMES[kind]))}")
        if kind == "carer" and answer.HasField("takes_longer"):
            fields.wrong(f"{path}.takes_longer", "is for adults only")
        if kind == "carer" and answer.HasField("met_by_carer"):
            fields.wrong(f"{path}.met_by_carer", "is for adults only")
        if answer.not_applicable and name not in MAY_NOT_APPLY[kind]:
            fields.wrong(f"{path}.not_applicable", f"may be so of {', '.join(sorted(MAY_NOT_APPLY[kind]))} alone")
        outcomes[name] = "not_applicable" if answer.not_applicable else answers_of(answer, *LIMBS[kind])
    return outcomes


def departures_of(request: pb.ConfirmDeterminationRequest, fields: Fields) -> tuple[Departure, ...]:
    """Where a practitioner departs from a proposal, each outcome once."""
    departures: dict[str, Departure] = {}
    for number, departure in enumerate(request.departures):
        path = f"departures[{number}]"
        outcome = fields.among(f"{path}.outcome", departure.outcome, ADULT_OUTCOMES | CARER_OUTCOMES)
        if outcome in departures:
            fields.wrong(f"{path}.outcome", "must not be there twice")
        judgement = fields.choice(f"{path}.judgement", departure.judgement, pb.OutcomeJudgement)
        because = fields.text(f"{path}.because", departure.because, limit=LONGEST_REASON)
        if judgement:
            departures[outcome] = Departure(outcome, Judgement(judgement), because)
    return tuple(departures.values())


def departure_message(departure: Departure) -> pb.Departure:
    """A departure as it goes on the wire."""
    return pb.Departure(
        outcome=departure.outcome,
        judgement=number_of(pb.OutcomeJudgement, departure.judgement),
        because=departure.because,
    )


def _facts_message(message: F, assessment: Assessment) -> F:
    """What was assessed, as it goes on the wire: in an empty message for its kind of case."""
    message.residence = number_of(pb.Residence, str(assessment.duty.get("residence") or ""))
    _fill(message, assessment.facts, *FACTS_OF_ELIGIBILITY[assessment.kind])
    _fill(message, assessment.duty, *FACTS_OF_DUTY[assessment.kind])
    _fill_outcomes(message.outcomes, assessment)
    return message


def _fill_outcomes(message: MutableMapping[str, pb.OutcomeAnswers], assessment: Assessment) -> None:
    outcomes = assessment.facts.get("outcomes")
    for name, answers in outcomes.items() if isinstance(outcomes, Mapping) else ():
        outcome = message[name]
        outcome.not_applicable = answers == "not_applicable"
        if isinstance(answers, Mapping):
            _fill(outcome, answers, *LIMBS[assessment.kind])
        _fill(outcome, {"met_by_carer": assessment.met_by_carer.get(name)}, "met_by_carer")


def _fill(message: Message, facts: Mapping[str, Json], *names: str) -> None:
    """Write facts into the optional fields of their names; what is unknown stays absent."""
    for name in names:
        if (fact := facts.get(name)) is not None:
            setattr(message, name, fact)


def determination_message(
    determination: Determination, written: Iterable[Written], decided: Decided
) -> pb.Determination:
    """A determination as it goes on the wire, with what is owed in writing after it.

    `decided` answers the decision that was made with a receipt.
    """
    state = "confirmed" if determination.confirmed_by else "proposed"
    assessment, proposal = determination.assessment, determination.proposal
    duty = determination.answer.duty_receipt_id
    return pb.Determination(
        determination_id=determination.determination_id,
        round=determination.round,
        state=number_of(pb.DeterminationState, state),
        decision=decided(determination.answer.receipt_id),
        eligible_needs=determination.answer.eligible_needs,
        assessed_by=determination.assessed_by,
        confirmed_by=determination.confirmed_by,
        adult=_facts_message(pb.AdultFacts(), assessment) if assessment.kind == "adult" else None,
        carer=_facts_message(pb.CarerFacts(), assessment) if assessment.kind == "carer" else None,
        duty=decided(duty) if duty else None,
        duty_owed=determination.answer.duty_owed,
        met_by_carer=determination.met_by_carer,
        duty_because=determination.duty_because,
        departures=[departure_message(departure) for departure in determination.departures],
        proposal=_proposal_message(proposal, decided) if proposal else None,
        written=[_written_message(each) for each in written],
        reasons=determination.reasons,
        proposed_at=moment(determination.proposed_at),
        answers_id=determination.answers_id,
    )


def _written_message(written: Written) -> pb.Written:
    return pb.Written(
        kind=number_of(pb.WrittenKind, written.kind),
        due_on=written.due_on.isoformat() if written.due_on else "",
        given_on=written.given_on.isoformat() if written.given_on else "",
        recorded_by=written.recorded_by,
        how=number_of(pb.GivenBy, written.how),
        overdue_told=written.overdue_told,
    )


def _proposal_message(proposal: PackAnswer, decided: Decided) -> pb.Proposal:
    duty = proposal.duty_receipt_id
    return pb.Proposal(
        decision=decided(proposal.receipt_id),
        eligible_needs=proposal.eligible_needs,
        duty=decided(duty) if duty else None,
        duty_owed=proposal.duty_owed,
    )
