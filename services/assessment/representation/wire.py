"""Who may act for the person, between the wire and the domain: the fields of requests."""

from collections.abc import Iterable
from datetime import date

from services.assessment.domain.appointment import Appointing, AppointmentKind, Basis
from services.assessment.domain.authority import MAY_COVER, CheckedWith, Checking, Instrument
from services.assessment.domain.capacity import Abilities, BestInterestsDecision, CapacityFinding
from services.assessment.facts import LONGEST_REASON
from sevensteps import clock
from sevensteps.api.assessment.v1 import representation_pb2 as pb
from sevensteps.fields import Fields, if_given
from sevensteps.representation import AuthorityKind, OwnDecision

FIRST_INSTRUMENT = date(2007, 10, 1)
"""The day on which the Mental Capacity Act 2005 came into force; enduring powers made before are registered by it."""
YEARS_AHEAD = 5
"""How far ahead anything may expire: by then somebody looks at it anew."""
MOST_CONSULTED = 50
ABILITIES = ("understands", "retains", "weighs", "communicates")


def advocate_of(request: pb.AppointAdvocateRequest, fields: Fields) -> Appointing:
    """An advocate."""
    kind = fields.choice("kind", request.kind, pb.AppointmentKind)
    if kind == AppointmentKind.APPROPRIATE_PERSON:
        fields.wrong("kind", "must be an advocate: AcceptAppropriatePerson records an appropriate person")
    reference = fields.reference("reference", request.reference)
    starts_on, ends_on = _time_of(request, fields)
    return Appointing(_kind(kind), reference, starts_on, ends_on, _because(request.because, fields))


def _kind(kind: str) -> AppointmentKind:
    return AppointmentKind(kind) if kind else AppointmentKind.ADVOCATE  # a wrong field was noted, and nothing is done


def appropriate_person_of(request: pb.AcceptAppropriatePersonRequest, fields: Fields) -> Appointing:
    """An appropriate person."""
    if if_given(request, "paid_or_professional") is not False:
        detail = "must be said, and false: nobody whose work it is to care for the person may be it (s.67(6)(a))"
        fields.wrong("paid_or_professional", detail)
    basis = fields.choice("basis", request.basis, pb.AppointmentBasis)
    reference = fields.reference("reference", request.reference)
    starts_on, ends_on = _time_of(request, fields)
    because = _because(request.because, fields)
    kind = AppointmentKind.APPROPRIATE_PERSON
    return Appointing(kind, reference, starts_on, ends_on, because, Basis(basis) if basis else "")


def _time_of(
    request: pb.AppointAdvocateRequest | pb.AcceptAppropriatePersonRequest, fields: Fields
) -> tuple[date, date | None]:
    starts_on = fields.day("starts_on", request.starts_on, earliest=clock.in_years(-1), latest=clock.in_years(1))
    return starts_on, _last_day("ends_on", request.ends_on, starts_on, fields)


def _last_day(path: str, written: str, first: date, fields: Fields) -> date | None:
    if not written:
        return None
    return fields.day(path, written, earliest=first, latest=clock.in_years(YEARS_AHEAD))


def ending_of(request: pb.EndAppointmentRequest, fields: Fields) -> tuple[str, date, str]:
    """Which appointment ends, its last day, and why."""
    appointment_id = fields.given("appointment_id", request.appointment_id)
    ends_on = fields.day("ends_on", request.ends_on, latest=clock.in_years(1))
    return appointment_id, ends_on, _because(request.because, fields)


def capacity_of(request: pb.RecordCapacityRequest, fields: Fields) -> CapacityFinding:
    """What was found of the person's capacity for a decision."""
    decision = fields.choice("decision", request.decision, pb.OwnDecision)
    assessed_on = _past_day("assessed_on", request.assessed_on, fields)
    abilities = _abilities_of(request, fields)
    lacks = abilities.result == "lacks"
    expires_on = _last_day("expires_on", request.expires_on, assessed_on, fields)
    if lacks and not request.expires_on:
        fields.wrong("expires_on", "must be set: nobody is found to lack capacity for good")
    help_given = fields.text("help_given", request.help_given, limit=LONGEST_REASON, may_be_empty=not lacks)
    return CapacityFinding(
        decision=OwnDecision(decision) if decision else OwnDecision.AGREE_PLAN,
        assessed_on=assessed_on,
        assessed_by=fields.reference("assessed_by", request.assessed_by),
        abilities=abilities,
        help_given=help_given,
        because=_because(request.because, fields),
        expires_on=expires_on,
        fluctuates=request.fluctuates,
    )


def _abilities_of(request: pb.RecordCapacityRequest, fields: Fields) -> Abilities:
    found = {name: if_given(request, name) for name in ABILITIES}
    for name in (name for name, can in found.items() if can is None):
        fields.wrong(name, "must be said: yes or no (Mental Capacity Act 2005 s.3(1))")
    abilities = Abilities(
        **{name: can is not False for name, can in found.items()},
        impairment=if_given(request, "impairment"),
        because_of_it=if_given(request, "because_of_it"),
    )
    _check_cause(abilities, fields)
    return abilities


def _check_cause(abilities: Abilities, fields: Fields) -> None:
    """Note what is missing of why somebody cannot decide: capacity lacks only because of an impairment (s.2(1))."""
    if abilities.all_there:
        if abilities.because_of_it is not None:
            fields.wrong("because_of_it", "must be left out: the person can do all four")
    elif abilities.impairment is None:
        fields.wrong("impairment", "must be said where the person cannot do one of the four (s.2(1))")
    elif abilities.impairment and abilities.because_of_it is None:
        fields.wrong("because_of_it", "must be said: does the impairment cause it? (s.2(1))")
    elif not abilities.impairment and abilities.because_of_it:
        fields.wrong("because_of_it", "must not be true: there is no impairment")


