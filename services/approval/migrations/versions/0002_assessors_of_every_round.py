"""Who assessed in any round signs no plan of the case; and answers by their asker, steps opened, receipts in order."""

from collections.abc import Iterator

from alembic import op

from sevensteps.service.migrations import change_shared_tables_0002

revision = "0002"
down_revision = "0001"

WHEN = (
    "NEW.decided_by <> '' AND EXISTS (SELECT 1 FROM parties WHERE parties.case_id = NEW.case_id"
    " AND (parties.version = NEW.version OR parties.part = 'assessed') AND parties.subject = NEW.decided_by)"
)
SAYS = "who wrote the plan or assessed the case does not decide on it"


def separation(dialect: str) -> Iterator[str]:
    """The trigger that refuses, in a dialect of SQL, in the place of the first one."""
    if dialect == "sqlite":
        yield "DROP TRIGGER separation_of_duties_update"
        yield (
            "CREATE TRIGGER separation_of_duties_update BEFORE UPDATE ON approvals "
            f"WHEN {WHEN} BEGIN SELECT RAISE(ABORT, '{SAYS}'); END"
        )
    else:
        yield (
            "CREATE OR REPLACE FUNCTION separation_of_duties() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"IF {WHEN} THEN RAISE EXCEPTION '{SAYS}' "
            "USING ERRCODE = 'integrity_constraint_violation'; END IF; RETURN COALESCE(NEW, OLD); END $$"
        )


def upgrade() -> None:
    """Bring the schema forward."""
    change_shared_tables_0002()
    for statement in separation(op.get_bind().dialect.name):
        op.execute(statement)
