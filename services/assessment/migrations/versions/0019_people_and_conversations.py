"""The people around somebody, who helps in which step, and the conversation about what matters to them."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
change = "expand"


def upgrade() -> None:
    """Bring the schema forward."""
    op.create_table(
        "conversations",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("what_matters", sa.Text(), nullable=False),
        sa.Column("wishes", sa.Text(), nullable=False),
        sa.Column("strengths", sa.Text(), nullable=False),
        sa.Column("preferences", sa.Text(), nullable=False),
        sa.Column("aspirations", sa.Text(), nullable=False),
        sa.Column("wanted_outcomes", sa.Text(), nullable=False),
        sa.Column("living_goals", sa.Text(), nullable=False),
        sa.Column("communication_needs", sa.Text(), nullable=False),
        sa.Column("formats", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("refused_because", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"]),
        sa.PrimaryKeyConstraint("case_id", "version"),
    )
    op.create_table(
        "own_needs",
        sa.Column("need_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        *_texts("words", "outcome", "recorded_by", "recorded_at"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"]),
        sa.PrimaryKeyConstraint("need_id"),
    )
    op.create_index("own_needs_of_case", "own_needs", ["case_id", "version", "place"], unique=True)
    op.create_table(
        "own_need_answers",
        sa.Column("need_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *_texts("met", "words"),
        sa.Column("answered_on", sa.Date(), nullable=False),
        sa.Column("answered_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["need_id"], ["own_needs.need_id"]),
        sa.PrimaryKeyConstraint("need_id", "version"),
    )
    _people()
    _choices()


def _people() -> None:
    op.create_table(
        "circle",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *_texts("reference", "role", "relation"),
        sa.Column("known_since", sa.Date(), nullable=False),
        *_texts("added_by", "added_at", "helps_through"),
        sa.Column("removed_on", sa.Date(), nullable=True),
        *_texts("removed_because"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"]),
        sa.PrimaryKeyConstraint("person_id"),
    )
    op.create_index("circle_of_case", "circle", ["case_id", "version"], unique=True)
    op.create_table(
        "permissions",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *_texts("may_share", "permitted_by"),
        sa.Column("shared_from", sa.Date(), nullable=False),
        sa.Column("shared_until", sa.Date(), nullable=True),
        *_texts("recorded_by", "recorded_at"),
        sa.ForeignKeyConstraint(["person_id"], ["circle.person_id"]),
        sa.PrimaryKeyConstraint("person_id", "version"),
    )
    op.create_table(
        "resources",
        sa.Column("resource_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *_texts("kind", "about", "recorded_by", "recorded_at"),
        sa.Column("ended_on", sa.Date(), nullable=True),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"]),
        sa.PrimaryKeyConstraint("resource_id"),
    )
    op.create_index("resources_of_case", "resources", ["case_id", "version"], unique=True)


def _choices() -> None:
    op.create_table(
        "help_choices",
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *_texts("step", "amount", "person_id", "chosen_by", "chosen_at"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"]),
        sa.PrimaryKeyConstraint("case_id", "version"),
    )
    op.create_table(
        "kept_services",
        sa.Column("kept_service_id", sa.Text(), nullable=False),
        sa.Column("case_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *_texts("reference", "needs", "weekly", "because", "kept_by", "kept_at"),
        *_texts("let_go_because", "let_go_by", "let_go_at"),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"]),
        sa.PrimaryKeyConstraint("kept_service_id"),
    )
    op.create_index("kept_services_of_case", "kept_services", ["case_id", "version"], unique=True)


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]
