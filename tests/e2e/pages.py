"""What people see of each example: its line of `sevensteps play`, `case show` and `case explain`, kept as a page each.

`PYTHONPATH=$PWD:$PWD/tests .venv/bin/python -m e2e.pages` plays the examples and writes the pages anew. Read the
difference before you commit it.
"""

import asyncio
import re
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from typer.testing import CliRunner

from sevensteps.cli.commands import app
from sevensteps.config import Settings
from sevensteps.local.suite import Suite, on_free_ports

PAGES = Path(__file__).parent / "pages"
WITHOUT_BREAKS = 1000
"""A width at which no line is broken: where it would be depends on how long a date is."""
CHANGING = (
    (re.compile(r"case-[0-9a-z]{12}"), "CASE"),
    (re.compile(r"\b(money|spend|support)-[0-9a-z]{12}"), r"\1-ID"),
    (re.compile(r"\b[0-9]{1,2} [A-Z][a-z]+ 2[0-9]{3}\b"), "DATE"),
    (re.compile(r"\b[0-9]{2}:[0-9]{2}\b"), "TIME"),
    (re.compile(r"\b(EXAMPLE-[0-9]{4})-[0-9a-f]{8}\b"), r"\1-HASH"),
    (re.compile(r"\b[0-9a-f]{12}\b"), "HASH"),
    (re.compile(r"(?<=\S) {2,}"), "  "),
    (re.compile(r" +$", re.MULTILINE), ""),
)
"""What differs from one run to the next, and how it is written in a page."""


def run(settings: Settings, *arguments: str, columns: int = WITHOUT_BREAKS) -> str:
    """What a command prints that is expected to succeed. It runs in this process, in a thread without a loop."""
    environment = settings.as_environment() | {"COLUMNS": str(columns), "TERM": "dumb"}
    result = CliRunner().invoke(app, [*arguments], env=environment)
    assert result.exit_code == 0, result.output
    return result.stdout


def play_all(settings: Settings) -> dict[str, str]:
    """Play every example in a running suite; the line that says how each ended, by its name."""
    lines = run(settings, "play").splitlines()
    return {line.split()[1].rstrip(":"): line for line in lines}


def case_of(line: str) -> str:
    """The case of a line of `sevensteps play`."""
    return line.split(maxsplit=1)[0]


def page(settings: Settings, name: str, played: str) -> str:
    """The page of an example that was played, with what changes from run to run replaced."""
    case_id = case_of(played)
    parts = {
        f"sevensteps play examples/{name}.yaml": played,
        "sevensteps case show CASE": run(settings, "case", "show", case_id),
        "sevensteps case explain CASE": run(settings, "case", "explain", case_id),
    }
    text = "\n\n".join(f"$ {command}\n{printed.rstrip()}" for command, printed in parts.items())
    for changing, written in CHANGING:
        text = changing.sub(written, text)
    return f"{text}\n"


async def _renew() -> None:
    with TemporaryDirectory() as folder:
        settings = on_free_ports(replace(Settings(), data=Path(folder)))
        suite = Suite(settings, print)
        await suite.start()
        try:
            await asyncio.to_thread(_write, settings)
        finally:
            await suite.stop()


def _write(settings: Settings) -> None:
    PAGES.mkdir(exist_ok=True)
    for name, played in play_all(settings).items():
        (PAGES / f"{name}.txt").write_text(page(settings, name, played), encoding="utf-8")


if __name__ == "__main__":
    asyncio.run(_renew())
