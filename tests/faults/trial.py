"""One trial: a suite is brought up, hurt by a schedule while staff play cases, healed, and looked through."""

import asyncio
import signal
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

from faults.injuries import Healing, can_be_done, in_words, keep_database, strike
from faults.installation import Installation, install
from faults.invariants import broken, until_settled
from faults.load import Figures, Staff, failures
from faults.schedule import Fault, Kind, Targets, schedule

CASES_AT_ONCE = 6
SETTLING_SECONDS = 180.0
PATIENCE_SECONDS = 300.0
"""How long staff wait for an answer or for a step, beside the time in which things are hurt."""

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Trial:
    """What to try: the same seed, seconds, database and instances make the same schedule."""

    seed: int
    seconds: float
    database: str
    instances: Mapping[str, int]
    at_once: int = CASES_AT_ONCE

    @property
    def faults(self) -> list[Fault]:
        """Its schedule."""
        return schedule(self.seed, self.seconds, Targets.of(self.database, self.instances))


@dataclass(slots=True)
class Outcome:
    """What came of a trial."""

    trial: Trial
    figures: Figures = field(default_factory=Figures)
    done: Counter[Kind] = field(default_factory=Counter)
    left_out: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)
    """Cases that did not come to their ending."""
    settled_seconds: float = 0.0
    wrong: list[str] = field(default_factory=list)
    """What did not hold."""


async def run(trial: Trial, folder: Path, say: Say) -> Outcome:
    """Bring up, hurt, heal, look. The folder keeps the logs. SIGTERM ends it in order: a disk may be mounted."""
    outcome = Outcome(trial)
    if task := asyncio.current_task():
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    async with AsyncExitStack() as stack:
        installation = await install(stack, folder, trial.database, trial.instances, say)
        outcome.left_out = installation.left_out
        for what in installation.left_out:
            say(f"Left out: {what}.")
        keeping = asyncio.create_task(keep_database(installation))
        try:
            await _try(trial, installation, outcome, say)
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
    return outcome


async def _try(trial: Trial, installation: Installation, outcome: Outcome, say: Say) -> None:
    staff = Staff(installation.suite.settings, trial.seconds + PATIENCE_SECONDS)
    outcome.figures = staff.figures
    until = asyncio.get_running_loop().time() + trial.seconds
    working = asyncio.create_task(staff.work(trial.at_once, until))
    try:
        await _hurt(trial, installation, outcome, say)
        say("Everything is healed. Waiting until cases are finished and everything agrees ...")
        await working
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
    outcome.settled_seconds, outcome.wrong = await until_settled(installation, SETTLING_SECONDS)
    outcome.stuck = failures(staff.played)
    if not outcome.wrong:
        outcome.wrong = await broken(installation, staff)


async def _hurt(trial: Trial, installation: Installation, outcome: Outcome, say: Say) -> None:
    """Do everything on the schedule at its time, and heal it at its time."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    hurting: list[asyncio.Task[None]] = []

    async def hurt(fault: Fault) -> None:
        await asyncio.sleep(began + fault.at - loop.time())
        if not can_be_done(fault, installation):
            return
        say(f"{fault.at:6.1f} s  {in_words(fault)}")
        outcome.done[fault.kind] += 1
        heal: Healing = await strike(fault, installation)
        try:
            await asyncio.sleep(fault.seconds)
        finally:
            await heal()

    async with asyncio.TaskGroup() as tasks:
        hurting += [tasks.create_task(hurt(fault)) for fault in trial.faults]
        tasks.create_task(asyncio.sleep(trial.seconds))
