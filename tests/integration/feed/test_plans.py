"""Every kind of look-up goes by its index, whatever the database believes of how frequent things are."""

import re
from collections.abc import Mapping
from functools import partial

import pytest
import sqlalchemy as sa

from servers.feed import Feed, event
from services.feed import dropping, store, tables
from services.feed.domain import Wanted
from services.feed.store import statement_for

PAGES = {
    "a case": (Wanted("case-a", frozenset(), "", None), "events_of_case"),
    "a type of a case": (Wanted("case-a", frozenset({"plan.saved.v1"}), "", None), "events_of_case"),
    "a type": (Wanted("", frozenset({"plan.saved.v1"}), "", None), "events_of_type"),
    "types": (Wanted("", frozenset({"plan.saved.v1", "case.resumed.v1"}), "", None), "events_of_type"),
    "a council": (Wanted("", frozenset(), "example", None), "events_of_council"),
    "a reader's council": (Wanted("", frozenset(), "", "example"), "events_of_council"),
    "a type of a council": (Wanted("", frozenset({"plan.saved.v1"}), "", "example"), "events_of_council_and_type"),
}


def plan_of(connection: sa.Connection, wanted: Wanted) -> str:
    """How the database would find a page of what is wanted, from the middle of the feed on."""
    statement, bounds = statement_for(wanted, connection.dialect.name, after=4000, last=8000, size=100)
    written = statement.params(**bounds).compile(dialect=connection.dialect, compile_kwargs={"literal_binds": True})
    explain = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
    return "\n".join(str(row[-1]) for row in connection.exec_driver_sql(f"{explain} {written}"))


async def test_every_look_up_goes_by_its_index(feed: Feed) -> None:
    """Also where every event is of that council and type, so that going through all of them might seem as good."""
    for _ in range(8):
        await feed.append([event() for _ in range(1000)])
    if feed.running.settings.database:  # PostgreSQL gathers statistics by itself; nobody does on SQLite
        await feed.running.store.write(lambda connection: connection.exec_driver_sql("ANALYZE"))
    for name, (wanted, index) in PAGES.items():
        plan = await feed.running.store.read(partial(plan_of, wanted=wanted))
        assert f"{index} " in plan, f"{name}: {plan}"
        assert not any(other in plan for other in ("events_pkey", "Seq Scan", "PRIMARY KEY")), f"{name}: {plan}"


@pytest.mark.parametrize("council", ["other", "no-such-council"])
def test_another_council_than_the_readers_is_not_looked_up(council: str) -> None:
    """Nothing can be there, so nothing is read."""
    assert Wanted("case-a", frozenset(), council, "example").stretches() == []


NOW = "2026-06-01T09:30:00.000Z"
OWNER = {"of_council": "example", "of_subject": "ida"}
NAMED = OWNER | {"named": "board"}
BOUNDS = {"up_to": 4500}
OF_CASES = {"cases": ["case-1", "case-2"]}
RUN_WITH: Mapping[str, Mapping[str, object]] = {
    "HEAD": {},
    "LOCKED_HEAD": {},
    "SET_LAST": {"to": 8000},
    "SET_LAST_AND_TELL": {"to": 8000},
    "AT": {"positions": [4000, 4001]},
    "ID_AT": {"at": 4000},
    "EARLIER_IDS": {"ids": ["a", "b"]},
    "SUBSCRIPTION": NAMED,
    "COUNT_SUBSCRIPTIONS": OWNER,
    "MOVE_SUBSCRIPTION": NAMED | {"to": 5, "at": NOW},
    "DELETE_SUBSCRIPTION": NAMED,
    "SUBSCRIPTIONS": {},
    "SET_EARLIEST": {"to": 1, "dropped": ""},
    "FIRST": {},
    "FIRST_FROM": {"first": 4000},
    "LEAST_READ": {},
    "CASES": BOUNDS | {"first": 4000},
    "EXTENT": OF_CASES,
    "ENDED_EARLIER": OF_CASES,
    "KEEP_IDS": BOUNDS,
    "KEEP_IDS_OF": OF_CASES,
    "KEEP_ENDED": BOUNDS,
    "KEEP_ENDED_OF": OF_CASES,
    "DROP": BOUNDS,
    "DROP_OF": OF_CASES,
}
"""Everything that the feed asks of its records, but for look-ups, which are above, and rows that it only adds."""
ON_POSTGRES = frozenset({"SET_LAST_AND_TELL"})
GROWING = ("events", "dropped", "ended_cases")


class _UndoneError(Exception):
    """Ends a transaction of which nothing is to stay. It carries the plan."""


def statements() -> dict[str, sa.Executable]:
    """The statements of the feed's modules, by name."""
    named = {name: value for module in (store, dropping) for name, value in vars(module).items()}
    return {
        name: value
        for name, value in named.items()
        if isinstance(value, sa.Executable) and not name.startswith("ADD") and name != "WHOLE"
    }


def plan_of_running(connection: sa.Connection, statement: sa.Executable, values: Mapping[str, object]) -> None:
    """Run a statement, have its plan explained, and undo it: raises _UndoneError."""
    said: list[tuple[str, object]] = []

    def note(_: object, __: object, written: str, given: object, *___: object) -> None:
        said.append((written, given))

    sa.event.listen(connection, "before_cursor_execute", note)
    connection.execute(statement, values)
    sa.event.remove(connection, "before_cursor_execute", note)
    written, given = said[0]
    explain = "EXPLAIN QUERY PLAN" if connection.dialect.name == "sqlite" else "EXPLAIN"
    steps = connection.exec_driver_sql(f"{explain} {written}", given).all()  # type: ignore[arg-type]
    raise _UndoneError("\n".join(str(row[-1]) for row in steps))


async def test_nothing_goes_through_a_table_that_grows(feed: Feed) -> None:
    """Every statement there is finds its rows by an index, however many other rows there are."""
    assert statements().keys() == RUN_WITH.keys()
    for first in range(0, 8000, 1000):
        await feed.append([event(case_id=f"case-{number // 20}") for number in range(first, first + 1000)])
    old = [{"event_id": f"old-{number}"} for number in range(5000)]
    cases = [{"case_id": f"old-{number}"} for number in range(5000)]
    records = feed.running.store
    await records.write(lambda connection: connection.execute(tables.dropped.insert(), old))
    await records.write(lambda connection: connection.execute(tables.ended_cases.insert(), cases))
    if feed.running.settings.database:
        await records.write(lambda connection: connection.exec_driver_sql("ANALYZE"))
    for name, statement in statements().items():
        if name in ON_POSTGRES and not feed.running.settings.database:
            continue
        with pytest.raises(_UndoneError) as explained:
            await records.write(partial(plan_of_running, statement=statement, values=RUN_WITH[name]))
        plan = str(explained.value)
        for table in GROWING:
            assert not re.search(rf"Seq Scan on {table}\b|SCAN {table}\b", plan), f"{name}: {plan}"
        by_index = re.findall(r"Index (?:Only )?Scan", plan)
        assert len(by_index) <= plan.count("Index Cond"), f"{name} goes through a whole index: {plan}"
