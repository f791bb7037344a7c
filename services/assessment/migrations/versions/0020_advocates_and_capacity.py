"""Advocates, capacity decision by decision, and who may act for the person."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
change = "expand"


def upgrade() -> None:
    """Bring the schema forward."""
    _add_appointments()
    _add_capacity()
    _add_best_interests()
    _add_authorities()
    _add_authority_checks()
    _add_expiries()


def _add_appointments() -> None:
    op.create_table(
        "appointments",
        sa.Column("appointment_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("basis", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.Column("ended_because", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"]),
        sa.PrimaryKeyConstraint("appointment_id"),
    )
    op.create_index("appointments_of_case", "appointments", ["case_id", "version"], unique=True)


def _add_capacity() -> None:
    op.create_table(
        "capacity",
        sa.Column("capacity_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("assessed_on", sa.Date(), nullable=False),
        sa.Column("assessed_by", sa.Text(), nullable=False),
        sa.Column("understands", sa.Boolean(), nullable=False),
        sa.Column("retains", sa.Boolean(), nullable=False),
        sa.Column("weighs", sa.Boolean(), nullable=False),
        sa.Column("communicates", sa.Boolean(), nullable=False),
        sa.Column("impairment", sa.Boolean(), nullable=True),
        sa.Column("because_of_it", sa.Boolean(), nullable=True),
        sa.Column("help_given", sa.Text(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("fluctuates", sa.Boolean(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"]),
        sa.PrimaryKeyConstraint("capacity_id"),
    )
    op.create_index("capacity_of_case", "capacity", ["case_id", "version"], unique=True)


def _add_best_interests() -> None:
    op.create_table(
        "best_interests",
        sa.Column("best_interests_id", sa.Text(), nullable=False),
        sa.Column("capacity_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("consulted", sa.Text(), nullable=False),
        sa.Column("wishes", sa.Text(), nullable=False),
        sa.Column("less_restrictive", sa.Text(), nullable=False),
        sa.Column("decided", sa.Text(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("conflict_of_interest", sa.Boolean(), nullable=False),
        sa.Column("safeguards", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["capacity_id"], ["capacity.capacity_id"]),
        sa.PrimaryKeyConstraint("best_interests_id"),
    )
    op.create_index("best_interests_of_capacity", "best_interests", ["capacity_id", "version"], unique=True)


def _add_authorities() -> None:
    op.create_table(
        "authorities",
        sa.Column("authority_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("instrument", sa.Text(), nullable=False),
        sa.Column("covers", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=True),
        sa.Column("usable_with_capacity", sa.Boolean(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.Column("revoked_on", sa.Date(), nullable=True),
        sa.Column("revoked_because", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"]),
        sa.PrimaryKeyConstraint("authority_id"),
    )
    op.create_index("authorities_of_case", "authorities", ["case_id", "version"], unique=True)


def _add_authority_checks() -> None:
    op.create_table(
        "authority_checks",
        sa.Column("authority_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("checked_on", sa.Date(), nullable=False),
        sa.Column("checked_with", sa.Text(), nullable=False),
        sa.Column("valid", sa.Boolean(), nullable=False),
        sa.Column("because", sa.Text(), nullable=False),
        sa.Column("checked_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["authority_id"], ["authorities.authority_id"]),
        sa.PrimaryKeyConstraint("authority_id", "version"),
    )


def _add_expiries() -> None:
    op.create_table(
        "expiries",
        sa.Column("record_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("council", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("expires_on", sa.Date(), nullable=False),
        sa.Column("running", sa.Boolean(), nullable=False),
        sa.Column("warned", sa.Boolean(), nullable=False),
        sa.Column("expired_told", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"]),
        sa.PrimaryKeyConstraint("record_id"),
    )
    op.create_index("expiries_of_case", "expiries", ["case_id", "kind", "what"])
    soon = sa.text("running AND NOT expired_told")
    op.create_index("expiries_to_tell", "expiries", ["expires_on"], sqlite_where=soon, postgresql_where=soon)
