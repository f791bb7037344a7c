"""Lives, spending and calls of before the plan in force was recorded come along as they were."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from sevensteps.service.migrations import upgrade

T = TypeVar("T")
BEFORE = "0003"
RECORDS = """
INSERT INTO packs (hash, name, files, kept_at) VALUES ('h', 'p', '{}', '2026');
INSERT INTO receipts (receipt_id, case_id, council, decision, verdict, pack_hash, receipt, actor, decided_at)
VALUES ('r', 'case-1', 'example', 'review-schedule', 'met', 'h', '{}', 'journey', '2026');
INSERT INTO lives (case_id, round, council, state, plan_version, review_due, due_kind, due_rule, receipt_id, spent,
  version)
VALUES ('case-1', 1, 'example', 'elsewhere', 3, '2026-07-13', 'soft', 'R1', 'r', '25.00', 4),
       ('case-1', 2, 'example', 'living', 4, '2027-07-13', 'soft', 'R2', 'r', '5.00', 5);
INSERT INTO spending (spend_id, case_id, round, line_id, amount, spent_on, evidence, recorded_by, recorded_at)
VALUES ('s1', 'case-1', 1, 'l1', '12.50', '2026-06-02', 'INVOICE-1', 'fay', '2026'),
       ('s2', 'case-1', 1, 'l1', '12.50', '2026-06-02', 'INVOICE-1', 'fay', '2026'),
       ('s3', 'case-1', 2, 'l1', '2.50', '2026-08-02', '', 'fay', '2026'),
       ('s4', 'case-1', 2, 'l1', '2.50', '2026-08-02', '', 'fay', '2026');
INSERT INTO calls (call_id, case_id, round, trigger, because, called_by, called_at)
VALUES ('c', 'case-1', 1, 'hospital', '', 'fay', '2026')
"""


async def on(database: str, data: Path, work: Callable[[sa.Connection], T]) -> T:
    """Work on the records of the service in a transaction."""
    if not database:
        engine = sa.create_engine(f"sqlite:///{data / 'review.db'}")
        with engine.begin() as connection:
            done = work(connection)
        engine.dispose()
        return done
    remote = create_async_engine(database, connect_args={"server_settings": {"search_path": "review"}})
    async with remote.begin() as beyond:
        done = await beyond.run_sync(work)
    await remote.dispose()
    return done


async def test_evidence_that_was_used_twice_stays_and_counts_from_now_on(tmp_path: Path, database: str) -> None:
    """Nothing is lost; every spend has the plan of its round, no verdict, and no call came after a review."""
    await asyncio.to_thread(upgrade, "review", database, tmp_path, BEFORE)

    def fill(connection: sa.Connection) -> None:
        for statement in RECORDS.split(";"):
            connection.execute(sa.text(statement))

    await on(database, tmp_path, fill)
    await asyncio.to_thread(upgrade, "review", database, tmp_path)

    def read(connection: sa.Connection) -> list[list[tuple[object, ...]]]:
        queries = (
            "SELECT spend_id, plan_version, verdict, receipt_id FROM spending ORDER BY spend_id",
            "SELECT case_id, evidence FROM evidence_used",
            "SELECT round, in_force, spends_to_judge FROM lives ORDER BY round",
            "SELECT call_id FROM calls WHERE after_review = false",
        )
        return [[tuple(row) for row in connection.execute(sa.text(query))] for query in queries]

    assert await on(database, tmp_path, read) == [
        [("s1", 3, "", ""), ("s2", 3, "", ""), ("s3", 4, "", ""), ("s4", 4, "", "")],
        [("case-1", "INVOICE-1")],
        [(1, None, 0), (2, None, 0)],
        [("c",)],
    ]


async def test_what_was_marked_in_any_round_waits_for_a_judgement(tmp_path: Path, database: str) -> None:
    """A life counted the spends of its own round alone: after the upgrade it counts those of earlier ones too."""
    await asyncio.to_thread(upgrade, "review", database, tmp_path, "0007")

    def fill(connection: sa.Connection) -> None:
        for statement in RECORDS.split(";"):
            connection.execute(sa.text(statement))
        connection.execute(sa.text("UPDATE spending SET verdict = 'needs_judgement' WHERE spend_id <> 's4'"))
        connection.execute(sa.text("UPDATE lives SET spends_to_judge = 3 - round"))

    await on(database, tmp_path, fill)
    await asyncio.to_thread(upgrade, "review", database, tmp_path)

    def read(connection: sa.Connection) -> list[tuple[object, ...]]:
        query = sa.text("SELECT round, spends_to_judge, not_agreed FROM lives ORDER BY round")
        return [tuple(row) for row in connection.execute(query)]

    assert await on(database, tmp_path, read) == [(1, 2, "0.00"), (2, 3, "0.00")]
