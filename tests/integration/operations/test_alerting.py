"""The council's own command is told what is newly stuck and what is mended, not too often and never twice."""

import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from servers.feed import Feed
from servers.operations import Operations, run_operations
from servers.stuck import BEGAN, cases, find, missing, no_worker, parked
from servers.waiting import until
from services.operations.alerts import alert_command, alerting
from services.operations.alerts.alert_command import AlertCommand
from services.operations.alerts.alerting import Alerting
from services.operations.alerts.told import begin_alert
from sevensteps.config import Settings
from sevensteps.service.store import Store
from sevensteps.telemetry import series

pytestmark = pytest.mark.usefixtures("no_looks")
PAUSE = timedelta(minutes=15)
SCRIPT = """#!{python}
import json, os, sys, time, pathlib, subprocess
here = pathlib.Path(__file__).parent
alert = sys.stdin.read()
(here / "environment").write_text(json.dumps(dict(os.environ)))
if (here / "hang").exists():
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    (here / "pids").write_text(f"{{os.getpid()}} {{child.pid}}")
    time.sleep(600)
if (here / "fail").exists():
    print("Ann Example")
    sys.exit(int((here / "fail").read_text()))
with (here / "alerts").open("a") as file:
    file.write(json.dumps([sys.argv[1:], json.loads(alert)]) + "\\n")
"""
Document = dict[str, list[dict[str, object]]]


class Command:
    """A council's command, which notes what it is told."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.program = folder / "alert council"
        folder.mkdir()
        self.program.write_text(SCRIPT.format(python=sys.executable))
        self.program.chmod(0o700)

    def say(self, what: str, text: str = "") -> None:
        """Have it fail or hang."""
        (self.folder / what).write_text(text)

    def say_no_more(self, what: str) -> None:
        """Have it work again."""
        (self.folder / what).unlink()

    def noted(self) -> list[tuple[list[str], Document]]:
        """Every run, with its arguments and what it was told."""
        file = self.folder / "alerts"
        lines = file.read_text().splitlines() if file.exists() else []
        return [(words, document) for words, document in map(json.loads, lines)]


class Council(Command):
    """A council's command, and operations' alerts to it, on a clock of the test's own."""

    def __init__(self, records: Store, folder: Path) -> None:
        super().__init__(folder)
        self.records = records
        self.started_again()

    def started_again(self) -> None:
        """The process of operations is another one from here on."""
        self._alerting = Alerting(self.records, AlertCommand([str(self.program), "$HOME; it"]), PAUSE)

    async def alert(self, now: datetime) -> Sequence[Document]:
        """Alert if it is time; answers all alerts that have come so far."""
        await self._alerting.alert(now)
        return [document for _, document in self.noted()]


@pytest.fixture
def council(operations: Operations, tmp_path: Path) -> Council:
    """The command in a folder of its own. Operations that run have none, so that the test's clock counts alone."""
    return Council(operations.running.store, tmp_path / "council")


def told(document: Document, part: str = "newly_stuck") -> Sequence[tuple[object, object]]:
    """The causes that a document tells, each with its number of cases."""
    return [(each["cause"], each["cases"]) for each in document[part]]


def runs(outcome: str) -> float:
    return series.REGISTRY.get_sample_value("sevensteps_alerts_total", {"outcome": outcome}) or 0.0


async def test_the_command_is_told_by_cause(council: Council) -> None:
    """Each with its count, the sentences of the catalogue, whose turn it is, and one of the cases to begin with."""
    found = [*map(parked, cases(3)), missing("case-x"), no_worker()]
    await find(council.records, BEGAN, *found)
    (document,) = await council.alert(BEGAN + timedelta(seconds=20))
    assert document.keys() == {"at", "newly_stuck", "mended"}
    assert told(document, "mended") == []
    assert document["newly_stuck"][0] == {
        "kind": "parked",
        "cause": "parked/OpenPlan/PACK_REFUSED",
        "cases": 3,
        "since": "2026-06-01T09:30:00.000Z",
        "what": "OpenPlan was refused (PACK_REFUSED).",
        "whom": "system",
        "case_id": "case-00000",
        "to_do": "Put right what was refused. Then resume the case.",
    }
    assert told(document)[1:] == [("journey_missing", 1), ("worker_missing", 0)]
    ((words, _),) = council.noted()
    assert words == ["$HOME; it"]  # no shell has read it


