"""Reading and writing repairs and their cases."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from services.operations.domain.action import Action
from services.operations.domain.agreement import Agreement
from services.operations.domain.repair import Proof, State
from services.operations.tables import repair_cases, repairs
from sevensteps.errors import Fault, Kind

EVERY_CASE = 1_000_000
"""More than a repair can have."""
SILENT_MILLISECONDS = 30_000
"""After so long without a word, whoever ran a repair does not run it any more."""


@dataclass(frozen=True, slots=True)
class Repair:
    """A repair as it is on record.

    `given` is what the action is given, by the name of its field. Where `by_two` holds, nothing is done before somebody
    has agreed: `agreed_by`, for the reason `agreed_because`, at `agreed` (milliseconds since 1970; 0 until then).
    """

    repair_id: str
    fingerprint: str
    council: str
    planned_by: str
    action: Action
    given: Mapping[str, str]
    because: str
    state: State
    why: str
    planned: int
    seen: int
    runner: str
    by_two: bool
    agreed_by: str = ""
    agreed_because: str = ""
    agreed: int = 0


@dataclass(frozen=True, slots=True)
class RepairCase:
    """One case of a repair as it is on record."""

    repair_id: str
    number: int
    case_id: str
    council: str
    prediction: str
    outcome: str
    seen: str
    heard: int
    done: int
    looked: int
    about: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How many cases a repair has, how many are left to repair and to look at, and how many came to each outcome."""

    cases: int
    left: int
    to_look_at: int
    outcomes: Mapping[str, int]


def add(connection: sa.Connection, repair: Repair, its_cases: Sequence[RepairCase]) -> None:
    """Put a planned repair on record."""
    row = {name: getattr(repair, name) for name in Repair.__slots__}
    connection.execute(repairs.insert(), row | {"given": json.dumps(dict(repair.given), sort_keys=True)})
    if its_cases:
        rows = [{name: getattr(each, name) for name in RepairCase.__slots__} for each in its_cases]
        connection.execute(repair_cases.insert(), rows)


def read(connection: sa.Connection, repair_id: str) -> Repair | None:
    """A repair; None if there is none of that id."""
    query = sa.select(repairs).where(repairs.c.repair_id == repair_id)
    row = connection.execute(query).mappings().first()
    return _repair_of(row) if row else None


def page(connection: sa.Connection, *, scope: str | None, before: int, size: int) -> Sequence[tuple[int, Repair]]:
    """The next repairs before a number, the newest first, at most `size`; 0 begins with the newest."""
    query = sa.select(repairs)
    if before:
        query = query.where(repairs.c.number < before)
    if scope is not None:
        query = query.where(repairs.c.council == scope)
    rows = connection.execute(query.order_by(repairs.c.number.desc()).limit(size)).mappings()
    return [(row["number"], _repair_of(row)) for row in rows]


def progress(connection: sa.Connection, repair_id: str) -> Progress:
    """How far a repair is."""
    return progress_of(connection, [repair_id])[repair_id]


def progress_of(connection: sa.Connection, repair_ids: Sequence[str]) -> Mapping[str, Progress]:
    """How far each of these repairs is."""
    is_done = (repair_cases.c.done > 0).label("is_done")
    sort = (repair_cases.c.repair_id, repair_cases.c.outcome, is_done)
    query = sa.select(*sort, sa.func.count().label("cases")).where(repair_cases.c.repair_id.in_(repair_ids))
    found: dict[str, list[sa.Row[str, str, bool, int]]] = {repair_id: [] for repair_id in repair_ids}
    for row in connection.execute(query.group_by(*sort)):
        found[row.repair_id].append(row)
    return {repair_id: _progress(rows) for repair_id, rows in found.items()}


def _progress(rows: Sequence[sa.Row[str, str, bool, int]]) -> Progress:
    outcomes: dict[str, int] = {}
    for row in rows:
        if row.outcome:
            outcomes[row.outcome] = outcomes.get(row.outcome, 0) + row.cases
    left, to_look_at = (
        sum(row.cases for row in rows if not row.outcome and bool(row.is_done) is done) for done in (False, True)
    )
    return Progress(left + to_look_at + sum(outcomes.values()), left, to_look_at, outcomes)


def own_repair(connection: sa.Connection, *, repair_id: str, scope: str | None) -> tuple[Repair, Progress]:
    """A repair and how far it is. Raises a Fault (NOT_FOUND) for one that is not there, or another council's."""
    repair = read(connection, repair_id)
    if repair is None or scope not in {None, repair.council}:
        raise Fault(Kind.NOT_FOUND, "REPAIR_NOT_FOUND", "There is no such repair. List the repairs to see their ids.")
    return repair, progress(connection, repair_id)


def list_repairs(
    connection: sa.Connection, *, scope: str | None, before: int, size: int
) -> Sequence[tuple[int, Repair, Progress]]:
    """Repairs, the newest first, each with its number and how far it is: one more than `size` if there are more."""
    found = page(connection, scope=scope, before=before, size=size + 1)
    how_far = progress_of(connection, [repair.repair_id for _, repair in found])
    return [(number, repair, how_far[repair.repair_id]) for number, repair in found]


