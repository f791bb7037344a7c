"""Planning a repair: which cases it is for is settled at once, and what would happen to each is said before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from services.operations import case_pages, finding_pages
from services.operations.domain.action import Action
from services.operations.domain.repair import Outcome, State, predict
from services.operations.domain.wanted import Sorting, Wanted
from services.operations.repairs import agreeing, auditing, repair_store
from services.operations.repairs.auditing import Entry, Signer
from services.operations.repairs.repair_store import Repair, RepairCase
from services.operations.rows import standing_of
from sevensteps.councils import Councils
from sevensteps.errors import Fault, Kind, Violation
from sevensteps.identity.actor import Actor

MOST_CASES = 5000


@dataclass(frozen=True, slots=True)
class Planned:
    """What somebody wants to have done: to which cases, what and why. `fingerprint` tells the request from another."""

    repair_id: str
    fingerprint: str
    wanted: Wanted
    action: Action
    given: Mapping[str, str]
    because: str


def plan(
    connection: sa.Connection,
    planned: Planned,
    councils: Councils,
    *,
    actor: Actor,
    signer: Signer,
    today: date,
    now: int,
) -> Repair:
    """Put a repair on record, with its cases as they are found now. The same request again finds it there.

    Raises Faults: REQUEST_ID_REUSED (INVALID), NO_CASES and TOO_MANY_CASES (PRECONDITION).
    """
    if before := repair_store.read(connection, planned.repair_id):
        if before.fingerprint != planned.fingerprint:
            detail = "request_id: was used for another request; choose a new one"
            raise Fault(Kind.INVALID, "REQUEST_ID_REUSED", detail, violations=[Violation("request_id", detail)])
        return before
    its_cases = _cases(connection, planned, today, now)
    left = sum(not each.outcome for each in its_cases)
    repair = Repair(
        planned.repair_id,
        planned.fingerprint,
        actor.council,
        actor.subject,
        planned.action,
        planned.given,
        planned.because,
        State.PLANNED if left else State.DONE,
        "" if left else "It would do nothing for any of its cases.",
        planned=now,
        seen=now,
        runner="",
        by_two=agreeing.is_by_two(councils, planned.action, [each for each in its_cases if not each.outcome]),
    )
    repair_store.add(connection, repair, its_cases)
    after = agreeing.list_told(planned.action, planned.given, its_cases)
    auditing.add(connection, actor, Entry("repair.planned", repair.repair_id, planned.because, after=after), signer)
    return repair


def _cases(connection: sa.Connection, planned: Planned, today: date, now: int) -> Sequence[RepairCase]:
    """The cases that are wanted now, each with what would happen to it."""
    rows = case_pages.page(connection, planned.wanted, Sorting(), today=today, after=None, size=MOST_CASES + 1)
    if not rows:
        raise Fault(Kind.PRECONDITION, "NO_CASES", "No case is as the filter asks now. List them again.")
    if len(rows) > MOST_CASES:
        detail = f"The filter finds more than {MOST_CASES:,} cases, the most that one repair has. Narrow it."
        raise Fault(Kind.PRECONDITION, "TOO_MANY_CASES", detail)
    standings = [standing_of(row.standing) for row in rows]
    stuck = finding_pages.of_cases(connection, [standing.case_id for standing in standings])
    cases = []
    for standing in standings:
        prediction = predict(planned.action, standing, stuck.get(standing.case_id, {}), planned.given)
        cases.append(
            RepairCase(
                planned.repair_id,
                standing.opened.position,
                standing.case_id,
                standing.council,
                prediction.sentence,
                outcome="" if prediction.does else Outcome.LEFT_OUT.value,
                seen="",
                heard=standing.heard,
                done=0,
                looked=0 if prediction.does else now,
            )
        )
    return cases
