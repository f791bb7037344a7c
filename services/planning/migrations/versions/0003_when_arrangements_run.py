"""When each arrangement of money and support runs, and dates that have passed."""

import json
from collections.abc import Mapping
from datetime import date
from uuid import uuid4

import sqlalchemy as sa
from alembic import op

from sevensteps import clock
from sevensteps.service.migrations import create_overdue_0003

revision = "0003"
down_revision = "0002"

PERIODS = sa.table(
    "periods",
    *(sa.column(name, sa.Text()) for name in ("arrangement_id", "case_id", "part", "reason")),
    *(sa.column(name, sa.Integer()) for name in ("number", "plan_version")),
    *(sa.column(name, sa.Date()) for name in ("starts_on", "ends_on")),
)
OUTBOX = sa.table(
    "outbox", *map(sa.column, ("event_id", "type", "case_id", "council", "occurred_at", "actor", "payload"))
)
MONEY = sa.table(
    "money_arrangements",
    *map(
        sa.column,
        ("arrangement_id", "case_id", "plan_version", "kind", "payee", "weekly", "arranged_at", "arranged_by"),
    ),
)
SUPPORT = sa.table(
    "support_arrangements",
    *map(sa.column, ("arrangement_id", "case_id", "plan_version", "kind", "needs", "arranged_at", "arranged_by")),
    sa.column("starts_on", sa.Date()),
)
IN_FORCE = sa.text(
    "SELECT p.case_id, p.council, max(o.plan_version) AS version FROM plannings p JOIN openings o USING (case_id)"
    " WHERE NOT p.closed AND o.stage = 'support_organised'"
    " AND NOT (p.stage = 'support_organised' AND p.stage_open AND o.plan_version = p.agreed_version)"
    " GROUP BY p.case_id, p.council"
)
"""The plan that each open case lives with: the last one whose support is organised."""


def upgrade() -> None:
    """Bring the schema forward: what runs now is stored, and told, because nobody has heard yet that it runs."""
    op.create_table(
        "periods",
        sa.Column("arrangement_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.Column("plan_version", sa.Integer(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["plannings.case_id"]),
        sa.PrimaryKeyConstraint("arrangement_id", "number"),
    )
    op.create_index(op.f("ix_periods_case_id"), "periods", ["case_id"], unique=False)
    create_overdue_0003()
    connection = op.get_bind()
    for case in connection.execute(IN_FORCE).all():
        _start(connection, case)


def _start(connection: sa.Connection, case: sa.Row[tuple[str, str, int]]) -> None:
    """Start the money and support of the plan that a case lives with."""
    money, support = (
        connection.execute(
            sa.select(table)
            .where(table.c.case_id == case.case_id, table.c.plan_version == case.version)
            .order_by(table.c.arranged_at)
        )
        .mappings()
        .all()
        for table in (MONEY, SUPPORT)
    )
    first_day = min((row["starts_on"] for row in support), default=clock.now().date())
    for row in money:
        told = {"kind": row["kind"], "payee": row["payee"], "weekly": row["weekly"]}
        _start_one(connection, case.council, "money", row, first_day, told)
    for row in support:
        told = {"kind": row["kind"], "needs": json.loads(row["needs"])}
        _start_one(connection, case.council, "support", row, row["starts_on"], told)


def _start_one(  # noqa: PLR0917 - called above only
    connection: sa.Connection, council: str, part: str, row: sa.RowMapping, first_day: date, told: Mapping[str, object]
) -> None:
    arranged = {name: row[name] for name in ("arrangement_id", "case_id", "plan_version")}
    connection.execute(PERIODS.insert(), arranged | {"number": 1, "part": part, "starts_on": first_day, "reason": ""})
    payload = {
        **told,
        "arrangement_id": row["arrangement_id"],
        "version": row["plan_version"],
        "starts_on": first_day.isoformat(),
    }
    event = {
        "event_id": str(uuid4()),
        "type": f"{part}.started.v1",
        "case_id": row["case_id"],
        "council": council,
        "occurred_at": clock.as_text(clock.now()),
        "actor": row["arranged_by"],
        "payload": json.dumps(payload, separators=(",", ":"), sort_keys=True),
    }
    connection.execute(OUTBOX.insert(), event)
