"""`sevensteps case` and `sevensteps events`, beside a suite that runs."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from sevensteps import clock
from sevensteps.cli.story.examples import FOLDER, load
from sevensteps.cli.story.side_by_side import play_all
from sevensteps.config import Settings
from sevensteps.identity.tokens import Keys
from sevensteps.local.suite import Suite, on_free_ports

COMMAND = [sys.executable, "-c", "from sevensteps.cli.main import main; main()"]
LIMIT_SECONDS = 60


def _say(settings: Settings, *arguments: str | bytes) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments],
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        env=os.environ | settings.as_environment() | {"TERM": "dumb"},
        check=False,
    )


@dataclass(frozen=True)
class Town:
    """A running suite in which two cases have been played: a carer who lives with her plan, somebody not eligible."""

    settings: Settings
    carer: str
    not_eligible: str


@pytest.fixture(scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    """A suite with its cases, in processes of its own."""
    settings = on_free_ports(replace(Settings(), data=tmp_path_factory.mktemp("town")))
    suite = Suite(settings, print)
    await suite.start()
    try:
        examples = load([FOLDER / "carer.yaml", FOLDER / "not-eligible.yaml"], clock.now().date())
        carer, not_eligible = await play_all(examples, settings, lambda event: None, lambda *how: None)
        yield Town(settings, carer.chronicle.case_id, not_eligible.chronicle.case_id)
    finally:
        await suite.stop()


async def test_the_list_says_where_each_case_stands(town: Town) -> None:
    """One line a case: what it is about, its step, what it waits for; or how it ended."""
    listed = await asyncio.to_thread(_say, town.settings, "case", "list")
    [carer] = [line for line in listed.stdout.splitlines() if town.carer in line]
    [ended] = [line for line in listed.stdout.splitlines() if town.not_eligible in line]
    assert "carer" in carer
    assert "6: living your life" in carer
    assert "review date" in carer
    assert "ended: not eligible" in ended
    assert listed.returncode == 0


async def test_a_case_is_shown_on_one_page(town: Town) -> None:
    """Where it stands, why, until when, and the timeline with verdicts and their law."""
    shown = await asyncio.to_thread(_say, town.settings, "case", "show", town.carer)
    assert "stands in  Step 6: living your life" in shown.stdout
    assert "waits for  the next review" in shown.stdout
    assert "because    living with plan version 1" in shown.stdout
    assert "carer-eligibility: met" in shown.stdout
    assert "SI 2015/313" in shown.stdout
    assert "review-schedule: met" in shown.stdout
    assert "sung" not in shown.stdout, "the person's own words are nobody's business here"


async def test_while_temporal_is_down_the_services_still_know(town: Town) -> None:
    """The trouble is said in a sentence, and the answer comes from the feed."""
    without = replace(town.settings, temporal=on_free_ports(town.settings).temporal)
    listed = await asyncio.to_thread(_say, without, "case", "list", "--open")
    assert "TEMPORAL_UNAVAILABLE" in listed.stderr
    assert "6: living your life" in listed.stdout.replace("\n", " ")
    assert town.not_eligible not in listed.stdout
    shown = await asyncio.to_thread(_say, without, "case", "show", town.carer)
    assert "stands in  Step 6: living your life" in shown.stdout
    assert shown.returncode == 0


async def test_one_data_folder_has_one_suite(town: Town) -> None:
    """A second one is refused, though nobody uses its addresses: both would write the same records."""
    second = on_free_ports(town.settings)
    refused = await asyncio.to_thread(_say, second, "up")
    assert refused.stderr.startswith(f"A suite runs on the data folder {town.settings.data} already.")
    assert refused.returncode == 1


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("DATA", "/proc/nope", "The data folder /proc/nope cannot be used"),
        ("DATA", "/etc/passwd", "The data folder /etc/passwd cannot be used"),
        ("DATABASE", "garbage", "SEVENSTEPS_DATABASE: expected postgresql+asyncpg://"),
        ("FEED", "localhost", "SEVENSTEPS_FEED: expected host:port"),
        ("TEMPORAL_NAMESPACE", "other", "SEVENSTEPS_TEMPORAL_NAMESPACE: expected default, not other"),
    ],
)
def test_what_cannot_be_started_is_said_in_a_sentence(tmp_path: Path, setting: str, value: str, said: str) -> None:
    """The setting is named, with what was expected; there is no stack trace."""
    settings = on_free_ports(replace(Settings(), data=tmp_path / "data")).as_environment()
    refused = subprocess.run(
        [*COMMAND, "up"],
        capture_output=True,
        text=True,
        timeout=LIMIT_SECONDS,
        env=os.environ | settings | {f"SEVENSTEPS_{setting}": value},
        check=False,
    )
    assert refused.stderr.replace("\n", " ").startswith(said)
    assert "Traceback" not in refused.stderr
    assert refused.returncode == 1


async def test_watching_a_case_that_has_ended_shows_it_and_ends(town: Town) -> None:
    """Nothing more can come."""
    watched = await asyncio.to_thread(_say, town.settings, "case", "watch", town.not_eligible)
    assert "case ended: not eligible" in watched.stdout
    assert watched.returncode == 0


async def test_events_can_be_read_from_anywhere_and_narrowed(town: Town) -> None:
    """By position, case and type; for people, or as JSON for programs."""
    asked = ("events", "--from", "2", "--case", town.carer, "--type", "plan.submitted.v1", "--json")
    [line] = (await asyncio.to_thread(_say, town.settings, *asked)).stdout.splitlines()
    event = json.loads(line)
    assert (event["case_id"], event["payload"]["weekly"]) == (town.carer, "26.00")
    every = await asyncio.to_thread(_say, town.settings, "events", "--from", "2")
    assert every.stdout.splitlines()[0].split()[0] == "2"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("case", "show", "case-000000000000"), "CASE_NOT_FOUND: There is no case case-000000000000."),
        (("events", "--type", "nonsense"), "FIELD_INVALID: filter.types[0]"),
        (("events", "--from", "1000000"), "CURSOR_AHEAD"),
        (("events", "--from", str(2**63 - 1)), "CURSOR_AHEAD"),
    ],
)
async def test_what_is_refused_is_said_in_a_sentence(town: Town, arguments: tuple[str, ...], said: str) -> None:
    """Reason and detail, no stack trace, and an exit code that says so."""
    refused = await asyncio.to_thread(_say, town.settings, *arguments)
    assert refused.stderr.startswith(said)
    assert "Traceback" not in refused.stderr
    assert refused.returncode == 1


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("events", "--from", "9" * 23), "--from"),
        (("events", "--case", b"\xff"), "Argument 3: expected text in UTF-8."),
        (("events", "--type", b"\xff"), "Argument 3: expected text in UTF-8."),
        (("case", "show", b"\xff"), "Argument 3: expected text in UTF-8."),
        (("case", "resume", "case-1", "--because", b"\xff"), "Argument 5: expected text in UTF-8."),
        (("token", "--subject", b"\xff", "--role", "auditor"), "Argument 3: expected text in UTF-8."),
    ],
)
def test_an_argument_that_cannot_be_used_is_said_to_be_wrong(
    tmp_path: Path, arguments: tuple[str | bytes, ...], said: str
) -> None:
    """A number that is too large, or bytes that are no text: a sentence and exit code 2, no stack trace."""
    refused = _say(on_free_ports(replace(Settings(), data=tmp_path)), *arguments)
    assert said in refused.stderr
    assert "Traceback" not in refused.stderr
    assert refused.returncode == 2


@pytest.mark.parametrize("arguments", [("case", "list"), ("case", "watch", "case-1"), ("events", "--follow")])
def test_where_nothing_answers_the_way_to_start_it_is_said(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """Somebody who forgot to start the suite again is told how."""
    nowhere = on_free_ports(replace(Settings(), data=tmp_path))
    Keys.open(tmp_path)
    refused = _say(nowhere, *arguments)
    assert refused.stderr.startswith("nothing answers at 127.0.0.1:")
    assert refused.stderr.endswith("is the suite running? `make up` starts it\n")
    assert refused.returncode == 1


@pytest.mark.parametrize("arguments", [("case", "list"), ("play",), ("token", "--subject", "x", "--role", "auditor")])
def test_a_folder_without_a_suite_is_left_alone(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """Somebody in the wrong folder is told so, and no key is made there."""
    nowhere = on_free_ports(replace(Settings(), data=tmp_path / "data"))
    refused = _say(nowhere, *arguments)
    assert refused.stderr.startswith("No suite has been started with the data folder")
    assert refused.returncode == 1
    assert list(tmp_path.iterdir()) == []


async def test_a_case_is_resumed_from_the_command_line(town: Town) -> None:
    """What was mended is on record; of a case that is not parked it is said that nothing else changes."""
    done = await asyncio.to_thread(
        _say, town.settings, "case", "resume", town.carer, "--because", "The pack is mended."
    )
    assert done.returncode == 0, done.stderr
    assert f"{town.carer} was not parked" in done.stdout
    events = await asyncio.to_thread(_say, town.settings, "events", "--case", town.carer, "--type", "case.resumed.v1")
    assert events.stdout.count("case.resumed.v1") == 1


async def test_an_example_is_played_into_a_running_suite(town: Town) -> None:
    """Its case stays there to look at."""
    played = await asyncio.to_thread(_say, town.settings, "play", str(FOLDER / "not-eligible.yaml"))
    assert played.returncode == 0, played.stderr
    case_id = played.stdout.split()[0]
    shown = await asyncio.to_thread(_say, town.settings, "case", "show", case_id)
    assert "not eligible" in shown.stdout
