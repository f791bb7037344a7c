"""One open case of a kind for a person, unless a reason is given; and cases found by the person's reference."""

import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

OPEN_WITHOUT_REASON = sa.text("ending = '' AND another_because IS NULL")
OPEN_WITH_REASON = sa.text("ending = '' AND another_because IS NOT NULL")
CASES = sa.table("cases", sa.column("case_id", sa.Text), sa.column("person_reference", sa.Text))


def upgrade() -> None:
    """Bring the schema forward. Of several open cases of one person, the oldest is the one without a reason."""
    op.add_column("cases", sa.Column("opened_by", sa.Text(), nullable=False, server_default=sa.text("''")))
    op.add_column("cases", sa.Column("another_because", sa.Text(), nullable=True))
    op.add_column("cases", sa.Column("linked_case_id", sa.Text(), nullable=False, server_default=sa.text("''")))
    _normalise_references()
    op.create_index("cases_of_person", "cases", ["person_reference", "council", "position"], unique=False)
    op.execute(
        "UPDATE cases SET another_because = '' FROM (SELECT case_id AS id, row_number() OVER"
        " (PARTITION BY council, kind, person_reference ORDER BY opened_at, case_id) AS number"
        " FROM cases WHERE ending = '') AS numbered WHERE numbered.id = cases.case_id AND numbered.number > 1"
    )
    op.create_index(
        "one_open_case",
        "cases",
        ["council", "kind", "person_reference"],
        unique=True,
        sqlite_where=OPEN_WITHOUT_REASON,
        postgresql_where=OPEN_WITHOUT_REASON,
    )
    op.create_index(
        "open_beside_another",
        "cases",
        ["council", "kind", "person_reference"],
        unique=False,
        sqlite_where=OPEN_WITH_REASON,
        postgresql_where=OPEN_WITH_REASON,
    )


def _normalise_references() -> None:
    """Write references as they are looked up from now on; one of spaces alone stays as it is."""
    connection = op.get_bind()
    for case_id, reference in connection.execute(sa.select(CASES)).all():
        normalised = unicodedata.normalize("NFC", reference).strip() or reference
        if normalised != reference:
            connection.execute(CASES.update().where(CASES.c.case_id == case_id).values(person_reference=normalised))