async def test_nothing_is_told_twice(council: Council) -> None:
    """Neither while it lasts, nor after a restart; what is new by a cause that was told has its own count."""
    await find(council.records, BEGAN, *map(parked, cases(3)))
    assert len(await council.alert(BEGAN)) == 1
    council.started_again()
    assert len(await council.alert(BEGAN + 4 * PAUSE)) == 1
    await find(council.records, BEGAN + 4 * PAUSE, *map(parked, cases(5)))
    _, document = await council.alert(BEGAN + 5 * PAUSE)
    assert told(document) == [("parked/OpenPlan/PACK_REFUSED", 2)]


async def test_the_command_runs_once_in_so_many_minutes(council: Council) -> None:
    """What comes meanwhile is gathered into the next run, also where operations are started again in between."""
    for minute in range(31):
        now = BEGAN + timedelta(minutes=minute)
        await find(council.records, now, *map(missing, cases(minute + 1)))
        council.started_again()
        await council.alert(now)
    assert [told(document) for _, document in council.noted()] == [
        [("journey_missing", 1)],
        [("journey_missing", 15)],
        [("journey_missing", 15)],
    ]


async def test_what_is_mended_meanwhile_is_not_told_as_stuck(council: Council) -> None:
    """Nor as mended, because nobody was told of it."""
    await find(council.records, BEGAN, missing("case-1"))
    await council.alert(BEGAN)
    await find(council.records, BEGAN + timedelta(minutes=1), missing("case-1"), missing("case-2"))
    await find(council.records, BEGAN + timedelta(minutes=2), missing("case-1"))
    assert len(await council.alert(BEGAN + PAUSE)) == 1
    assert len(await council.alert(BEGAN + 2 * PAUSE)) == 1


async def test_what_is_mended_is_told_once(council: Council) -> None:
    """By its cause, with the number of cases; one that gets stuck again later is told again."""
    await find(council.records, BEGAN, *map(missing, cases(4)))
    await council.alert(BEGAN)
    await find(council.records, BEGAN + PAUSE, *map(missing, cases(1)))
    _, document = await council.alert(BEGAN + PAUSE)
    assert told(document) == []
    assert told(document, "mended") == [("journey_missing", 3)]
    assert len(await council.alert(BEGAN + 2 * PAUSE)) == 2
    await find(council.records, BEGAN + 3 * PAUSE, *map(missing, cases(2)))
    assert told((await council.alert(BEGAN + 3 * PAUSE))[-1]) == [("journey_missing", 1)]


async def test_a_command_that_fails_is_run_again_with_the_same(council: Council) -> None:
    """Not before its time. Its failure is logged once with its exit code, counted, and what it printed is not shown."""
    council.say("fail", "3")
    await find(council.records, BEGAN, missing("case-1"))
    before, sent = runs("failed"), runs("sent")
    with capture_logs() as logs:
        for minute in range(40):
            assert await council.alert(BEGAN + timedelta(minutes=minute)) == []
        council.say_no_more("fail")
        (document,) = await council.alert(BEGAN + timedelta(minutes=45))
    assert told(document) == [("journey_missing", 1)]
    assert (runs("failed") - before, runs("sent") - sent) == (3, 1)
    own = [line for line in logs if line["event"].startswith("the command")]  # others run in this process, too
    assert [(line["event"], line.get("reason"), line.get("exit_code")) for line in own] == [
        ("the command for alerts fails; what it was to tell waits", "failed", 3),
        ("the command for alerts works again", None, None),
    ]
    assert "Ann Example" not in str(logs)


