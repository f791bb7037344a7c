"""The examples in the pages work."""

import asyncio
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from docs.pages import PAGES, ROOT, Example, examples

PATIENCE = 60.0
WITH_EXAMPLES = [page for page in PAGES if any(examples(page))]


def session(examples: Iterable[Example]) -> str:
    """What a reader types who runs the examples one after another in one terminal."""
    return "\n".join(f"echo '# {example}'\n{example.typed}" for example in examples)


async def run(script: str, environment: Mapping[str, str], folder: Path) -> tuple[int, str]:
    """Run a script in a folder of its own. Returns the exit code and everything that was printed."""
    process = await asyncio.create_subprocess_exec(
        *("bash", "-euo", "pipefail", "-c", script),
        cwd=folder,
        env=environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(PATIENCE):
        output, _ = await process.communicate()
    return process.returncode or 0, output.decode()


@pytest.mark.parametrize("page", WITH_EXAMPLES, ids=lambda page: str(page.relative_to(ROOT)))
async def test_the_examples_of_a_page_run(page: Path, environment: Mapping[str, str], tmp_path: Path) -> None:
    """With a running suite, every block marked `run` succeeds, one after another in one terminal."""
    code, output = await run(session(examples(page)), environment, tmp_path)
    assert code == 0, output


async def test_the_reader_of_the_feed_handles_every_event_once(environment: Mapping[str, str], tmp_path: Path) -> None:
    """Run a second time, the program in docs/events.md goes on where it stopped, and no event comes again."""
    token, program = (each for each in examples(ROOT / "docs" / "events.md") if "INTEGRATOR_TOKEN" in each.text)
    _, output = await run(session((token, program, program)), environment, tmp_path)
    assert output.count("plan.approved.v1") == 1, output
    assert output.count("up to date") == 2, output
