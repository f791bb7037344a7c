"""Two releases over one database: the database itself says which code may serve its records.

A migration says what it is in `change`. One that expands leaves everything that the release before uses: that release
goes on serving, and may be started again. One that contracts takes something away, or asks for more: code serves from
the revision on that it names in `unused_since`, or else from its own. Migrations from before there was this rule say
nothing, and contract.
"""

import sqlalchemy as sa
from alembic import op
from alembic.script import Script, ScriptDirectory

EXPAND = "expand"
CONTRACT = "contract"
TABLE = "oldest_code"
OLDEST = sa.text(f"SELECT revision FROM {TABLE}")  # noqa: S608 - a name that is written here
FORGET = sa.text(f"DELETE FROM {TABLE}")  # noqa: S608 - the same
NOTE = sa.text(f"INSERT INTO {TABLE} (revision) VALUES (:revision)")  # noqa: S608 - the same


def create_oldest_code() -> None:
    """The table `oldest_code` of sevensteps/service/tables.py, for a migration. Never changed."""
    op.create_table(
        "oldest_code", sa.Column("revision", sa.Text(), nullable=False), sa.PrimaryKeyConstraint("revision")
    )


def known_revisions(scripts: ScriptDirectory) -> list[str]:
    """All revisions that this code knows, the newest first."""
    return [script.revision for script in scripts.walk_revisions()]


def change_of(script: Script) -> str:
    """What a migration says that it is."""
    return str(getattr(script.module, "change", CONTRACT))


def oldest_code(scripts: ScriptDirectory, revision: str) -> str:
    """The oldest revision whose code may serve records at a revision that this code knows."""
    chain = [*scripts.walk_revisions("base", revision)][::-1]
    order = {script.revision: number for number, script in enumerate(chain)}
    since = [
        getattr(script.module, "unused_since", script.revision) for script in chain if change_of(script) == CONTRACT
    ]
    return max((chain[0].revision, *since), key=order.__getitem__)


def noted_oldest_code(connection: sa.Connection) -> str:
    """The oldest revision whose code may serve, as the database says; empty where nobody has noted it yet."""
    if not sa.inspect(connection).has_table(TABLE):
        return ""
    return str(connection.scalar(OLDEST) or "")


def note_oldest_code(connection: sa.Connection, scripts: ScriptDirectory, revision: str) -> None:
    """Note it beside the records, where older code reads it that does not know their revision."""
    oldest = oldest_code(scripts, revision)
    if noted_oldest_code(connection) != oldest and sa.inspect(connection).has_table(TABLE):
        connection.execute(FORGET)
        connection.execute(NOTE, {"revision": oldest})
