"""The first schema."""

from collections.abc import Iterator
from dataclasses import dataclass

import sqlalchemy as sa
from alembic import op

from sevensteps.service.migrations import create_shared_tables_0001

revision = "0001"
down_revision = None


@dataclass(frozen=True)
class Refusal:
    """What the database itself refuses, whoever asks."""

    name: str
    table: str
    events: tuple[str, ...]
    when: str
    says: str


REFUSALS = (
    Refusal(
        "begins_undecided",
        "approvals",
        ("INSERT",),
        "NEW.decided_by <> ''",
        "an approval begins undecided",
    ),
    Refusal(
        "separation_of_duties",
        "approvals",
        ("UPDATE",),
        "NEW.decided_by <> '' AND EXISTS (SELECT 1 FROM parties WHERE parties.case_id = NEW.case_id "
        "AND parties.version = NEW.version AND parties.subject = NEW.decided_by)",
        "who wrote the plan or assessed the case does not decide on it",
    ),
    Refusal(
        "decided_for_good",
        "approvals",
        ("UPDATE", "DELETE"),
        "OLD.decided_by <> ''",
        "a decided approval does not change",
    ),
    Refusal("parties_stay", "parties", ("UPDATE", "DELETE"), "1 = 1", "who took part stays on record"),
)


def refusals(dialect: str) -> Iterator[str]:
    """The triggers that refuse, in a dialect of SQL."""
    for refusal in REFUSALS:
        if dialect == "sqlite":
            for event in refusal.events:
                yield (
                    f"CREATE TRIGGER {refusal.name}_{event.lower()} BEFORE {event} ON {refusal.table} "
                    f"WHEN {refusal.when} BEGIN SELECT RAISE(ABORT, '{refusal.says}'); END"
                )
        else:
            yield (
                f"CREATE FUNCTION {refusal.name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                f"IF {refusal.when} THEN RAISE EXCEPTION '{refusal.says}' "
                "USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN COALESCE(NEW, OLD); END $$"
            )
            yield (
                f"CREATE TRIGGER {refusal.name} BEFORE {' OR '.join(refusal.events)} ON {refusal.table} "
                f"FOR EACH ROW EXECUTE FUNCTION {refusal.name}()"
            )


def upgrade() -> None:
    """Bring the schema forward."""
    create_shared_tables_0001()
    op.create_table(
        "cases",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("council", sa.Text(), nullable=False),
        sa.Column("ended", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("case_id"),
    )
    op.create_table(
        "approvals",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("plan", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("safe", sa.Text(), nullable=False),
        sa.Column("legal", sa.Text(), nullable=False),
        sa.Column("meets_needs", sa.Text(), nullable=False),
        sa.Column("sufficient", sa.Text(), nullable=False),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("personal_budget", sa.Text(), nullable=False),
        sa.Column("indicative", sa.Text(), nullable=False),
        sa.Column("receipt_id", sa.Text(), nullable=False),
        sa.Column("pack", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("signed_as", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.Text(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state IN ('approved', 'returned')) = (decided_by <> '')", name="decided_by_somebody"),
        sa.CheckConstraint("(state = 'approved') = (signed_as <> '')", name="signed_in_a_role"),
        sa.ForeignKeyConstraint(
            ["case_id"],
            ["cases.case_id"],
        ),
        sa.ForeignKeyConstraint(
            ["receipt_id"],
            ["receipts.receipt_id"],
        ),
        sa.PrimaryKeyConstraint("case_id", "version"),
    )
    op.create_index(
        "one_undecided_a_case",
        "approvals",
        ["case_id"],
        unique=True,
        sqlite_where=sa.text("state = 'checked'"),
        postgresql_where=sa.text("state = 'checked'"),
    )
    op.create_table(
        "judgements",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("judged_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id", "version"],
            ["approvals.case_id", "approvals.version"],
        ),
        sa.PrimaryKeyConstraint("case_id", "version", "rule", "about"),
    )
    op.create_table(
        "parties",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("part", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id", "version"],
            ["approvals.case_id", "approvals.version"],
        ),
        sa.PrimaryKeyConstraint("case_id", "version", "subject", "part"),
    )
    for statement in refusals(op.get_bind().dialect.name):
        op.execute(statement)
