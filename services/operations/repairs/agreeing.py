"""Agreeing to a repair for which two people are needed: somebody else looks at its frozen list, and agrees once."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import sqlalchemy as sa

from services.operations.domain.action import Action
from services.operations.domain.agreement import Agreement, needs_two, same_person, second_person_needed
from services.operations.domain.repair import Outcome, State
from services.operations.repairs import auditing, repair_store
from services.operations.repairs.auditing import Entry, Signer
from services.operations.repairs.repair_store import Repair, RepairCase
from sevensteps import log
from sevensteps.councils import Councils
from sevensteps.errors import Fault, Kind
from sevensteps.identity.actor import Actor

EVERY_ACTION = frozenset(Action)


def is_by_two(councils: Councils, action: Action, its_cases: Iterable[RepairCase]) -> bool:
    """Whether a council whose cases are to be repaired wants a second person for an action."""
    return needs_two(action, [_list_of(councils, name) for name in sorted({each.council for each in its_cases})])


def _list_of(councils: Councils, name: str) -> frozenset[str]:
    """A council's list. Of one whose choices cannot be read every action is on it: nobody is alone by a mistake."""
    try:
        return councils.council(name).repairs_by_two
    except Fault as fault:
        log.get().warning("the repairs of a council are by two people", council=name, detail=fault.detail)
        return EVERY_ACTION


def agree(connection: sa.Connection, repair: Repair, because: str, *, actor: Actor, signer: Signer, now: int) -> Repair:
    """Put on record that somebody agrees. The same person again, for the same reason, finds it there.

    Raises Faults: SAME_PERSON (DENIED); NO_SECOND_PERSON_NEEDED, REPAIR_BEGUN and REPAIR_AGREED (PRECONDITION).
    """
    ensure_another(repair, actor)
    if (repair.agreed_by, repair.agreed_because) == (actor.subject, because):
        return repair
    ensure_open(repair)
    agreement = Agreement(repair.planned_by, actor.subject)
    if not repair_store.agree(connection, repair.repair_id, agreement, because, now):
        raise agreed_already(repair)
    its_cases = repair_store.cases_of(connection, repair.repair_id, outcomes=(), after=0, size=repair_store.EVERY_CASE)
    after = list_told(repair.action, repair.given, its_cases)
    auditing.add(connection, actor, Entry("repair.agreed", repair.repair_id, because, after=after), signer)
    return replace(repair, agreed_by=actor.subject, agreed_because=because, agreed=now)


def ensure_another(repair: Repair, actor: Actor) -> None:
    """Raise a Fault (DENIED, SAME_PERSON) where whoever planned a repair is to agree to it."""
    if actor.subject == repair.planned_by:
        raise same_person()


def ensure_open(repair: Repair) -> None:
    """Raise a Fault (PRECONDITION) unless a repair still waits for somebody to agree."""
    if not repair.by_two:
        detail = "This repair needs no second person. Whoever has the role can continue it."
        raise Fault(Kind.PRECONDITION, "NO_SECOND_PERSON_NEEDED", detail)
    if repair.agreed_by:
        raise agreed_already(repair)
    if repair.state is not State.PLANNED:
        detail = "There is nothing to agree to: this repair has nothing left to do."
        raise Fault(Kind.PRECONDITION, "REPAIR_BEGUN", detail)


def agreed_already(repair: Repair) -> Fault:
    """Somebody has agreed before."""
    detail = f"Somebody has agreed to this repair already: sevensteps repair show {repair.repair_id}."
    return Fault(Kind.PRECONDITION, "REPAIR_AGREED", detail)


def ensure_agreed(repair: Repair) -> None:
    """Raise a Fault (PRECONDITION, SECOND_PERSON_NEEDED) where a repair may not begin yet."""
    if repair.by_two and not repair.agreed_by:
        raise second_person_needed(repair.repair_id)


def list_told(action: Action, given: Mapping[str, str], its_cases: Sequence[RepairCase]) -> Mapping[str, object]:
    """What a repair is, for the audit: to what, how many cases, and a digest of which.

    It is the same when a repair is planned and when it is agreed: what was agreed is what was planned.
    """
    listed = [(each.case_id, each.prediction) for each in its_cases]
    left_out = sum(each.outcome == Outcome.LEFT_OUT for each in its_cases)
    digest = hashlib.sha256(json.dumps(listed).encode()).hexdigest()
    told = {"action": action.value, "cases": len(listed), "left_out": left_out, "list": digest}
    return told | ({"given": dict(given)} if given else {})
