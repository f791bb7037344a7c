"""Each kind of stuck is made to happen in a running suite, and found within a minute; nothing else is told."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack

import pytest

from e2e.stuck import SOON, Scene, scene_in
from e2e.stuck_kinds import AT_ONCE, Making, relay_stuck, seconds_until_found
from sevensteps.api.operations.v1 import operations_pb2 as pb

ELSEWHERE = {pb.STUCK_KIND_WORKER_MISSING, pb.STUCK_KIND_PART_NOT_ANSWERING, pb.STUCK_KIND_DOCUMENT_MISSING}
"""What tests/e2e/test_stuck.py makes; and what a checked pack never leads to, which test_dates shows."""


@pytest.fixture(scope="module")
async def scene(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Scene]:
    """A suite in which nothing is stuck."""
    async with scene_in(tmp_path_factory.mktemp("suite")) as scene:
        yield scene


async def are_found(scene: Scene, makings: Mapping[str, Making]) -> set[pb.StuckKind.ValueType]:
    """Make all of it at once, and wait until each is found; it is mended then, and forgotten. Answers the kinds."""
    async with AsyncExitStack() as stack:
        made = {name: await stack.enter_async_context(making(scene)) for name, making in makings.items()}
        took, others = await seconds_until_found(scene, made, SOON)
        assert not others
        assert max(took.values()) < SOON
    await scene.looking.nothing_left()
    return {what.kind for what in made.values()}


async def test_every_kind_at_once(scene: Scene) -> None:
    """One case of each kind, and no false alarm beside; all go on when what was wrong is put right."""
    kinds = await are_found(scene, AT_ONCE)
    assert kinds | ELSEWHERE == {*pb.StuckKind.values()} - {pb.STUCK_KIND_UNSPECIFIED}


async def test_a_relay_that_brings_no_event_to_a_journey(scene: Scene) -> None:
    """Another worker has the turn, and hangs. A case that is opened meanwhile is not said to have lost its journey."""
    await are_found(scene, {"relay_stuck": relay_stuck})
