"""The examples in the pages do what the pages say."""

import asyncio
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from docs.pages import PAGES, ROOT, Example, examples

PATIENCE = 60.0
WITH_EXAMPLES = [page for page in PAGES if any(examples(page))]


def session(of: Iterable[Example]) -> str:
    """What a reader types who follows the examples in one terminal."""
    return "\n".join(f"echo '# {example}'\n{example.typed}" for example in of)


async def run(script: str, surroundings: Mapping[str, str], folder: Path) -> tuple[int, str]:
    """Type it, in a folder of its own: the exit code, and everything that was printed."""
    process = await asyncio.create_subprocess_exec(
        *("bash", "-euo", "pipefail", "-c", script),
        cwd=folder,
        env=surroundings,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(PATIENCE):
        said, _ = await process.communicate()
    return process.returncode or 0, said.decode()


@pytest.mark.parametrize("page", WITH_EXAMPLES, ids=lambda page: str(page.relative_to(ROOT)))
async def test_the_examples_of_a_page_run(page: Path, surroundings: Mapping[str, str], tmp_path: Path) -> None:
    """Typed one after another in one terminal, against a running suite, every block marked `run` succeeds."""
    code, said = await run(session(examples(page)), surroundings, tmp_path)
    assert code == 0, said


async def test_the_reader_of_the_feed_handles_every_event_once(surroundings: Mapping[str, str], tmp_path: Path) -> None:
    """Started again, the program of docs/events.md goes on where it stopped: nothing comes again."""
    token, program = (each for each in examples(ROOT / "docs" / "events.md") if "INTEGRATOR_TOKEN" in each.text)
    _, said = await run(session((token, program, program)), surroundings, tmp_path)
    assert said.count("plan.approved.v1") == 1, said
    assert said.count("up to date") == 2, said
