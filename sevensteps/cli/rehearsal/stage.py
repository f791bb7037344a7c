"""Playing examples in a suite of their own, and hurting their cases as cases are really hurt."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from temporalio.client import Client
from temporalio.service import RPCError

from sevensteps import clock
from sevensteps.api.operations.v1 import operations_pb2 as pb
from sevensteps.case_history.doubts import is_known
from sevensteps.cli.rehearsal.script import Act
from sevensteps.cli.story.feed_follower import FeedFollower
from sevensteps.cli.story.player import Player
from sevensteps.cli.story.runner import EXAMPLE_COUNCIL
from sevensteps.errors import Fault
from sevensteps.identity.actor import Role
from sevensteps.identity.tokens import development_keys, machine_token
from sevensteps.journeys import connect, standing
from sevensteps.local.stoppable import StoppableSuite
from sevensteps.local.suite import SuiteError
from sevensteps.rehearsal.exercises import Exercise, Harm, Rehearsal
from sevensteps.rehearsal.mending import Seen, rows_request, stuck_request
from sevensteps.rpc.caller import Caller, operations
from sevensteps.temporal import WaitingFor, workflow_id

PATIENCE_SECONDS = 180.0
PAUSE_SECONDS = 0.5
BECAUSE = "It seemed to hang"
PLANNING = "planning"


@dataclass(frozen=True, slots=True)
class Played:
    """An example that is being played, and what is done to its case."""

    act: Act
    player: Player
    case_id: str


@dataclass(frozen=True, slots=True)
class Stage:
    """A running suite in which examples are played."""

    suite: StoppableSuite
    temporal: Client
    follower: FeedFollower
    people: AsyncExitStack

    async def play(self, acts: Iterable[Act]) -> Sequence[Played]:
        """Play each act up to what is done to its case. Raises as a player does."""
        return await asyncio.gather(*map(self._play, acts))

    async def _play(self, act: Act) -> Played:
        settings = self.suite.settings
        player = Player(act.example, EXAMPLE_COUNCIL, settings, development_keys(settings), self.follower)
        await self.people.enter_async_context(player.on_stage())
        case_id = await player.play_steps(act.before)
        if act.trigger:
            await player.wait_for_turn(act.trigger)
        return Played(act, player, case_id)

    async def hurt(self, played: Sequence[Played]) -> Sequence[Exercise]:
        """Do to each case what its act says. A part of the suite is stopped last: it would hold the others up."""
        harmed = {harm: [each for each in played if each.act.harm is harm] for harm in Harm}
        for each in harmed[Harm.JOURNEY]:
            await self._end_journey(each.case_id)
        if harmed[Harm.PARKED]:
            await self._park(harmed[Harm.PARKED])
        for harm, cases in harmed.items():
            if harm.part and cases:
                await self._stop(harm.part, cases)
        return [Exercise(each.act.harm, each.case_id) for each in played if each.act.harm]

    async def _end_journey(self, case_id: str) -> None:
        """As somebody does who takes it for a process that hangs."""
        await self._until_it_waits(case_id, {*WaitingFor} - {WaitingFor.SERVICE})
        await self.temporal.get_workflow_handle(workflow_id(case_id)).terminate(reason=BECAUSE)

    async def _park(self, cases: Sequence[Played]) -> None:
        """Planning's records are away, as after a restore without them, when journeys ask it to go on; then back."""
        async with self._records_away():
            await asyncio.gather(*map(_go_on, cases))
            await asyncio.gather(*(self._until_it_waits(each.case_id, {WaitingFor.MEND}) for each in cases))

    @asynccontextmanager
    async def _records_away(self) -> AsyncIterator[None]:
        data = self.suite.settings.data
        await self._swap(data, data / "away")
        try:
            yield
        finally:
            await self._swap(data / "away", data)

    async def _swap(self, records: Path, instead: Path) -> None:
        """Move planning's records to another folder, over what is there, while it is stopped."""
        await self.suite.leave_stopped(PLANNING)
        data = self.suite.settings.data
        await asyncio.to_thread(_move, records, instead, data)
        await self.suite.start_again(PLANNING)

    async def _stop(self, part: str, cases: Sequence[Played]) -> None:
        """A part of the suite is stopped, and then somebody does what it is needed for."""
        await self.suite.leave_stopped(part)
        await asyncio.gather(*map(_go_on, cases))

    async def _until_it_waits(self, case_id: str, wanted: set[WaitingFor]) -> None:
        """Wait until a journey waits for one of these. Raises SuiteError where it does not come to that."""
        deadline = monotonic() + PATIENCE_SECONDS
        while monotonic() < deadline:
            with suppress(Fault, RPCError):
                if (await standing(self.temporal, case_id)).waiting_for in wanted:
                    return
            await asyncio.sleep(PAUSE_SECONDS)
        raise SuiteError(f"{case_id} did not come to wait for {', '.join(sorted(wanted))}. Try another seed.")


async def _go_on(played: Played) -> None:
    """Somebody does the next step of the example."""
    if played.act.trigger:
        await played.player.play_steps([played.act.trigger])


def _move(records: Path, instead: Path, data: Path) -> None:
    instead.mkdir(exist_ok=True)
    for made_meanwhile in data.glob("planning.db*") if records != data else ():
        made_meanwhile.unlink()
    for file in records.glob("planning.db*"):
        file.rename(instead / file.name)


@asynccontextmanager
async def stage_in(suite: StoppableSuite) -> AsyncIterator[Stage]:
    """A stage in a suite that runs."""
    settings, follower = suite.settings, FeedFollower(lambda _: None)
    reader = Caller(settings, machine_token(development_keys(settings), "rehearsal", Role.INTEGRATOR, EXAMPLE_COUNCIL))
    async with reader, AsyncExitStack() as people:
        following = asyncio.create_task(follower.follow(reader, EXAMPLE_COUNCIL))
        try:
            yield Stage(suite, await connect(settings), follower, people)
        finally:
            following.cancel()
            await asyncio.gather(following, return_exceptions=True)


async def wait_until_found(suite: StoppableSuite, rehearsal: Rehearsal) -> None:
    """Wait until operations have found everything that was done: before that, nobody could see it.

    Raises SuiteError where they do not.
    """
    deadline = monotonic() + PATIENCE_SECONDS
    async with operations(suite.settings, "rehearsal") as caller:
        while monotonic() < deadline:
            seen = await _seen(caller, rehearsal)
            if all(map(seen.is_found, rehearsal.exercises)):
                return
            await asyncio.sleep(PAUSE_SECONDS)
    missing = ", ".join(f"{each.harm} of {each.case_id}" for each in rehearsal.exercises if not seen.is_found(each))
    raise SuiteError(f"Operations have not found what was done: {missing}. Try another seed.")


async def _seen(caller: Caller, rehearsal: Rehearsal) -> Seen:
    stuck = await caller.ask(stuck_request(rehearsal), pb.ListStuckResponse)
    causes = await caller.ask(pb.ListCausesRequest(), pb.ListCausesResponse)
    rows = await caller.ask(rows_request(rehearsal), pb.ListCasesResponse)
    return Seen(stuck.stuck, causes.causes, rows.cases, is_known(causes.view, clock.now()))