def best_interests_of(request: pb.RecordBestInterestsRequest, fields: Fields) -> BestInterestsDecision:
    """What was decided in the person's best interests."""
    safeguards = fields.text(
        "safeguards", request.safeguards, limit=LONGEST_REASON, may_be_empty=not request.conflict_of_interest
    )
    return BestInterestsDecision(
        capacity_id=fields.given("capacity_id", request.capacity_id),
        decided_on=_past_day("decided_on", request.decided_on, fields),
        decided_by=fields.reference("decided_by", request.decided_by),
        consulted=_consulted_of(request.consulted, fields),
        wishes=fields.text("wishes", request.wishes),
        less_restrictive=fields.text("less_restrictive", request.less_restrictive, limit=LONGEST_REASON),
        decided=fields.text("decided", request.decided, limit=LONGEST_REASON),
        because=_because(request.because, fields),
        conflict_of_interest=request.conflict_of_interest,
        safeguards=safeguards,
    )


def _consulted_of(references: Iterable[str], fields: Fields) -> tuple[str, ...]:
    consulted: list[str] = []
    for index, written in enumerate(references):
        reference = fields.reference(f"consulted[{index}]", written)
        if reference in consulted:
            fields.wrong(f"consulted[{index}]", "must not be there twice")
        consulted.append(reference)
    if not 1 <= len(consulted) <= MOST_CONSULTED:
        fields.wrong("consulted", f"must be from 1 to {MOST_CONSULTED}: whoever knows the person is asked (s.4(7))")
    return tuple(consulted)


def instrument_of(request: pb.RecordAuthorityRequest, fields: Fields) -> Instrument:
    """What gives somebody the authority to decide for the person."""
    named = fields.choice("kind", request.kind, pb.AuthorityKind)
    kind = AuthorityKind(named) if named else AuthorityKind.APPOINTEE
    valid_from = fields.day("valid_from", request.valid_from, earliest=FIRST_INSTRUMENT, latest=clock.today())
    expires_on = None
    if request.expires_on:
        expires_on = fields.day("expires_on", request.expires_on, earliest=max(valid_from, clock.today()))
    if request.usable_with_capacity and kind is not AuthorityKind.ATTORNEY_FINANCE:
        fields.wrong("usable_with_capacity", "may be so of an attorney for finance alone")
    return Instrument(
        kind=kind,
        reference=fields.reference("reference", request.reference),
        instrument=fields.reference("instrument", request.instrument),
        covers=_covers_of(request, kind, fields) if named else (),
        valid_from=valid_from,
        expires_on=expires_on,
        usable_with_capacity=request.usable_with_capacity,
    )


def _covers_of(request: pb.RecordAuthorityRequest, kind: AuthorityKind, fields: Fields) -> tuple[OwnDecision, ...]:
    may, covers = MAY_COVER[kind], []
    for index, number in enumerate(request.covers):
        path = f"covers[{index}]"
        if not (name := fields.choice(path, number, pb.OwnDecision)):
            continue
        if (decision := OwnDecision(name)) not in may:
            allowed = ", ".join(sorted(may)) or "none: an appointee receives benefits, and decides nothing"
            fields.wrong(path, f"must be a decision that such an authority covers: {allowed}")
        elif decision in covers:
            fields.wrong(path, "must not be there twice")
        covers.append(decision)
    if may and not request.covers:
        fields.wrong("covers", "must name at least one decision")
    return tuple(covers)


def checking_of(request: pb.CheckAuthorityRequest, fields: Fields) -> tuple[str, Checking]:
    """Which authority was checked, and what was found."""
    authority_id = fields.given("authority_id", request.authority_id)
    valid = if_given(request, "valid")
    if valid is None:
        fields.wrong("valid", "must be said: yes or no")
    checked_with = fields.choice("checked_with", request.checked_with, pb.CheckedWith)
    return authority_id, Checking(
        checked_on=_past_day("checked_on", request.checked_on, fields),
        checked_with=CheckedWith(checked_with) if checked_with else CheckedWith.COURT_ORDER,
        valid=bool(valid),
        because=fields.text("because", request.because, limit=LONGEST_REASON, may_be_empty=valid is not False),
    )


def revocation_of(request: pb.RevokeAuthorityRequest, fields: Fields) -> tuple[str, date, str]:
    """Which authority counts no more, from which day, and why."""
    authority_id = fields.given("authority_id", request.authority_id)
    revoked_on = fields.day("revoked_on", request.revoked_on, latest=clock.in_years(1))
    return authority_id, revoked_on, _because(request.because, fields)


def day_asked_for(request: pb.GetRepresentationRequest) -> date | None:
    """The day of which it is asked; None for today. Raises a Fault (INVALID) for one that is none."""
    fields = Fields()
    day = fields.day("on", request.on, latest=clock.in_years(YEARS_AHEAD)) if request.on else None
    fields.check()
    return day


def _past_day(path: str, written: str, fields: Fields) -> date:
    return fields.day(path, written, earliest=clock.in_years(-1), latest=clock.today())


def _because(because: str, fields: Fields) -> str:
    return fields.text("because", because, limit=LONGEST_REASON)
