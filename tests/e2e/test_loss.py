"""Temporal's data are lost while cases stand in every step; they are made again from the feed."""

import asyncio
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from bench.trip import STEPS, Town, open_case
from e2e.agreement import disagreements, events_of
from sevensteps.config import Settings
from sevensteps.errors import Fault, Kind
from sevensteps.local.suite import Suite, on_free_ports
from sevensteps.temporal import Standing, connect, standing

PATIENCE = 60


async def test_journeys_are_made_again_from_the_feed_as_if_nothing_had_been_lost(tmp_path: Path) -> None:
    """Each case stands where it stood, waits for the same until the same date, nothing opens twice, and it finishes."""
    suite = Suite(on_free_ports(replace(Settings(), data=tmp_path / "data")), print)
    await suite.start()
    try:
        async with Town(suite.settings) as town:
            taken = {await _case_after(town, steps): steps for steps in range(len(STEPS) + 1)}
            before = await _standings(suite, taken)
            told = len(events_of(suite.settings.data))

            await _lose_temporal(suite)
            with pytest.raises(Fault) as lost:
                await standing(await connect(suite.settings), next(iter(taken)))
            assert (lost.value.kind, lost.value.reason) == (Kind.NOT_FOUND, "JOURNEY_MISSING")
            await _assert_told(suite, next(iter(taken)))

            rebuilt = await _rebuild(suite)
            assert f"{len(taken)} journeys started again" in rebuilt
            assert await _standings(suite, taken) == before
            assert len(events_of(suite.settings.data)) == told

            for case_id, steps in taken.items():
                for step in STEPS[steps:]:
                    await step(town, case_id)
            assert {each.life_round for each in (await _standings(suite, taken)).values()} == {2}
            assert list(disagreements(suite.settings.data)) == []
    finally:
        await suite.stop()


async def _assert_told(suite: Suite, case_id: str) -> None:
    """The list and the page of a case say that the journey is missing, and what to do; the case itself is there."""
    for arguments in (("list",), ("show", case_id)):
        said = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", "from sevensteps.cli.main import main; main()", "case", *arguments),
            env=os.environ | suite.settings.as_environment(),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        told, _ = await said.communicate()
        assert said.returncode == 0
        assert case_id in told.decode()
        assert "sevensteps journeys rebuild" in told.decode()
        assert "CASE_NOT_FOUND" not in told.decode()


async def _case_after(town: Town, steps: int) -> str:
    case_id = await open_case(town)
    for step in STEPS[:steps]:
        await step(town, case_id)
    return case_id


async def _standings(suite: Suite, cases: Mapping[str, int]) -> dict[str, Standing]:
    """Where each journey stands once it waits; `heard` aside, which counts what was heard and not where it stands."""
    client = await connect(suite.settings)
    stands = {}
    for case_id in cases:
        async with asyncio.timeout(PATIENCE):
            while True:
                with suppress(Fault):
                    now = await standing(client, case_id)
                    if now.due_on is not None:
                        break
                await asyncio.sleep(0.1)
        stands[case_id] = replace(now, heard=0)
    return stands


async def _lose_temporal(suite: Suite) -> None:
    """What a lost disk does: the server gone, its file gone, and a new, empty server at the same address."""
    await suite.temporal.stop()
    for file in suite.settings.data.glob("temporal.db*"):
        file.unlink()
    async with asyncio.timeout(PATIENCE):  # the suite starts it again
        while suite.temporal.pid is None:  # noqa: ASYNC110 - nothing tells when
            await asyncio.sleep(0.1)
        while True:
            with suppress(Fault):
                await connect(suite.settings)
                return
            await asyncio.sleep(0.1)


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
