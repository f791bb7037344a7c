"""All commands of the command line. Each is imported when it is run or its help is asked for, not to complete names."""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Annotated

import typer
import typer.main
from typer.core import TyperCommand, TyperGroup

from sevensteps.cli.terminal.exit_codes import ExitCode
from sevensteps.config import SettingsError
from sevensteps.installation import version

if TYPE_CHECKING:
    from typer._click.core import Command, Context
    from typer._click.shell_completion import CompletionItem


@dataclass(frozen=True, slots=True)
class Group:
    """Commands that go by a common name, and what they are for. Each is said as module:function in this folder."""

    about: str
    commands: Mapping[str, str]
    usual: str = ""
    """The command that is meant where none is named."""


CASE = {
    "list": "list_cases:list_cases",
    "show": "cases:show",
    "watch": "cases:watch",
    "explain": "cases:explain",
    "hold": "acts:hold",
    "release": "acts:release",
    "assign": "acts:assign",
    "escalate": "acts:escalate",
    "end": "acts:end",
    "resume": "acts:resume",
}
POLICY = {
    "decide": "policy:decide",
    "check": "policy:check",
    "test": "policy:run_cases",
    "diff": "policy:diff",
    "rules": "policy:rules",
    "publish": "policy_publish:publish",
    "in-force": "packs_in_force:in_force",
}
REPAIR = {
    "plan": "repair:plan",
    "agree": "repair:agree",
    "continue": "repair:go_on",
    "stop": "repair:stop",
    "show": "repair:show",
    "list": "repair:list_repairs",
}
DOCUMENTS = {"list": "documents:list_documents", "show": "documents:show"}
SPEND = {"list": "spend:list_spending", "correct": "spend:correct"}
AUDIT = {"list": "audit:list_audit", "verify": "audit:verify"}
CERTIFICATES = {"dev": "certificates:dev", "show": "certificates:show"}
DB = {"status": "databases:status", "upgrade": "databases:upgrade", "check": "databases:check"}
TOKEN = {"issue": "token:issue", "revoke": "token:revoke", "revocations": "token:revocations"}
TEMPORAL = {"prepare": "temporal_server:prepare", "release": "releases:release"}
COMMANDS: Mapping[str, str | Group] = {
    "init": "init:init",
    "demo": "demo:demo",
    "up": "up:up",
    "fetch": "fetch:fetch",
    "play": "play:play",
    "rehearse": "rehearse:rehearse",
    "status": "status:status",
    "health": "health:health",
    "case": Group(
        "Show where cases stand; say whose one is, hold, release, end or resume it, while the suite runs.", CASE
    ),
    "stuck": "stuck:stuck",
    "repair": Group(
        "Mend many cases at once, with proof: say what would happen, begin with a few, look again.", REPAIR
    ),
    "spend": Group("The money spent in a case; correct what was recorded wrongly of it.", SPEND),
    "audit": Group("What repairs did and were refused; whether anybody has changed that.", AUDIT),
    "council": "council:council",
    "events": "events:events",
    "subscriptions": "subscriptions:subscriptions",
    "verify": "verify:verify",
    "documents": Group("What the person was told in writing.", DOCUMENTS),
    "receipts": Group("Export what every decision was based on.", {"export": "receipts:export"}),
    "policy": Group("Decide by policy packs; check, test, compare and publish them.", POLICY),
    "db": Group("The databases of the services: where they stand; bring them up to date, check them.", DB),
    "backup": "backups:backup",
    "restore": "backups:restore",
    "prune": "processes:prune",
    "glossary": "glossary:glossary",
    "token": Group("Print a development token (issue, or no word at all); revoke tokens.", TOKEN, usual="issue"),
    "certificates": Group("Show the certificates of the settings, or make some for development.", CERTIFICATES),
    "serve": "processes:serve",
    "worker": "processes:worker",
    "console": "processes:console",
    "journeys": Group("Start the Temporal journeys of cases again.", {"rebuild": "processes:rebuild"}),
    "gate": "processes:gate",
    "temporal": Group("Temporal: make a server ready for journeys; which release of the worker has them.", TEMPORAL),
}
"""In the order of the help."""


class ImportingGroup(TyperGroup):
    """A group whose commands are imported one by one."""

    usual = ""

    def parse_args(self, ctx: "Context", args: list[str]) -> list[str]:
        """Where no command is named, the usual one is meant."""
        if self.usual and args and args[0] not in (*self.commands, *self.get_help_option_names(ctx)):
            args = [self.usual, *args]
        return super().parse_args(ctx, args)

    def list_commands(self, ctx: "Context") -> list[str]:
        """The names alone."""
        del ctx
        return list(self.commands)

    def shell_complete(self, ctx: "Context", incomplete: str) -> "list[CompletionItem]":
        """Complete a name: the shell waits, and wants to know nothing else of a command."""
        self.commands = {name: TyperCommand(name) for name in self.commands}
        return super().shell_complete(ctx, incomplete)


class AllCommands(ImportingGroup):
    """The whole command line."""

    def __init__(self, **attributes: object) -> None:
        """`attributes` are those of any group of typer's."""
        super().__init__(**attributes)  # type: ignore[arg-type]
        self.commands = Importing(COMMANDS)  # type: ignore[assignment]  # nobody changes it


class Importing(Mapping[str, "Command"]):
    """Commands by their names, each imported when it is looked up."""

    def __init__(self, places: Mapping[str, str | Group]) -> None:
        """`places` say where the commands are."""
        self._places = places

    def __getitem__(self, name: str) -> "Command":
        place = self._places[name]
        if isinstance(place, Group):
            group = ImportingGroup(name=name, help=place.about, no_args_is_help=True)
            group.commands = Importing(place.commands)  # type: ignore[assignment]  # nobody changes it
            group.usual = place.usual
            return group
        module, _, function = place.partition(":")
        alone = typer.Typer(add_completion=False)
        alone.command(name)(getattr(import_module(f"{__package__}.{module}"), function))
        return typer.main.get_command(alone)

    def __iter__(self) -> Iterator[str]:
        return iter(self._places)

    def __len__(self) -> int:
        return len(self._places)


app = typer.Typer(cls=AllCommands, no_args_is_help=True, pretty_exceptions_enable=False)


def _print_version(wanted: bool) -> None:  # noqa: FBT001  typer calls it so
    if wanted:
        typer.echo(version())
        raise typer.Exit


@app.callback()
def _seven_steps(
    *,
    _: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
    ] = False,
) -> None:
    """Seven Steps: the back office of self-directed support."""


def run() -> None:
    """Run the command that the arguments name.

    A wrong setting, an unreadable argument, or a disk that is full ends it with a sentence.
    """
    for number, argument in enumerate(sys.argv[1:], start=1):
        if not _is_text(argument):
            typer.echo(f"Argument {number}: expected text in UTF-8.", err=True)
            sys.exit(ExitCode.WRONG_ARGUMENT)
    try:
        app()
    except SettingsError as error:
        typer.echo(error, err=True)
        sys.exit(ExitCode.FAILED)
    except OSError as error:
        where = f" at {error.filename}" if error.filename else ""
        typer.echo(f"Reading or writing failed{where}: {error.strerror or type(error).__name__}.", err=True)
        sys.exit(ExitCode.FAILED)


def _is_text(argument: str) -> bool:
    """Whether an argument can be sent and printed; bytes that are not UTF-8 arrive as surrogates."""
    try:
        argument.encode()
    except UnicodeEncodeError:
        return False
    return True
