"""The commands as a whole: what lists or shows can be read by programs, and none loads more than it needs."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import typer.main
from typer._click.core import Command  # its own click, which no other package shares
from typer.testing import CliRunner

from sevensteps.cli.commands import app

ACTING = {
    "up", "fetch", "play", "token issue", "token revoke", "serve", "worker", "journeys rebuild", "temporal prepare",
    "certificates dev", "init", "console", "rehearse",
    "health",  # says one sentence, and its exit code says the same
    "case hold", "case release", "case assign", "case escalate", "case end", "case resume",
    "spend correct",
    "policy publish", "repair agree", "repair stop",
    "audit verify",  # the same; what it checks comes from `audit list --json`
    "db upgrade",
    "receipts export",  # writes JSON to a file
}  # fmt: skip
"""Commands that do something, and list nothing. A new command that is not among them has to have --json."""


def _commands(command: Command, name: str = "") -> dict[str, Command]:
    inner = getattr(command, "commands", None)
    if inner is None:
        return {name: command}
    return {path: each for key, sub in inner.items() for path, each in _commands(sub, f"{name} {key}".strip()).items()}


COMMANDS = _commands(typer.main.get_command(app))


def test_the_commands_that_only_act_are_there() -> None:
    """Nothing is exempt that has been renamed or is gone."""
    assert set(COMMANDS) >= ACTING


@pytest.mark.parametrize("name", sorted(COMMANDS.keys() - ACTING))
def test_a_command_that_lists_or_shows_has_json(name: str) -> None:
    """So that nobody has to read a table with a program."""
    assert "--json" in {option for parameter in COMMANDS[name].params for option in parameter.opts}


RUN = """
import sys
sys.argv[0] = "sevensteps"
from sevensteps.cli.main import main
main()
"""
RECORDS = {"sqlalchemy", "alembic"}
ENGINE = {"durable", "sevensteps.policy.library", "sevensteps.policy.packs.pack", "jsonschema"}
TALKING = {"grpc", "temporalio", "google.protobuf", "rich"}


def _loaded(*arguments: str, **environment: str) -> set[str]:
    """What a command loads. There is no suite in its data folder."""
    command = [sys.executable, "-X", "importtime", "-c", RUN, *arguments]
    ended = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True, check=False)
    return {line.rpartition("|")[2].strip() for line in ended.stderr.splitlines()}


def _completing(typed: str) -> dict[str, str]:
    words = f"sevensteps {typed}"
    return {"_SEVENSTEPS_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}


@pytest.mark.parametrize("typed", ["", "ca", "case ", "case res", "policy ", "--"])
def test_names_are_completed_without_loading_a_command(typed: str) -> None:
    """The shell waits for it at every press of a key."""
    loaded = _loaded(**_completing(typed))
    assert "typer" in loaded
    assert loaded & (RECORDS | ENGINE | TALKING) == set()


def test_the_version_is_told_without_loading_a_command() -> None:
    """Nothing of the suite is needed for it."""
    loaded = _loaded("--version")
    assert "typer" in loaded
    assert loaded & (RECORDS | ENGINE | TALKING) == set()


def test_a_health_check_loads_little(tmp_path: Path) -> None:
    """It is run every few seconds in each container, where the settings of a database would cost it most."""
    settings = {"SEVENSTEPS_DATA": str(tmp_path), "SEVENSTEPS_DATABASE": "postgresql+asyncpg://localhost/steps"}
    loaded = _loaded("health", "feed", **settings)
    assert "grpc_health.v1.health_pb2" in loaded
    assert loaded & (RECORDS | ENGINE | (TALKING - {"grpc", "google.protobuf"}) | {"cryptography", "httpx"}) == set()


def test_the_list_of_cases_loads_no_more_than_it_needs(tmp_path: Path) -> None:
    """What records, engine and Temporal need would take half of its memory, and most of the time to its first line."""
    loaded = _loaded("case", "list", SEVENSTEPS_DATA=str(tmp_path / "data"))
    assert "sevensteps.cli.case_view.case_list" in loaded
    assert loaded & (RECORDS | ENGINE | {"temporalio"}) == set()


def test_the_help_of_the_whole_has_every_command_and_what_it_does() -> None:
    """Although none of them is loaded before."""
    shown = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "200"}).stdout
    for name, command in typer.main.get_command(app).commands.items():  # type: ignore[attr-defined]
        assert re.search(rf"\b{name} +{re.escape(command.get_short_help_str(limit=60).rstrip('.'))}", shown), name
