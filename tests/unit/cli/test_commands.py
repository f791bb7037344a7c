"""The commands as a whole: what lists or shows can be read by programs, and none loads more than it needs."""

import subprocess
import sys

import click
import pytest
import typer.main

from sevensteps.cli.commands import app

ACTING = {
    "up", "fetch", "play", "token", "serve", "worker", "journeys rebuild", "temporal prepare", "case resume",
    "receipts export",  # writes JSON to a file
}  # fmt: skip
"""Commands that do something, and list nothing. A new command that is not among them has to have --json."""


def _commands(command: click.Command, name: str = "") -> dict[str, click.Command]:
    inner = getattr(command, "commands", None)
    if inner is None:
        return {name: command}
    return {path: each for key, sub in inner.items() for path, each in _commands(sub, f"{name} {key}".strip()).items()}


COMMANDS = _commands(typer.main.get_command(app))  # type: ignore[arg-type]  # typer brings a click of its own


def test_the_commands_that_only_act_are_there() -> None:
    """Nothing is exempt that has been renamed or is gone."""
    assert set(COMMANDS) >= ACTING


@pytest.mark.parametrize("name", sorted(COMMANDS.keys() - ACTING))
def test_a_command_that_lists_or_shows_has_json(name: str) -> None:
    """So that nobody has to read a table with a program."""
    assert "--json" in {option for parameter in COMMANDS[name].params for option in parameter.opts}


def test_a_command_does_not_load_what_the_records_need() -> None:
    """They take 30 MB and half a second, and every command would pay for it, a list of cases first of all."""
    code = "import sys, sevensteps.cli.commands as _; print(*{'sqlalchemy', 'alembic'} & set(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert loaded.stdout.strip() == ""
