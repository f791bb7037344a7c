"""The schedule of faults, and the page: without a suite."""

from pathlib import Path

import pytest

from e2e.records import RECORDS, WITHOUT_A_RECORD
from faults import page
from faults.load import Figures
from faults.roles import DATABASES, POSTGRES, SEVERAL
from faults.schedule import OF_LINKS, Kind, Targets, schedule
from faults.trial import Outcome, Trial
from sevensteps.events import PAYLOADS

MINUTE = 60.0


@pytest.mark.parametrize("database", DATABASES)
def test_the_same_seed_makes_the_same_schedule(database: str) -> None:
    """Fault by fault; and another seed makes another one."""
    targets = Targets.of(database, {})
    assert schedule(7, MINUTE, targets) == schedule(7, MINUTE, targets)
    assert schedule(7, MINUTE, targets) != schedule(8, MINUTE, targets)


@pytest.mark.parametrize("database", DATABASES)
def test_every_kind_is_done_within_two_minutes(database: str) -> None:
    """Whatever the seed, no kind is left to luck; a database that is a file is not restarted."""
    targets = Targets.of(database, SEVERAL)
    wanted = set(Kind) - (set() if database == POSTGRES else {Kind.RESTART_DATABASE})
    for seed in range(20):
        assert {fault.kind for fault in schedule(seed, 2 * MINUTE, targets)} == wanted


def test_everything_is_hurt_sooner_or_later() -> None:
    """Each process and each link, instances and PostgreSQL included, is a target of some fault."""
    targets = Targets.of(POSTGRES, SEVERAL)
    faults = schedule(1, 200 * MINUTE, targets)
    killed = {fault.target for fault in faults if fault.kind is Kind.KILL}
    assert killed == {*targets.processes, "temporal", POSTGRES}
    assert {"feed-2", "worker-2", "review-2"} <= killed
    assert {fault.target for fault in faults if fault.kind in OF_LINKS} == set(targets.links)


def test_the_page_keeps_the_newest_outcome_of_each_trial(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An outcome comes before those of other trials, and takes the place of an earlier one of the same trial."""
    copy = tmp_path / "faults.md"
    copy.write_text(page.PAGE.read_text())
    monkeypatch.setattr(page, "PAGE", copy)
    before = copy.read_text()
    for seed, calls in ((70_001, 11), (70_002, 22), (70_001, 33)):
        page.add(Outcome(Trial(seed, MINUTE, "sqlite", {}), Figures(calls=calls)))
    first, second, *_ = (line for line in copy.read_text().splitlines() if line.startswith("| 7000"))
    assert "70001" in first
    assert "33 (0 again)" in first
    assert "70002" in second
    assert copy.read_text().count("70001") == 1
    begin, end = before.index(page.BEGIN), before.index(page.END)
    assert copy.read_text().startswith(before[:begin])
    assert copy.read_text().endswith(before[end:])


def test_every_type_of_event_is_compared_with_its_record_or_has_none() -> None:
    """A new type of event has to be put on one of the two lists."""
    assert RECORDS.keys() | WITHOUT_A_RECORD.keys() == set(PAYLOADS.values())
    assert not RECORDS.keys() & WITHOUT_A_RECORD.keys()
