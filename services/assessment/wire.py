"""Between the wire and the domain: fields read and checked, records written as messages."""

import json
from collections.abc import Mapping
from hashlib import blake2b
from typing import NamedTuple

from google.protobuf.message import Message

from services.assessment.domain import OUTCOMES, Case, Determination
from sevensteps.api.assessment.v1 import assessment_pb2 as pb
from sevensteps.api.policy.v1 import decision_pb2
from sevensteps.clock import from_text
from sevensteps.councils import Council
from sevensteps.errors import Fault, Kind, Violation
from sevensteps.fields import Fields, entry, number_of
from sevensteps.policy.model.verdict import Json

LIMBS = ("cannot_unaided", "pain_distress_anxiety", "endangers", "takes_longer")


class Listing(NamedTuple):
    """Which cases a list holds: those of a council, or of every one, and whether the ended ones are left out."""

    council: str
    open_only: bool


def case_message(case: Case) -> pb.Case:
    """A case as it goes on the wire."""
    message = pb.Case(
        case_id=case.case_id,
        council=case.council,
        kind=number_of(pb.CaseKind, case.kind),
        person_reference=case.person_reference,
        round=case.round,
        assessment_open=case.assessment_open,
        assessment_due=case.assessment_due.isoformat(),
        on_hold=case.on_hold,
        ending=number_of(pb.Ending, case.ending),
        etag=str(case.version),
    )
    message.opened_at.FromDatetime(from_text(case.opened_at))
    return message


def council_message(council: Council) -> pb.Council:
    """A council's choices as they go on the wire."""
    return pb.Council(
        council=council.name,
        title=council.title,
        jurisdiction=council.jurisdiction,
        pack=council.pack,
        plan_templates=council.plan_templates,
        contact_points=[
            pb.ContactPoint(
                purpose=number_of(pb.ContactPurpose, point.purpose),
                name=point.name,
                telephone=point.telephone,
                email=point.email,
                web=point.web,
                hours=point.hours,
            )
            for point in council.contact_points
        ],
    )


def determination_message(determination: Determination, decision: decision_pb2.Decision) -> pb.Determination:
    """A determination as it goes on the wire."""
    state = "confirmed" if determination.confirmed_by else "proposed"
    return pb.Determination(
        determination_id=determination.determination_id,
        round=determination.round,
        state=number_of(pb.DeterminationState, state),
        decision=decision,
        eligible_needs=determination.eligible_needs,
        assessed_by=determination.assessed_by,
        confirmed_by=determination.confirmed_by,
    )


def known(message: Message, *names: str) -> dict[str, Json]:
    """Optional fields by name: their value, or None where they are absent, which means unknown."""
    return {name: getattr(message, name) if message.HasField(name) else None for name in names}


def facts_of(request: pb.ProposeDeterminationRequest, fields: Fields) -> tuple[str, dict[str, Json]]:
    """The kind of case that the facts are about, and the facts as the pack takes them."""
    kind = request.WhichOneof("facts")
    if kind == "adult":
        adult = request.adult
        facts = known(adult, "impairment", "significant_impact", "resident")
        return kind, facts | {"outcomes": _outcomes(adult.outcomes, LIMBS, "adult", fields)}
    if kind == "carer":
        carer = request.carer
        facts = known(carer, "necessary_care", "health_at_risk", "significant_impact")
        return kind, facts | {"outcomes": _outcomes(carer.outcomes, LIMBS[:3], "carer", fields)}
    fields.wrong("facts", "must be given: adult or carer")
    return "", {}


def _outcomes(
    answers: Mapping[str, pb.OutcomeAnswers], limbs: tuple[str, ...], kind: str, fields: Fields
) -> dict[str, Json]:
    outcomes: dict[str, Json] = {}
    for name, answer in answers.items():
        path = entry(f"{kind}.outcomes", name)
        if name not in OUTCOMES[kind]:
            fields.wrong(path, f"must be an outcome of {kind}s: {', '.join(sorted(OUTCOMES[kind]))}")
        if kind == "carer" and answer.HasField("takes_longer"):
            fields.wrong(f"{path}.takes_longer", "is for adults only")
        outcomes[name] = "not_applicable" if answer.not_applicable else known(answer, *limbs)
    return outcomes


def page_token_of(last: Case, listing: Listing) -> str:
    """Where a page ends, for the next one of the same list."""
    place = f"{last.opened_at}/{last.case_id}"
    return f"{place}/{_seal(place, listing)}"


def place_of(page_token: str, listing: Listing) -> tuple[str, str]:
    """The place that a page token names. Raises a Fault (INVALID) for one that this list did not give."""
    if not page_token:
        return "", ""
    place, _, seal = page_token.rpartition("/")
    if seal != _seal(place, listing):
        detail = "must be the next_page_token of an earlier answer to the same question"
        raise Fault(
            Kind.INVALID, "PAGE_TOKEN_INVALID", f"page_token: {detail}", violations=[Violation("page_token", detail)]
        )
    opened_at, _, case_id = place.partition("/")
    return opened_at, case_id


def _seal(place: str, listing: Listing) -> str:
    """What a page token ends in, by which it is known that this list gave it."""
    return blake2b(json.dumps([place, *listing]).encode(), digest_size=8).hexdigest()
