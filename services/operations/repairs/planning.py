"""Planning a repair: which cases it is for is settled at once, and what would happen to each is said before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from services.operations import case_pages, finding_pages
from services.operations.domain.action import Action
from services.operations.domain.prediction import Prediction
from services.operations.domain.repair import ASKED_FOR, NOT_ASKED, Outcome, State, predict
from services.operations.domain.standing import Standing
from services.operations.domain.wanted import Sorting, Wanted
from services.operations.repairs import agreeing, auditing, repair_store
from services.operations.repairs.auditing import Entry, Signer
from services.operations.repairs.repair_store import Repair, RepairCase
from services.operations.rows import standing_of
from sevensteps.councils import Councils
from sevensteps.errors import Fault, Kind, Violation
from sevensteps.identity.actor import Actor

MOST_CASES = 5000
MOST_ASKED = 1000
"""The same where journeys and services have to be asked about each, before it can be said what would happen."""


@dataclass(frozen=True, slots=True)
class Planned:
    """What somebody wants to have done: to which cases, what and why. `fingerprint` tells the request from another."""

    repair_id: str
    fingerprint: str
    wanted: Wanted
    action: Action
    given: Mapping[str, str]
    because: str


def to_ask_about(connection: sa.Connection, planned: Planned, *, today: date) -> Sequence[str]:
    """The cases that journeys and services have to be asked about before the repair is planned.

    Raises as `plan` does, where there are none or too many.
    """
    if planned.action not in ASKED_FOR or repair_store.read(connection, planned.repair_id):
        return ()
    return [standing.case_id for standing in _wanted(connection, planned, today, MOST_ASKED)]


def plan(
    connection: sa.Connection,
    planned: Planned,
    councils: Councils,
    *,
    foreseen: Mapping[str, Prediction],
    actor: Actor,
    signer: Signer,
    today: date,
    now: int,
) -> Repair:
    """Put a repair on record, with its cases as they are found now. The same request again finds it there.

    `foreseen` is what journeys and services have said of the cases that they were asked about.
    Raises Faults: REQUEST_ID_REUSED (INVALID), NO_CASES and TOO_MANY_CASES (PRECONDITION).
    """
    if before := _planned_before(connection, planned):
        return before
    standings = _wanted(connection, planned, today, MOST_CASES)
    its_cases = _cases(connection, planned, standings, foreseen, now)
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


def _planned_before(connection: sa.Connection, planned: Planned) -> Repair | None:
    """The repair that this request has planned already. Raises a Fault (INVALID) where another one did."""
    before = repair_store.read(connection, planned.repair_id)
    if before and before.fingerprint != planned.fingerprint:
        detail = "request_id: was used for another request; choose a new one"
        raise Fault(Kind.INVALID, "REQUEST_ID_REUSED", detail, violations=[Violation("request_id", detail)])
    return before


def _wanted(connection: sa.Connection, planned: Planned, today: date, most: int) -> Sequence[Standing]:
    """The cases that are wanted now."""
    rows = case_pages.page(connection, planned.wanted, Sorting(), today=today, after=None, size=most + 1)
    if not rows:
        raise Fault(Kind.PRECONDITION, "NO_CASES", "No case is as the filter asks now. List them again.")
    if len(rows) > most:
        detail = f"The filter finds more than {most:,} cases, the most that such a repair has. Narrow it."
        raise Fault(Kind.PRECONDITION, "TOO_MANY_CASES", detail)
    return [standing_of(row.standing) for row in rows]


def _cases(
    connection: sa.Connection,
    planned: Planned,
    standings: Sequence[Standing],
    foreseen: Mapping[str, Prediction],
    now: int,
) -> Sequence[RepairCase]:
    """The cases of a repair, each with what would happen to it."""
    stuck = finding_pages.of_cases(connection, [standing.case_id for standing in standings])
    cases = []
    for standing in standings:
        asked = foreseen.get(standing.case_id, NOT_ASKED)
        prediction = predict(planned.action, standing, stuck.get(standing.case_id, {}), planned.given, asked)
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
                about=prediction.about,
            )
        )
    return cases