async def test_a_command_that_hangs_is_ended(council: Council, monkeypatch: pytest.MonkeyPatch) -> None:
    """With all that it has started. Meanwhile passes go on, and what was to be told is told later."""
    monkeypatch.setattr(alert_command, "LONGEST_RUN", 2.0)
    council.say("hang")
    await find(council.records, BEGAN, missing("case-1"))
    before = runs("hung")
    assert await council.alert(BEGAN) == []
    assert runs("hung") == before + 1
    pids = (council.folder / "pids").read_text().split()

    async def are_gone() -> bool:
        return not any(_runs(pid) for pid in pids)

    await until(are_gone, "the command and its child to end")
    council.say_no_more("hang")
    assert len(await council.alert(BEGAN + PAUSE)) == 1


def _runs(pid: str) -> bool:
    """Whether a process runs: one that nobody has waited for yet does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


async def test_a_command_that_is_not_there_is_counted(council: Council) -> None:
    """Or cannot be run: it is a failure like another one."""
    council.program.unlink()
    await find(council.records, BEGAN, missing("case-1"))
    before = runs("not_started")
    with capture_logs() as logs:
        assert await council.alert(BEGAN) == []
    assert runs("not_started") == before + 1
    assert [line["reason"] for line in logs] == ["not_started"]


async def test_what_was_begun_when_operations_ended_is_told_again(council: Council) -> None:
    """Rather twice than never: nobody knows whether the command has done its work."""
    await find(council.records, BEGAN, missing("case-1"))
    begun = await council.records.write(lambda connection: begin_alert(connection, BEGAN, PAUSE))
    assert begun is not None
    council.started_again()
    assert await council.alert(BEGAN + timedelta(minutes=1)) == []
    (document,) = await council.alert(BEGAN + PAUSE)
    assert told(document) == [("journey_missing", 1)]


async def test_the_command_sees_nothing_of_the_suites_settings(
    council: Council, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Passwords may be among them."""
    monkeypatch.setenv("SEVENSTEPS_DATABASE", "postgresql+asyncpg://steps:secret@db/steps")
    monkeypatch.setenv("MAIL_HOST", "mail.council.example")
    await find(council.records, BEGAN, missing("case-1"))
    await council.alert(BEGAN)
    seen = json.loads((council.folder / "environment").read_text())
    assert seen["MAIL_HOST"] == "mail.council.example"
    assert [name for name in seen if name.startswith("SEVENSTEPS_")] == []


def alerting_by(command: Command, settings: Settings, feed: Feed) -> Settings:
    """Settings of operations with this command."""
    words = f"'{command.program}' one 'two words'"
    return replace(settings, feed=feed.running.address, alert_command=words)


async def have_come(command: Command, count: int) -> None:
    """Wait until so many alerts have come."""

    async def are_there() -> bool:
        return len(command.noted()) >= count

    await until(are_there, f"{count} alerts")


async def test_operations_that_run_alert_by_themselves(
    settings: Settings, feed: Feed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As soon as a pass has found something, by the words of the setting."""
    monkeypatch.setattr(alerting, "LOOK_SECONDS", 0.1)
    command = Command(tmp_path / "council")
    async with run_operations(alerting_by(command, settings, feed)) as operations:
        await operations.finds(BEGAN, missing("case-1"))
        await have_come(command, 1)
    ((words, document),) = command.noted()
    assert words == ["one", "two words"]
    assert told(document) == [("journey_missing", 1)]


@pytest.mark.parametrize("database", ["postgres"], indirect=True)
async def test_one_of_several_instances_alerts(
    settings: Settings, feed: Feed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However often both look, and whoever has found something."""
    monkeypatch.setattr(alerting, "LOOK_SECONDS", 0.05)
    command = Command(tmp_path / "council")
    of_both = alerting_by(command, settings, feed)
    async with run_operations(of_both) as first, run_operations(of_both) as second:
        await first.finds(BEGAN, missing("case-1"))
        await have_come(command, 1)
        await second.finds(BEGAN, missing("case-1"), missing("case-2"))
        await asyncio.sleep(1)  # in which they look twenty times
    assert [told(document) for _, document in command.noted()] == [[("journey_missing", 1)]]
