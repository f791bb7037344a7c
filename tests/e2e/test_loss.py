"""Temporal's data are lost while there are cases in every step; journeys are rebuilt from the feed.

The services have forgotten every answer by then: what a journey asks again is known from the records alone.
"""

import asyncio
import sqlite3
import sys
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from bench.rebuild import lose_temporal
from bench.trip import STEPS, Staff, open_case
from e2e.agreement import events_of, remaining
from servers.command_line import run_command
from sevensteps.config import Settings
from sevensteps.errors import Fault, Kind
from sevensteps.journeys import connect, standing
from sevensteps.local.suite import Suite, on_free_ports
from sevensteps.temporal import Standing

PATIENCE = 60
FOUND_SECONDS = 120
"""It takes two looks until a journey is known to be missing, and each asks Temporal about some cases only."""
DECIDING = ("assessment", "planning", "approval", "review")


async def test_journeys_are_rebuilt_from_the_feed_as_if_nothing_had_been_lost(tmp_path: Path) -> None:
    """Each case is in the same step as before, until the same date; nothing opens twice, and every case goes on."""
    suite = Suite(on_free_ports(replace(Settings(), data=tmp_path / "data")), print)
    await suite.start()
    try:
        async with Staff(suite.settings) as staff:
            cases = {await _case_after(staff, steps): steps for steps in range(len(STEPS) + 1)}
            before = await _standings(suite, cases)
            told = await _told_of_cases(suite)

            _forget_answers(suite.settings.data)
            await lose_temporal(suite)
            with pytest.raises(Fault) as lost:
                await standing(await connect(suite.settings), next(iter(cases)))
            assert (lost.value.kind, lost.value.reason) == (Kind.NOT_FOUND, "JOURNEY_MISSING")
            await _assert_reported(suite, next(iter(cases)))

            rebuilt = await _rebuild(suite)
            assert f"{len(cases)} journeys started again" in rebuilt
            assert await _standings(suite, cases) == before
            assert await _told_of_cases(suite) == told

            for case_id, steps in cases.items():
                for step in STEPS[steps:]:
                    await step(staff, case_id)
            assert {each.life_round for each in (await _standings(suite, cases)).values()} == {2}
            assert await remaining(suite.settings) == []
    finally:
        await suite.stop()


async def _assert_reported(suite: Suite, case_id: str) -> None:
    """`case list`, `stuck` and `case show` say that the journey is missing, and what to do; the case is still shown."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + FOUND_SECONDS
    while "no journey" not in (listed := await _typed(suite, "case", "list", "--stuck")):
        assert loop.time() < deadline, f"no journey is listed as missing: {listed}"
        await asyncio.sleep(1)
    assert case_id in listed
    for arguments in (("stuck", "--kind", "no-journey", "--cases"), ("case", "show", case_id)):
        output = await _typed(suite, *arguments)
        assert case_id in output
        assert "sevensteps journeys rebuild" in output
        assert "CASE_NOT_FOUND" not in output


async def _told_of_cases(suite: Suite) -> list[str]:
    """The events of the services that own the steps; operations tell beside them what is stuck."""
    return [event.event_id for event in await events_of(suite.settings) if event.source in DECIDING]


async def _typed(suite: Suite, *arguments: str) -> str:
    """What a command prints, errors among it."""
    environment = suite.settings.as_environment()
    ended = await asyncio.to_thread(run_command, environment, *arguments)
    return ended.stdout + ended.stderr


async def _case_after(staff: Staff, steps: int) -> str:
    case_id = await open_case(staff)
    for step in STEPS[:steps]:
        await step(staff, case_id)
    return case_id


async def _standings(suite: Suite, cases: Mapping[str, int]) -> dict[str, Standing]:
    """Where each journey stands once it waits, without `heard`, which says what it has received."""
    client = await connect(suite.settings)
    standings = {}
    for case_id in cases:
        async with asyncio.timeout(PATIENCE):
            while True:
                with suppress(Fault):
                    now = await standing(client, case_id)
                    if now.due_on is not None:
                        break
                await asyncio.sleep(0.1)
        standings[case_id] = replace(now, heard=0)
    return standings


def _forget_answers(data: Path) -> None:
    for service in DECIDING:
        with closing(sqlite3.connect(data / f"{service}.db")) as records, records:
            records.execute("DELETE FROM answers")


async def _rebuild(suite: Suite) -> str:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        "from sevensteps.cli.main import main; main()",
        "journeys",
        "rebuild",
        env=suite.settings.as_environment(),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await process.communicate()
    assert process.returncode == 0, output.decode()
    return output.decode()