def cases_of(
    connection: sa.Connection, repair_id: str, *, outcomes: Sequence[str] = (), after: int = 0, size: int
) -> Sequence[RepairCase]:
    """The next cases of a repair after a number, at most `size`."""
    query = sa.select(repair_cases).where(repair_cases.c.repair_id == repair_id, repair_cases.c.number > after)
    if outcomes:
        query = query.where(repair_cases.c.outcome.in_(outcomes))
    return _cases(connection, query.order_by(repair_cases.c.number).limit(size))


def left_of(connection: sa.Connection, repair_id: str, size: int) -> Sequence[RepairCase]:
    """The next cases that are still to be repaired, at most `size`."""
    return _cases(connection, _open(repair_id).where(repair_cases.c.done == 0).limit(size))


def to_look_at(connection: sa.Connection, repair_id: str) -> Sequence[RepairCase]:
    """The cases that were repaired and are to be looked at again."""
    return _cases(connection, _open(repair_id).where(repair_cases.c.done > 0))


def others_at_work(connection: sa.Connection, repair_id: str, case_id: str) -> str:
    """Another repair that is just repairing the case; empty where none is."""
    query = (
        sa.select(repair_cases.c.repair_id)
        .join(repairs, repairs.c.repair_id == repair_cases.c.repair_id)
        .where(repair_cases.c.case_id == case_id, repair_cases.c.repair_id != repair_id)
        .where(repair_cases.c.outcome == "", repair_cases.c.done > 0, repairs.c.state == State.RUNNING)
    )
    return connection.execute(query).scalars().first() or ""


def take(connection: sa.Connection, repair_id: str, runner: str, left: int, now: int) -> bool:
    """Let an instance run a repair. False where another one runs it, or a second person has not agreed.

    Raises a Fault (PRECONDITION, REPAIR_WENT_ON) where not so many cases are left; 0 is any number.
    """
    free = sa.or_(repairs.c.state != State.RUNNING, repairs.c.seen < now - SILENT_MILLISECONDS)
    may_begin = sa.or_(sa.not_(repairs.c.by_two), repairs.c.agreed_by != "")
    taken = repairs.update().where(repairs.c.repair_id == repair_id, free, may_begin)
    values = {"state": State.RUNNING.value, "why": "", "runner": runner, "seen": now}
    if connection.execute(taken.values(values)).rowcount == 0:
        return False
    now_left = progress(connection, repair_id).left
    if left not in {0, now_left}:
        detail = f"left: {now_left:,} cases are left now, not {left:,}. Read the repair again before you continue it."
        raise Fault(Kind.PRECONDITION, "REPAIR_WENT_ON", detail)
    return True


def agree(connection: sa.Connection, repair_id: str, agreement: Agreement, because: str, now: int) -> bool:
    """Note who has agreed. False where somebody has before."""
    unsettled = repairs.update().where(repairs.c.repair_id == repair_id, repairs.c.agreed_by == "")
    values = {"agreed_by": agreement.second, "agreed_because": because, "agreed": now}
    return connection.execute(unsettled.values(values)).rowcount > 0


def is_still(connection: sa.Connection, repair_id: str, runner: str, now: int) -> bool:
    """Give a sign of life. False where the repair was stopped, or is another instance's."""
    alive = repairs.update().where(
        repairs.c.repair_id == repair_id, repairs.c.state == State.RUNNING, repairs.c.runner == runner
    )
    return connection.execute(alive.values(seen=now)).rowcount > 0


def settle(connection: sa.Connection, repair_id: str, state: State, why: str) -> None:
    """Say how far a repair is, and why it goes no further."""
    settled = repairs.update().where(repairs.c.repair_id == repair_id)
    connection.execute(settled.values(state=state.value, why=why))


def claim(connection: sa.Connection, case: RepairCase, heard: int, now: int) -> bool:
    """Take a case in hand: from here on it is to be looked at again. `heard` is its last event before.

    False where it was taken in hand already: nothing is done to it twice.
    """
    free = _this(case).where(repair_cases.c.outcome == "", repair_cases.c.done == 0)
    return connection.execute(free.values(done=now, heard=heard)).rowcount > 0


def let_go(connection: sa.Connection, case: RepairCase) -> None:
    """Nothing was done to a case that was taken in hand: it is to be repaired later."""
    connection.execute(_this(case).values(done=0))


def note_outcome(connection: sa.Connection, case: RepairCase, proof: Proof, now: int) -> None:
    """What has become of a case."""
    connection.execute(_this(case).values(outcome=proof.outcome.value, seen=proof.seen, looked=now))


def _this(case: RepairCase) -> sa.Update:
    return repair_cases.update().where(repair_cases.c.repair_id == case.repair_id, repair_cases.c.number == case.number)


def _open(repair_id: str) -> sa.Select[tuple[object, ...]]:
    query = sa.select(repair_cases).where(repair_cases.c.repair_id == repair_id, repair_cases.c.outcome == "")
    return query.order_by(repair_cases.c.number)


def _cases(connection: sa.Connection, query: sa.Select[tuple[object, ...]]) -> Sequence[RepairCase]:
    return [RepairCase(**row) for row in connection.execute(query).mappings()]


def _repair_of(row: sa.RowMapping) -> Repair:
    values = {name: row[name] for name in Repair.__slots__}
    typed = {"action": Action(row["action"]), "state": State(row["state"]), "given": json.loads(row["given"])}
    return Repair(**values | typed)
