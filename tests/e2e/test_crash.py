"""Processes are killed without warning while cases run: nothing is lost, and nothing is done twice."""

import asyncio
import os
import random
import signal
from collections import Counter
from contextlib import suppress
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path

from e2e.agreement import SETTLING_SECONDS, events_of, remaining
from sevensteps import clock
from sevensteps.case_history.history import stages_entered
from sevensteps.cli.story.examples import FOLDER, load
from sevensteps.cli.story.runner import play_all
from sevensteps.config import Settings
from sevensteps.events import CaseEnded
from sevensteps.journeys import connect, standing
from sevensteps.local.suite import Suite, on_free_ports

CASES = 20
KILLS_EACH = 2
LONGEST_PAUSE = 1.5


async def test_every_case_ends_as_expected_though_every_process_is_killed_several_times(tmp_path: Path) -> None:
    """Twenty cases end as their files expect, the feed has no gap and no duplicate, and every store agrees with it.

    With CRASH_SEED set to the number that is printed, processes are killed in the same order again.
    """
    seed = int(os.environ.get("CRASH_SEED") or random.SystemRandom().randrange(2**32))
    print(f"CRASH_SEED={seed}")
    examples = list(islice(cycle(load(sorted(FOLDER.glob("*.yaml")), clock.today())), CASES))
    suite = Suite(on_free_ports(replace(Settings(), data=tmp_path / "data")), print)
    await suite.start()
    try:
        failures: list[str] = []
        killing = asyncio.create_task(_kill(suite, random.Random(seed)))  # noqa: S311 - it has to be repeatable
        played = await play_all(
            examples,
            suite.settings,
            lambda _: None,
            lambda example, played, failure: None if played else failures.append(f"{example.name}: {failure}"),
        )
        kills = await killing

        assert not failures
        assert len(played) == CASES
        assert set(kills) == suite.parts().keys()
        assert await _settled(suite) == []
        await _journeys_stand_where_the_feed_says(suite)
    finally:
        await suite.stop()


async def _kill(suite: Suite, chance: random.Random) -> Counter[str]:
    """Kill each process some times, in random order at random moments. The suite starts it again."""
    names = list(suite.parts()) * KILLS_EACH
    chance.shuffle(names)
    killed: Counter[str] = Counter()
    for name in names:
        await asyncio.sleep(chance.uniform(0, LONGEST_PAUSE))
        pid = suite.parts()[name].pid
        while pid is None:  # it has not been started again yet
            await asyncio.sleep(0.1)
            pid = suite.parts()[name].pid
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        killed[name] += 1
    return killed


async def _settled(suite: Suite) -> list[str]:
    """What still disagrees after everything has had time to finish."""
    async with asyncio.timeout(SETTLING_SECONDS):
        for name, part in suite.parts().items():
            while part.pid is None:  # noqa: ASYNC110 - there is no signal to wait for
                await asyncio.sleep(0.1)
            assert part.pid, name
    return await remaining(suite.settings)


async def _journeys_stand_where_the_feed_says(suite: Suite) -> None:
    client = await connect(suite.settings)
    events = await events_of(suite.settings)
    for case_id in {event.case_id for event in events}:
        of_case = [event for event in events if event.case_id == case_id]
        journey = await standing(client, case_id)
        ended = any(event.type == CaseEnded.TYPE for event in of_case)
        assert journey.stage == stages_entered(of_case)[-1], journey.sentence
        assert journey.parked is None, journey.sentence
        assert (journey.ending is not None) == ended, journey.sentence
