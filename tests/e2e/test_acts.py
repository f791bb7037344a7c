"""`sevensteps case hold`, `release`, `end` and `resume`, with a running suite."""

import asyncio
import json
import os
import pwd
import subprocess
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest

from e2e import pages
from servers.command_line import run_command
from sevensteps import clock
from sevensteps.cli.story.examples import FOLDER
from sevensteps.config import Settings
from sevensteps.local.suite import Suite, on_free_ports


def run(settings: Settings, *arguments: str) -> subprocess.CompletedProcess[str]:
    """What a command has answered."""
    return run_command(settings.as_environment(), *arguments)


def played(settings: Settings, example: str) -> str:
    """A new case, as an example tells it."""
    return pages.case_of(pages.run(settings, "play", str(FOLDER / f"{example}.yaml")))


@pytest.fixture(scope="module")
async def settings(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Settings]:
    """Those of a running suite."""
    settings = on_free_ports(replace(Settings(), data=tmp_path_factory.mktemp("suite")))
    suite = Suite(settings, print)
    await suite.start()
    try:
        yield settings
    finally:
        await suite.stop()


def _from_hold_to_end(settings: Settings) -> None:
    """What operations do to a case from first to last, read back as it is shown."""
    case_id = played(settings, "carer")

    def case(*arguments: str) -> str:
        done = run(settings, "case", *arguments)
        assert done.returncode == 0, done.stderr
        return " ".join(done.stdout.split())

    hold = ("--reason", "hospital", "--because", "In [hospital].", "--by", "olu")
    assert f"{case_id} is on hold." in case("hold", case_id, *hold)
    held = case("show", case_id)
    assert "on hold hospital; by olu, " in held
    assert "because: In [hospital]. on hold deadlines of practice are stopped" in held
    assert "is not on hold any more" in case("release", case_id, "--because", "Home again.", "--by", "pat")
    assert "on hold hospital" not in case("show", case_id)
    assert "was not parked" in case("resume", case_id, "--because", "All is right.", "--by", "olu")
    last_day = clock.today() - timedelta(days=1)
    end = ("--ending", "moved", "--on", last_day.isoformat(), "--because", "To Kent.", "--by", "pat")
    assert f"moved, with {clock.day_in_words(last_day)} as its last day." in case("end", case_id, *end)
    _are_told(case("show", case_id), case("explain", case_id))
    assert "ended moved; by pat, " in case("show", case_id)
    told = json.loads(case("show", case_id, "--json"))["events"]
    acts = [(event["actor"], event["payload"]["because"]) for event in told if "because" in event["payload"]]
    assert acts == [
        ("olu", "In [hospital]."),
        ("pat", "Home again."),
        ("olu", "All is right."),
        ("pat", "To Kent."),
    ]


def _are_told(shown: str, explained: str) -> None:
    for who, told, by in [
        ("olu", "put on hold: hospital; because: In [hospital].", "put on hold by"),
        ("pat", "hold released; because: Home again.", "released by"),
        (
            "olu",
            "case resumed: operations have put right what stopped it; because: All is right.",
            "resumed by",
        ),
        ("pat", "case ended: moved; because: To Kent.", "ended by"),
    ]:
        assert f"{who} {told}" in shown
        assert f"{told} {by} {who}, {clock.day_in_words(clock.today())}" in explained


async def test_operations_hold_release_resume_and_end_a_case(settings: Settings) -> None:
    """Who, when and why is shown of each, by `case show` and `case explain`, and is in the events."""
    await asyncio.to_thread(_from_hold_to_end, settings)


def _resume_without_a_name(settings: Settings) -> None:
    case_id = played(settings, "not-eligible")
    done = run(settings, "case", "resume", case_id, "--because", "The pack has been put right.")
    assert done.returncode == 0, done.stderr
    listed = pages.run(settings, "events", "--case", case_id, "--type", "case.resumed.v1", "--json")
    [event] = [json.loads(line) for line in listed.splitlines()]
    assert (event["actor"], event["payload"]) == (
        pwd.getpwuid(os.getuid()).pw_name,
        {"because": "The pack has been put right.", "replay": False, "skips": "", "turn": 0},
    )


async def test_who_is_not_named_acts_by_their_login(settings: Settings) -> None:
    """The person on this machine, never `command-line`."""
    await asyncio.to_thread(_resume_without_a_name, settings)


HOLD = ("hold", "--reason", "away", "--because", "x")
NOBODY, OPEN, ENDED = "case-000000000000", "carer", "not-eligible"


@pytest.fixture(scope="module")
async def cases(settings: Settings) -> dict[str, str]:
    """A case that nobody has opened, one that is open, and one that has ended."""
    return {NOBODY: NOBODY} | {name: await asyncio.to_thread(played, settings, name) for name in (OPEN, ENDED)}


@pytest.mark.parametrize(
    ("of", "arguments", "message"),
    [
        (NOBODY, HOLD, "CASE_NOT_FOUND: There is no case case-000000000000."),
        (NOBODY, ("release", "--because", "x"), "CASE_NOT_FOUND"),
        (NOBODY, ("end", "--ending", "died", "--because", "x"), "CASE_NOT_FOUND"),
        (NOBODY, ("resume", "--because", "x"), "CASE_NOT_FOUND"),
        (ENDED, HOLD, "CASE_ENDED"),
        (ENDED, ("release", "--because", "x"), "CASE_ENDED"),
        (ENDED, ("end", "--ending", "moved", "--because", "x"), "CASE_ENDED"),
        (OPEN, ("release", "--because", "x"), "NOT_ON_HOLD: The case is not on hold."),
        (OPEN, ("end", "--ending", "assessment_refused", "--because", "x"), "ROLE_LACKS_RIGHT: Operations may end"),
        (OPEN, ("end", "--ending", "died", "--on", "1999-01-01", "--because", "x"), "FIELD_INVALID: ended_on"),
        (OPEN, ("resume", "--because", "x" * 1001), "FIELD_INVALID: because"),
    ],
)
async def test_an_act_that_is_refused_is_told_in_a_sentence(
    settings: Settings, cases: dict[str, str], of: str, arguments: tuple[str, ...], message: str
) -> None:
    """Reason and detail, and exit code 1."""
    refused = await asyncio.to_thread(run, settings, "case", *arguments, cases[of])
    assert refused.stderr.startswith(message), refused.stderr
    assert "Traceback" not in refused.stderr
    assert refused.returncode == 1


async def test_a_case_that_is_on_hold_is_not_put_on_hold_again(settings: Settings) -> None:
    """The second one is told so."""
    hold = ("case", *HOLD, await asyncio.to_thread(played, settings, "carer"))
    await asyncio.to_thread(pages.run, settings, *hold)
    refused = await asyncio.to_thread(run, settings, *hold)
    assert refused.stderr == "ALREADY_ON_HOLD: The case is on hold already.\n"
    assert refused.returncode == 1
