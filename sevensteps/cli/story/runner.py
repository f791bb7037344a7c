"""Plays several examples at the same time in one running suite."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sevensteps.cli.story.examples import Example
from sevensteps.cli.story.feed_follower import FeedFollower, OnEvent, StuckError
from sevensteps.cli.story.player import PlayedExample, Player, UnexpectedError
from sevensteps.config import Settings
from sevensteps.errors import Fault
from sevensteps.identity.actor import Role
from sevensteps.identity.tokens import Keys, development_keys, machine_token
from sevensteps.rpc.caller import Caller, sentence

EXAMPLE_COUNCIL = "example-council"
"""The council that comes with the suite."""

OnEnd = Callable[[Example, PlayedExample | None, str], None]
"""Called when an example has ended: with what was played, or None and why it failed."""


async def play_all(
    examples: Sequence[Example],
    settings: Settings,
    on_event: OnEvent,
    on_end: OnEnd,
    *,
    council: str = EXAMPLE_COUNCIL,
) -> list[PlayedExample]:
    """Play the examples in a council. Returns those that ended as expected, in the order of `examples`.

    `on_event` is called with every event of the feed in order. Raises the Fault of a feed that cannot be followed.
    """
    runner = _Runner(settings, development_keys(settings), council, FeedFollower(on_event), on_end)
    async with runner.feed_reader() as reader:
        following = asyncio.create_task(runner.follower.follow(reader, council))
        playing = asyncio.gather(*(runner.play(example) for example in examples))
        try:
            await asyncio.wait((following, playing), return_when=asyncio.FIRST_COMPLETED)
            if following.done():
                await following
            return [played for played in await playing if played]
        finally:
            playing.cancel()
            following.cancel()
            await asyncio.gather(playing, following, return_exceptions=True)


@dataclass(frozen=True, slots=True)
class _Runner:
    settings: Settings
    keys: Keys
    council: str
    follower: FeedFollower
    on_end: OnEnd

    def feed_reader(self) -> Caller:
        return Caller(self.settings, machine_token(self.keys, "demonstration", Role.INTEGRATOR, self.council))

    async def play(self, example: Example) -> PlayedExample | None:
        """Play one example, and report how it ended."""
        played, failure = None, ""
        try:
            played = await Player(example, self.council, self.settings, self.keys, self.follower).play()
        except (UnexpectedError, StuckError) as error:
            failure = str(error)
        except Fault as fault:
            failure = sentence(fault)
        self.on_end(example, played, failure)
        return played
