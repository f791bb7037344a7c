"""Each kind of stuck in a suite with many open cases: after how long it is found, and what else is told by mistake."""

import tempfile
from collections.abc import Callable, Collection, Mapping
from contextlib import AsyncExitStack
from pathlib import Path

from bench.burst import open_cases
from bench.figure import Figure
from e2e.stuck import Scene, scene_in
from e2e.stuck_kinds import ALONE, AT_ONCE, Making, seconds_until_found, told

CASES = 2000
PATIENCE = 300.0
AIM = "60 s"


async def measure(say: Callable[[str], None], database: str) -> list[Figure]:
    """Open the cases, then make each kind happen: those that hold up one case at once, the others one by one."""
    with tempfile.TemporaryDirectory() as folder:
        async with scene_in(Path(folder), database=database) as scene:
            say(f"{CASES:,} cases ...")
            opened = await open_cases(scene.suite, scene.staff, CASES)
            await scene.looking.looks(2)
            before = (await told(scene)).beside(())
            took: dict[str, float] = {}
            others = {*before}
            for makings in (AT_ONCE, *({name: making} for name, making in ALONE.items())):
                say(f"{', '.join(makings)} ...")
                found, beside = await _made_and_found(scene, makings)
                took |= found
                say(", ".join(f"{name} {seconds:.0f} s" for name, seconds in found.items()))
                others.update(beside)
    return [
        Figure(f"{CASES:,} cases opened by calls", f"{opened:.0f} s"),
        *(Figure(name.replace("_", " "), f"found after {seconds:.0f} s", AIM) for name, seconds in took.items()),
        Figure("told of others by mistake", f"{len(others)}" + "".join(f"\n{each}" for each in sorted(others)), "0"),
    ]


async def _made_and_found(scene: Scene, makings: Mapping[str, Making]) -> tuple[Mapping[str, float], Collection[str]]:
    async with AsyncExitStack() as stack:
        made = {name: await stack.enter_async_context(making(scene)) for name, making in makings.items()}
        found = await seconds_until_found(scene, made, PATIENCE)
    await scene.looking.nothing_left()
    return found
