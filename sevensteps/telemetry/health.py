"""Whether a process lives, is ready for work, and has started: looked at in the background, told to whoever asks."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NoReturn, Protocol

from sevensteps import log
from sevensteps.errors import Fault
from sevensteps.telemetry import series
from sevensteps.telemetry.words import LIVE, READY, STARTED, WELL

LOOK_SECONDS = 3.0
"""Between two looks: whoever asks is told what the last one found."""
COUNT_SECONDS = 10.0
"""Between two counts of what would be dear to count more often."""
LONGEST_COUNT = 10.0
ANSWER_SECONDS = 2.0
"""How long a check may take. One that hangs has failed."""
NOT_LOOKED = "This has not been looked at yet: the process has only just begun. Ask again in some seconds."

Observation = Callable[[], Awaitable[None]]
"""Sets gauges."""


@dataclass(frozen=True, slots=True)
class Check:
    """One part of what makes a process ready."""

    name: str
    problem: Callable[[], Awaitable[str]]
    """In words, what is wrong and what to do; empty where nothing is. A Fault says it, too."""


class Tasks(Protocol):
    """The tasks of a process that must not end."""

    def names(self) -> Mapping[str, bool]:
        """Each by its name, and whether it runs."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Yes or no to one thing that can be asked; and, of each part of it, `ok` or what is wrong and what to do."""

    is_yes: bool
    parts: Mapping[str, str]


class Health:
    """What is known of this process's own health."""

    def __init__(self, tasks: Tasks, checks: Sequence[Check], observations: Sequence[Observation] = ()) -> None:
        """`checks` make it ready; `observations` are made beside them, less often."""
        self._tasks = tasks
        self._checks = checks
        self._observations = observations
        self._problems = {check.name: NOT_LOOKED for check in checks}
        self._unwell: set[str] = set()
        self._failed: set[str] = set()
        self.is_started = False
        """Whether it has begun its work."""
        self.is_stopping = False
        """Whether it takes no new work any more."""

    def ask(self, what: str) -> Answer:
        """What is known now, of one of words.ASKED."""
        if what == LIVE:
            return _answer({name: "" if runs else "It has ended: the log says why." for name, runs in self._running()})
        if what == STARTED:
            return _answer({"started": "" if self.is_started else "It is starting. The log says what it waits for."})
        stopping = "It is stopping, and takes no new work. Nothing is to be done." if self.is_stopping else ""
        return _answer({"stopping": stopping, **self._problems})

    async def keep(self, on_look: Callable[[], Awaitable[None]]) -> NoReturn:
        """Look again and again, until cancelled, and call `on_look` after each time."""
        while True:
            await self.look()
            await on_look()
            await asyncio.sleep(LOOK_SECONDS)

    async def count(self) -> NoReturn:
        """Make the observations again and again, until cancelled."""
        while True:
            for observation in self._observations:
                await self.observe(observation)
            await asyncio.sleep(COUNT_SECONDS)

    async def look(self) -> None:
        """Make every check now, all at once."""
        found = await asyncio.gather(*map(_problem, self._checks))
        self._problems = {check.name: problem for check, problem in zip(self._checks, found, strict=True)}
        for name, problem in self._problems.items():
            series.READY_CHECK.labels(name).set(not problem)
            self._tell(name, problem)
        for name, runs in self._running():
            series.BACKGROUND_TASK_UP.labels(name).set(runs)
        series.READY.set(self.ask(READY).is_yes)

    def stop(self) -> None:
        """From now on it is not ready."""
        self.is_stopping = True
        series.READY.set(0)

    async def observe(self, observation: Observation) -> None:
        """Make one observation now. Trouble with it is logged once."""
        try:
            async with asyncio.timeout(LONGEST_COUNT):
                await observation()
        except Exception as error:  # noqa: BLE001 - the work goes on, whatever cannot be counted
            kind = type(error).__name__
            if not isinstance(error, TimeoutError | Fault) and kind not in self._failed:  # a check tells of those
                self._failed.add(kind)
                log.get().error("something cannot be counted", exc_info=error)

    def _running(self) -> Sequence[tuple[str, bool]]:
        return tuple(self._tasks.names().items())

    def _tell(self, name: str, problem: str) -> None:
        """Log a problem once, and that it has passed."""
        if problem and name not in self._unwell:
            self._unwell.add(name)
            log.get().warning("not ready", check=name, detail=problem)
        elif not problem and name in self._unwell:
            self._unwell.discard(name)
            log.get().info("ready again", check=name)


def _answer(problems: Mapping[str, str]) -> Answer:
    return Answer(not any(problems.values()), {name: problem or WELL for name, problem in problems.items()})


async def _problem(check: Check) -> str:
    """What a check finds. One that cannot be made has failed."""
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            return await check.problem()
    except TimeoutError:
        return (
            f"The check took longer than {ANSWER_SECONDS:.0f} seconds: what it asks hangs, or the machine is very busy."
        )
    except Fault as fault:
        return fault.detail
    except Exception as error:  # noqa: BLE001 - a check must not end the process
        log.get().error("a check could not be made", check=check.name, exc_info=error)
        return f"The check could not be made ({type(error).__name__}); the log has more."
