"""The first schema."""

import sqlalchemy as sa
from alembic import op

from sevensteps.service.migrations import create_revoked
from sevensteps.service.side_by_side import create_oldest_code

revision = "0001"
down_revision = None

POSITION = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "cases",
        sa.Column("number", POSITION, autoincrement=False, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("case_id", "council", "kind")),
        sa.Column("step", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("waiting_for", "whom")),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("opened", "since")),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("due_day", "first_day")),
        *(sa.Column(name, sa.Boolean(), nullable=False) for name in ("first_is_law", "on_hold")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("ending", "team")),
        sa.Column("escalated", sa.Boolean(), nullable=False),
        sa.Column("standing", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("case_id"),
    )
    is_open = sa.text("ending = ''")
    looked_up = ["council", "step", "waiting_for", "whom", "first_day", "first_is_law", "on_hold"]
    looked_up += ["team", "escalated"]
    for name, first in {
        "open_cases": ["number"],
        "open_cases_by_due": ["first_day", "number"],
        "open_cases_by_since": ["since", "number"],
        "open_cases_by_step": ["step", "number"],
    }.items():
        columns = [*first, *(column for column in looked_up if column not in first)]
        op.create_index(name, "cases", columns, unique=False, sqlite_where=is_open, postgresql_where=is_open)
    op.create_index("cases_by_due", "cases", ["first_day", "number", "council"], unique=False)
    _create_dates()
    op.create_table(
        "projection",
        sa.Column("one", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("resume_token", "heard_at")),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("position", "head", "until")),
        sa.PrimaryKeyConstraint("one"),
    )
    of_finding = ("about", "kind", "cause", "case_id", "council", "whom", "detail")
    op.create_table(
        "told_in_feed",
        *(sa.Column(name, sa.Text(), nullable=False) for name in of_finding),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("since", "gone")),
        sa.PrimaryKeyConstraint("about", "kind", "cause"),
    )
    op.create_table(
        "told_by_command",
        *(sa.Column(name, sa.Text(), nullable=False) for name in of_finding),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("about", "kind", "cause"),
    )
    op.create_table(
        "alerts",
        sa.Column("one", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("begun", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("one"),
    )
    op.create_table(
        "outbox",
        sa.Column("seq", sa.Integer(), autoincrement=True, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("event_id", "type", "case_id", "council")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("occurred_at", "actor", "payload")),
        sa.Column("traceparent", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("event_id"),
    )
    op.create_table(
        "findings",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("about", "kind")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("case_id", "council", "cause", "whom")),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("since", "found")),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("about", "kind"),
    )
    op.create_index("findings_by_age", "findings", ["since", "about"], unique=False)
    op.create_index("findings_of_case", "findings", ["case_id"], unique=False)
    op.create_index("findings_by_cause", "findings", ["kind", "cause"], unique=False)
    op.create_table(
        "looks",
        sa.Column("one", sa.Integer(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("looked", "asked")),
        sa.Column("silent", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("one"),
    )
    _create_repairs()
    _create_audit()
    create_revoked()
    create_oldest_code()


def _create_dates() -> None:
    op.create_table(
        "law_dates",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("case_id", "clock", "about", "council")),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "clock", "about"),
    )
    op.create_index("law_dates_by_day", "law_dates", ["day", "clock", "council", "case_id"], unique=False)
    op.create_table(
        "ended_dates",
        sa.Column("day", sa.Integer(), autoincrement=False, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("council", "clock")),
        sa.Column("days_left", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("dates", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("day", "council", "clock", "days_left"),
    )


def _create_repairs() -> None:
    op.create_table(
        "repairs",
        sa.Column("number", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("repair_id", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("fingerprint", "council", "planned_by", "action")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("given", "because", "state", "why")),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("planned", "seen")),
        sa.Column("runner", sa.Text(), nullable=False),
        sa.Column("by_two", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("agreed_by", "agreed_because")),
        sa.Column("agreed", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("agreed_by <> planned_by", name="agreed_by_another"),
        sa.CheckConstraint(
            "(agreed_by <> '') = (agreed > 0) AND (agreed_by <> '') = (agreed_because <> '')", name="agreed"
        ),
        sa.CheckConstraint(
            "NOT by_two OR agreed_by <> '' OR state IN ('planned', 'done')", name="agreed_before_it_begins"
        ),
        sa.PrimaryKeyConstraint("number"),
        sa.UniqueConstraint("repair_id"),
    )
    op.create_table(
        "repair_cases",
        sa.Column("repair_id", sa.Text(), nullable=False),
        sa.Column("number", POSITION, autoincrement=False, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("case_id", "council", "prediction")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("outcome", "seen", "about")),
        sa.Column("heard", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("done", "looked")),
        sa.PrimaryKeyConstraint("repair_id", "number"),
    )
    op.create_index("repair_cases_of_case", "repair_cases", ["case_id"], unique=False)
    op.create_index("repair_cases_left", "repair_cases", ["repair_id", "outcome", "done"], unique=False)


def _create_audit() -> None:
    op.create_table(
        "audit",
        sa.Column("number", POSITION, autoincrement=False, nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("at", "council", "subject", "act", "about")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("because", "refused", "before", "after")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("link", "signature", "signed_by")),
        sa.PrimaryKeyConstraint("number"),
    )
    op.create_index("audit_about", "audit", ["about", "number"], unique=False)
    head = op.create_table(
        "audit_head",
        sa.Column("one", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("one"),
    )
    op.bulk_insert(head, [{"one": 1, "number": 0, "link": "0" * 64}])
