"""Who may receive a direct payment, by what is on record of the person's capacity and of who may decide. Pure."""

from collections.abc import Mapping
from dataclasses import replace

from services.planning.domain.money import Holding, wrong_payee
from sevensteps.fields import Fields
from sevensteps.representation import AuthorityKind, OwnDecision, Representation, StandingAuthority, StandingCapacity

ASKING = OwnDecision.REQUEST_DIRECT_PAYMENT
PRESUMED = f"capacity is presumed until RecordCapacity says otherwise of {ASKING}"
BY_AUTHORITY: Mapping[str, frozenset[AuthorityKind]] = {
    "attorney": frozenset({AuthorityKind.ATTORNEY_HEALTH}),
    "deputy": frozenset({AuthorityKind.DEPUTY_HEALTH}),
}
"""Payees who need an authority to decide about the person's care (s.32(4)(a)): one for money alone is not enough."""
FOR_CARE = frozenset[AuthorityKind]().union(*BY_AUTHORITY.values())
SUITABLE = "suitable_person"
SUITABLE_AND_NOBODY_AUTHORISED = "suitable_person_nobody_authorised"


def as_recorded(holding: Holding, on_record: Representation) -> Holding:
    """The direct payment by what is on record: capacity, and the authority of who would receive it.

    Raises a Fault (INVALID) that names what contradicts the records. Without a record capacity is presumed (Mental
    Capacity Act 2005 s.1(2)), so s.32 needs one.
    """
    fields = Fields()
    capacity = on_record.capacity_for(ASKING)
    has_capacity = capacity.has if capacity else True
    _check_capacity(holding, capacity, fields)
    fields.check()
    if misfit := wrong_payee(holding.payee, has_capacity=has_capacity):
        presumed = f"must be the person or whom they nominate: {PRESUMED}"
        fields.wrong("payee", misfit if capacity else presumed)
        fields.check()
    authority = _authority(holding, on_record.who_may_decide(ASKING, FOR_CARE), fields)
    reference = authority.reference if authority else holding.payee_reference
    if capacity and reference in capacity.best_interests_by:
        detail = "must not be whoever decided in the person's best interests: they would decide for themselves"
        fields.wrong("payee_reference", detail)
    fields.check()
    return replace(
        holding,
        facts={**holding.facts, "has_capacity": has_capacity},
        payee_reference=reference,
        authority_id=authority.authority_id if authority else "",
        capacity_id=capacity.capacity_id if capacity else "",
    )


def _check_capacity(holding: Holding, capacity: StandingCapacity | None, fields: Fields) -> None:
    """Note a word about capacity that contradicts the record, or what is presumed without one."""
    said = holding.facts.get("has_capacity")
    if capacity is None and said is False:
        fields.wrong("facts.has_capacity", f"must be true or left out: {PRESUMED}")
    elif capacity and said is not None and said is not capacity.has:
        word = "true" if capacity.has else "false"
        fields.wrong("facts.has_capacity", f"must be {word} or left out: so it is on record ({capacity.capacity_id})")


def _authority(holding: Holding, authorised: tuple[StandingAuthority, ...], fields: Fields) -> StandingAuthority | None:
    """The authority of an attorney or deputy; None for whoever needs none. Notes where there is none, or several."""
    match holding.payee:
        case "attorney" | "deputy":
            return _of_kind(holding, authorised, fields)
        case "suitable_person" if not authorised:
            fields.wrong("payee", f"must be {SUITABLE_AND_NOBODY_AUTHORISED}: nobody authorised is on record")
        case "suitable_person_nobody_authorised" if authorised:
            detail = f"must be attorney, deputy, or a {SUITABLE} whom they support: {authorised[0].authority_id} counts"
            fields.wrong("payee", detail)
    return None


def _of_kind(holding: Holding, authorised: tuple[StandingAuthority, ...], fields: Fields) -> StandingAuthority | None:
    found = [each for each in authorised if each.kind in BY_AUTHORITY[holding.payee]]
    if not found:
        fields.wrong(
            "payee",
            f"must have an authority on record for health and welfare that covers {ASKING}, checked and in date: "
            "RecordAuthority, then CheckAuthority",
        )
        return None
    if not holding.payee_reference and len(found) > 1:
        fields.wrong("payee_reference", f"must be given: there are {len(found)} on record")
    named = [each for each in found if holding.payee_reference in {"", each.reference}]
    if not named:
        fields.wrong("payee_reference", f"must be who has such an authority as {holding.payee} on record")
    return next(iter(named), None)
