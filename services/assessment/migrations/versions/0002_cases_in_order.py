"""Cases in the order of a number, determinations in the order of the case's versions."""

import sqlalchemy as sa
from alembic import op

from sevensteps.service.migrations import change_shared_tables_0002, number_0002

revision = "0002"
down_revision = "0001"

OPEN = sa.text("ending = ''")


def upgrade() -> None:
    """Bring the schema forward."""
    change_shared_tables_0002()
    op.drop_index("cases_by_age", "cases")
    number_0002("cases", key="case_id", by="opened_at, case_id")
    op.create_index("cases_of_council", "cases", ["council", "position"], unique=False)
    op.create_index("open_cases_in_order", "cases", ["position"], sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_index("open_cases_of_council", "cases", ["council", "position"], sqlite_where=OPEN, postgresql_where=OPEN)
    op.drop_index("determinations_by_case", "determinations")
    op.add_column("determinations", sa.Column("version", sa.Integer(), nullable=False, server_default="0"))
    op.execute(  # a case's version grows with every proposal, so that these numbers are lower than any to come
        "UPDATE determinations SET version = numbered.number FROM (SELECT determination_id AS id, row_number() OVER"
        " (PARTITION BY case_id ORDER BY proposed_at, determination_id DESC) AS number FROM determinations) AS numbered"
        " WHERE numbered.id = determinations.determination_id"
    )
    op.create_index("determinations_by_case", "determinations", ["case_id", "version"], unique=False)
