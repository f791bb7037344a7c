"""When what is hurt, and how: made from a seed alone, so that the same seed makes the same schedule."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from random import Random

from faults.roles import CALLED, POSTGRES, numbered

SHORTEST_PAUSE, LONGEST_PAUSE = 0.5, 5.0
"""Seconds between the beginnings of two faults; several last at the same time."""


class Kind(StrEnum):
    """What can be done to an installation."""

    KILL = "kill"
    FREEZE = "freeze"
    RESTART_DATABASE = "restart database"
    LINK_DOWN = "link down"
    LINK_RESET = "link reset"
    LINK_SLOW = "link slow"
    LINK_SILENT = "link silent"
    FULL_DISK = "full disk"
    CLOCK = "clock"
    CLOSE_LOG = "close log"


OF_LINKS = frozenset({Kind.LINK_DOWN, Kind.LINK_RESET, Kind.LINK_SLOW, Kind.LINK_SILENT})
LASTING: Mapping[Kind, tuple[float, float]] = {
    Kind.KILL: (0, 0),
    Kind.FREEZE: (2, 15),
    Kind.RESTART_DATABASE: (0, 0),
    Kind.LINK_DOWN: (1, 8),
    Kind.LINK_RESET: (1, 8),
    Kind.LINK_SLOW: (3, 15),
    Kind.LINK_SILENT: (2, 20),
    Kind.FULL_DISK: (2, 10),
    Kind.CLOCK: (3, 20),
    Kind.CLOSE_LOG: (0, 0),
}
"""Between how many seconds each lasts before it is healed; what is killed is started again by the suite itself."""
OFTEN: Mapping[Kind, int] = {Kind.KILL: 4, Kind.FREEZE: 2, Kind.CLOCK: 2}
"""How often a kind is in a round of all kinds, where not once."""
CLOCK_STEPS = (-3600, -600, -90, 90, 600, 3600)
"""By how many seconds a clock is set ahead, or back."""
SLOW_MILLISECONDS = (200, 3000)


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is done: `at` seconds after the beginning, to `target`, for some seconds, to some `extent`.

    The target is a process, a link, or empty for the disk. The extent is seconds of a clock, milliseconds of a slow
    link, or 1 where a database is restarted without letting anybody finish.
    """

    at: float
    kind: Kind
    target: str
    seconds: float
    extent: int


@dataclass(frozen=True, slots=True)
class Targets:
    """What there is to hurt: processes of our own, by name, and links."""

    processes: Sequence[str]
    links: Sequence[str]
    has_postgres: bool

    @classmethod
    def of(cls, database: str, instances: Mapping[str, int]) -> "Targets":
        """Those of a suite on a database, with so many instances of some roles."""
        roles = list(CALLED)
        has_postgres = database == POSTGRES
        processes = [numbered(role, number) for role in roles for number in range(1, instances.get(role, 1) + 1)]
        links = [f"{role}-to-{to}" for role, called in CALLED.items() for to in called]
        if has_postgres:
            links += [f"{role}-to-{POSTGRES}" for role in roles if role != "worker"]
        return cls(processes, links, has_postgres)


def schedule(seed: int, seconds: float, targets: Targets) -> list[Fault]:
    """Faults for so many seconds, in the order of their beginnings."""
    chance = Random(seed)  # noqa: S311 - it has to be repeatable
    faults: list[Fault] = []
    at = chance.uniform(SHORTEST_PAUSE, LONGEST_PAUSE)
    for kind in _kinds(chance, targets):
        if at >= seconds:
            return faults
        faults.append(_fault(at, kind, targets, chance))
        at += chance.uniform(SHORTEST_PAUSE, LONGEST_PAUSE)
    return faults


def _kinds(chance: Random, targets: Targets) -> Iterator[Kind]:
    """Each kind as often as it should come, in an order by chance, round after round."""
    wanted = [kind for kind in Kind for _ in range(OFTEN.get(kind, 1))]
    if not targets.has_postgres:
        wanted.remove(Kind.RESTART_DATABASE)
    while True:
        chance.shuffle(wanted)
        yield from wanted


def _fault(at: float, kind: Kind, targets: Targets, chance: Random) -> Fault:
    shortest, longest = LASTING[kind]
    return Fault(
        at=round(at, 1),
        kind=kind,
        target=_target(kind, targets, chance),
        seconds=round(chance.uniform(shortest, longest), 1),
        extent=_extent(kind, chance),
    )


def _target(kind: Kind, targets: Targets, chance: Random) -> str:
    if kind in OF_LINKS:
        return chance.choice(targets.links)
    if kind in {Kind.KILL, Kind.FREEZE}:
        others = ["temporal", *([POSTGRES] if targets.has_postgres else [])]
        return chance.choice([*targets.processes, *others])
    if kind in {Kind.CLOCK, Kind.CLOSE_LOG}:
        return chance.choice(targets.processes)
    return POSTGRES if kind is Kind.RESTART_DATABASE else ""


def _extent(kind: Kind, chance: Random) -> int:
    match kind:
        case Kind.CLOCK:
            return chance.choice(CLOCK_STEPS)
        case Kind.LINK_SLOW:
            return chance.randint(*SLOW_MILLISECONDS)
        case Kind.RESTART_DATABASE:
            return chance.randint(0, 1)
    return 0
