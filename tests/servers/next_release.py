"""The next release, made of this one's source: one migration more in two services, and code that uses it."""

import shutil
import subprocess
import sys
from pathlib import Path

from alembic.config import Config
from alembic.script import ScriptDirectory

ROOT = Path(__file__).parents[2]
REVISION = "9001"
MIGRATION = '''"""What the next release needs, and this one can do without."""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{before}"
change = "expand"


def upgrade() -> None:
    """Bring the schema forward."""
    op.{does}
'''
DOES = {
    "assessment": 'add_column("outbox", sa.Column("colour", sa.Text(), nullable=False, server_default="red"))',
    "feed": 'create_table("colours", sa.Column("colour", sa.Text(), primary_key=True))',
}
OUTBOX = 'outbox = sa.Table(\n    "outbox",\n    metadata,\n'
COLUMN = '    sa.Column("colour", sa.Text, nullable=False, server_default="red"),\n'


class NextRelease:
    """A copy of the packages in a folder, from which processes can be started."""

    def __init__(self, folder: Path) -> None:
        """Make it in a folder that is not there yet."""
        for package in ("sevensteps", "services"):
            shutil.copytree(
                ROOT / package, folder / package, symlinks=True, ignore=shutil.ignore_patterns("__pycache__")
            )
        for service, does in DOES.items():
            migrations = folder / "services" / service / "migrations"
            config = Config()
            config.set_main_option("script_location", str(migrations))
            (before,) = ScriptDirectory.from_config(config).get_heads()
            text = MIGRATION.format(revision=REVISION, before=before, does=does)
            (migrations / "versions" / f"{REVISION}_next.py").write_text(text)
        tables = folder / "sevensteps" / "service" / "tables.py"
        assert OUTBOX in tables.read_text()
        tables.write_text(tables.read_text().replace(OUTBOX, OUTBOX + COLUMN))
        self.before = f"import sys\nsys.path.insert(0, {str(folder)!r})"
        """What a process has to do first, so that it is one of this release."""

    def run_command(self, environment: dict[str, str], *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run `sevensteps` of this release."""
        return run_program(self.before, environment, *arguments)


def run_program(before: str, environment: dict[str, str], *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run `sevensteps` in a process that does something else first."""
    program = f"{before}\nfrom sevensteps.cli.main import main\nmain()"
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env=environment, capture_output=True, text=True, timeout=120, check=False, cwd=ROOT,
    )  # fmt: skip
