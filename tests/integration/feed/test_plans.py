"""Every kind of look-up goes by its index, whatever the database believes of how frequent things are."""

from functools import partial

import pytest
import sqlalchemy as sa

from servers.feed import Feed, event
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
