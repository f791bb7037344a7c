"""Playing examples side by side against one running suite."""

import asyncio
from collections.abc import Callable, Sequence

from sevensteps.cli.story.examples import Example
from sevensteps.cli.story.following import Following, Heard, StuckError
from sevensteps.cli.story.player import Played, Player, UnexpectedError
from sevensteps.config import Settings
from sevensteps.errors import Fault
from sevensteps.identity.actor import Role
from sevensteps.identity.tokens import Keys
from sevensteps.rpc.caller import Caller, sentence

COUNCIL = "example-council"
TOKEN_SECONDS = 4 * 3600.0

Ended = Callable[[Example, Played | None, str], None]
"""Told when an example is over: how it went, or None and why it failed."""


async def play_all(examples: Sequence[Example], settings: Settings, heard: Heard, ended: Ended) -> list[Played]:
    """Play the examples, and give back those that came out as expected, in the order of `examples`.

    `heard` is called with every event of the feed in order. Raises the Fault of a feed that cannot be followed.
    """
    keys = Keys.existing(settings.data)
    following = Following(heard)

    async def play(example: Example) -> Played | None:
        try:
            played = await Player(example, COUNCIL, settings, keys, following).play()
        except (UnexpectedError, StuckError) as error:
            ended(example, None, str(error))
            return None
        except Fault as fault:
            ended(example, None, sentence(fault))
            return None
        ended(example, played, "")
        return played

    token = keys.issue("demonstration", {Role.INTEGRATOR}, COUNCIL, seconds=TOKEN_SECONDS)
    async with Caller(settings, lambda: token) as integrator:
        follow = asyncio.create_task(following.follow(integrator, COUNCIL))
        playing = asyncio.gather(*(play(example) for example in examples))
        try:
            await asyncio.wait((follow, playing), return_when=asyncio.FIRST_COMPLETED)
            if follow.done():
                await follow
            return [played for played in await playing if played]
        finally:
            playing.cancel()
            follow.cancel()
            await asyncio.gather(playing, follow, return_exceptions=True)
