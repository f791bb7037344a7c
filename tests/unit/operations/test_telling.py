"""Whatever comes and goes, what the feed is told agrees with what is stuck."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise

import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from servers.stuck import BEGAN, missing, parked
from services.operations.alerts.telling import MENDED_FOR, tell
from services.operations.domain.finding import Finding
from services.operations.finding_pages import replace_findings
from services.operations.tables import findings, metadata
from sevensteps.events import PAYLOADS, CaseStuck
from sevensteps.service.tables import outbox

EVERYTHING = [*map(parked, ("case-1", "case-2")), parked("case-1", "NO_VALUE"), missing("case-1")]
Key = tuple[str, str, str]
passes = st.lists(
    st.tuples(st.integers(1, 15), st.sets(st.sampled_from(range(len(EVERYTHING))))), min_size=1, max_size=12
)
"""Each so many minutes after the one before, and what it finds."""


def after(looks: Sequence[tuple[int, set[int]]]) -> tuple[Sequence[tuple[str, Key]], set[Key]]:
    """Every event that is told over some passes, with what it is about; and what is stuck at the end."""
    engine = sa.create_engine("sqlite://")
    metadata.create_all(engine)
    now, found = BEGAN, list[Finding]()
    with engine.begin() as connection:
        for minutes, places in looks:
            now += timedelta(minutes=minutes)
            found = list({(each.about, each.kind): each for each in (EVERYTHING[place] for place in places)}.values())
            connection.execute(findings.delete())
            replace_findings(connection, [], found, [], 0)
            tell(connection, now)
        rows = connection.execute(sa.select(outbox).order_by(outbox.c.seq)).mappings().all()
    engine.dispose()
    told = []
    for row in rows:
        payload = PAYLOADS[row["type"]].of(row["payload"])
        told.append((row["type"], (row["case_id"], getattr(payload, "kind", ""), getattr(payload, "cause", ""))))
    return told, {(each.case_id, each.kind.value, each.cause) for each in found}


@given(passes)
def test_stuck_and_mended_are_told_in_turns(looks: list[tuple[int, set[int]]]) -> None:
    """Of each thing first that it is stuck, then that it is mended, and so on: nothing is told twice in a row."""
    told, _ = after(looks)
    for key in {key for _, key in told}:
        types = [type_ for type_, about in told if about == key]
        assert types[0] == CaseStuck.TYPE
        assert all(one != other for one, other in pairwise(types))


@given(passes)
def test_when_all_is_quiet_the_last_event_is_right(looks: list[tuple[int, set[int]]]) -> None:
    """Where nothing has changed for long enough, exactly what is stuck was told so last."""
    quiet = [*looks, (int(MENDED_FOR.total_seconds() // 60) + 1, looks[-1][1])]
    told, stuck = after(quiet)
    last = {key: type_ for type_, key in told}
    assert {key for key, type_ in last.items() if type_ == CaseStuck.TYPE} == stuck
