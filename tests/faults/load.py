"""Staff who play cases in a suite that is being hurt, and send everything again until it is answered, as callers do."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from time import monotonic

from google.protobuf.message import Message

from sevensteps import clock
from sevensteps.api.feed.v1.feed_pb2 import Event
from sevensteps.cli.story.examples import FOLDER, Example, load
from sevensteps.cli.story.feed_follower import FeedFollower, StuckError
from sevensteps.cli.story.player import Player, UnexpectedError
from sevensteps.cli.story.runner import EXAMPLE_COUNCIL
from sevensteps.config import Settings
from sevensteps.errors import Fault, Kind
from sevensteps.events import MoneyEnded, MoneyStarted
from sevensteps.identity.actor import Role
from sevensteps.identity.tokens import Keys, machine_token
from sevensteps.rpc.caller import A, Caller, PatientCaller, sentence

PASSING = frozenset({Kind.UNAVAILABLE, Kind.UNAUTHENTICATED})
"""What may pass: somebody is away; or a clock is wrong, so that no token seems to be valid."""
PAUSE_SECONDS = 0.5
ALSO_BY_THEMSELVES = frozenset({MoneyEnded, MoneyStarted})
"""Events that a person can bring about, but that come by themselves too."""


@dataclass(slots=True)
class Figures:
    """How much was done, and how long it took."""

    cases: int = 0
    calls: int = 0
    sent_again: int = 0
    events: int = 0
    longest_still: float = 0.0
    """The most seconds between two events of a case that was being played."""


@dataclass(frozen=True, slots=True)
class Played:
    """A case that was played: what people did, as the events that tell it, and why it did not end as it should."""

    name: str
    case_id: str
    done: Counter[str]
    failure: str


class StubbornCaller(PatientCaller):
    """A person who sends the same request again until it is answered."""

    def __init__(self, settings: Settings, token: str, figures: Figures, patience: float) -> None:
        """`patience` in seconds."""
        super().__init__(settings, token)
        self._figures = figures
        self._patience = patience

    async def ask(self, request: Message, answer: type[A], at: str = "") -> A:
        """See PatientCaller.ask."""
        deadline = monotonic() + self._patience
        while True:
            self._figures.calls += 1
            try:
                return await Caller.ask(self, request, answer, at)
            except Fault as fault:
                if fault.kind not in PASSING or monotonic() > deadline:
                    raise
            self._figures.sent_again += 1
            await asyncio.sleep(PAUSE_SECONDS)


@dataclass(slots=True)
class _StubbornPlayer(Player):
    """Plays an example with people who are stubborn."""

    figures: Figures = field(default_factory=Figures)

    def person(self, who: str, roles: Iterable[Role]) -> PatientCaller:
        """See Player."""
        token = self.keys.issue(who, roles, self.council)
        return StubbornCaller(self.settings, token, self.figures, self.patience)

    def played(self, failure: str) -> Played:
        """What came of it."""
        done = Counter(
            step.verb.event.TYPE
            for step in self.example.story
            if not step.expected.refused and step.verb.event not in ALSO_BY_THEMSELVES
        )
        return Played(self.example.name, self._case_id, done, failure)


class Staff:
    """People at work, who also follow the feed."""

    def __init__(self, settings: Settings, patience: float) -> None:
        """They wait so many seconds for an answer, or for a step to open."""
        self.figures = Figures()
        self.played: list[Played] = []
        self.wrong: list[str] = []
        """What the feed brought that it should not have."""
        self.last_position = 0
        self._settings = settings
        self._patience = patience
        self._keys = Keys.open(settings.data)
        self._follower = FeedFollower(self._received)
        self._moments: dict[str, float] = {}
        self._examples: Iterator[Example] = cycle(load(sorted(FOLDER.glob("*.yaml")), clock.today()))

    async def work(self, at_once: int, until: float) -> None:
        """Play cases, so many at once, until a moment of the event loop's clock; then finish those that were begun."""
        loop = asyncio.get_running_loop()
        following = asyncio.create_task(self._follow())

        async def play_some() -> None:
            while loop.time() < until:
                await self._play(next(self._examples))

        try:
            working = asyncio.gather(*(play_some() for _ in range(at_once)))
            await asyncio.wait((working, following), return_when=asyncio.FIRST_COMPLETED)
            if following.done():
                working.cancel()
                following.result()
            await working
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)

    async def _play(self, example: Example) -> None:
        self.figures.cases += 1
        player = _StubbornPlayer(
            example, EXAMPLE_COUNCIL, self._settings, self._keys, self._follower, self._patience, figures=self.figures
        )
        failure = ""
        try:
            await player.play()
        except (UnexpectedError, StuckError) as error:
            failure = str(error)
        except Fault as fault:
            failure = sentence(fault)
        played = player.played(failure)
        self.played.append(played)
        self._moments.pop(played.case_id, None)

    async def _follow(self) -> None:
        """Follow the feed from where the last connection ended, whatever happens to connections."""
        token = machine_token(self._keys, "reporting", Role.INTEGRATOR, EXAMPLE_COUNCIL)
        async with Caller(self._settings, token) as reader:
            while True:
                try:
                    await self._follower.follow(reader, EXAMPLE_COUNCIL)
                except Fault as fault:
                    if fault.kind not in PASSING:
                        raise
                await asyncio.sleep(PAUSE_SECONDS)

    def _received(self, event: Event) -> None:
        now = monotonic()
        if event.position <= self.last_position:
            self.wrong.append(f"a reader was sent event {event.position} after event {self.last_position}")
        self.last_position = event.position
        self.figures.events += 1
        before = self._moments.get(event.case_id, now)
        self.figures.longest_still = max(self.figures.longest_still, now - before)
        self._moments[event.case_id] = now


def failures(played: Sequence[Played]) -> list[str]:
    """The cases that did not end as they should, in words."""
    return [f"{each.case_id or 'a case'} ({each.name}): {each.failure}" for each in played if each.failure]
