"""A short trial of `make faults`: with a fixed seed, a few faults of different kinds at once, on each database."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from faults.roles import POSTGRES, SEVERAL
from faults.trial import Trial, run

SHORT = {
    "sqlite": Trial(seed=1999, seconds=15, database="sqlite", instances={}, at_once=3),
    POSTGRES: Trial(seed=825, seconds=15, database=POSTGRES, instances=SEVERAL, at_once=3),
}
MOST_KINDS = 7
NEEDS_PROGRAMS = 3
"""Most kinds of these that a machine without toxiproxy and libfaketime leaves out."""


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that whoever runs PostgreSQL may enter. It is kept if the test fails, with the logs."""
    folder = Path(tempfile.mkdtemp(prefix="sevensteps-faults-"))
    folder.chmod(0o711)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.parametrize("database", SHORT)
async def test_everything_holds_after_several_faults_at_once(database: str, folder: Path) -> None:
    """Nothing is lost and nothing twice, records and feed agree, receipts verify, and nobody is left out of service."""
    outcome = await run(SHORT[database], folder, print)
    assert outcome.wrong == []
    assert outcome.stuck == []
    assert MOST_KINDS - NEEDS_PROGRAMS <= len(outcome.done) <= MOST_KINDS
    assert outcome.figures.cases >= 3
