"""Which packs and councils a command of `sevensteps policy` is about, by name or by the path of a folder."""

import sys
from datetime import date
from os.path import normpath
from pathlib import Path
from typing import NoReturn

import typer

from sevensteps import councils, trusted_issuers
from sevensteps.cli.policy_draft import with_what_it_extends
from sevensteps.cli.terminal.exit_codes import ExitCode
from sevensteps.config import Settings
from sevensteps.councils import Councils
from sevensteps.identity.actor import EVERY_COUNCIL
from sevensteps.policy.authoring.check import Found, values_ending
from sevensteps.policy.authoring.check import check as check_pack
from sevensteps.policy.packs import pack as packs
from sevensteps.policy.packs.problems import PackRefusedError, Problem, Problems


def folder_of(pack: str) -> tuple[Path, str]:
    """The folder of packs, and the pack's name in it."""
    if "/" in pack or pack.startswith("."):
        folder = Path(normpath(Path(pack).absolute()))  # not resolved: a link is to be refused, not followed
        return with_what_it_extends(folder.parent, folder.name, Settings.from_environment().policies), folder.name
    return Settings.from_environment().policies, pack


def folders_of(names: list[str] | None) -> list[tuple[Path, str]]:
    """The same for several packs; all that are installed if none is named."""
    root = Settings.from_environment().policies
    if names:
        return [folder_of(name) for name in names]
    installed = packs.names(root)
    if not installed:
        refuse(f"{root}: expected a folder of packs, each with its pack.yaml; there is none")
    return [(root, name) for name in installed]


def folders_to_check(names: list[str] | None) -> list[tuple[Path, str]]:
    """The same, with the councils that have no pack of their own, and who may sign in for all councils."""
    root = Settings.from_environment().policies
    others = [] if names else [name for name in councils.names(root) if name not in packs.names(root)]
    if not names and (root / trusted_issuers.FILE).exists():
        others.append(trusted_issuers.FILE)
    return [*folders_of(names), *((root, name) for name in others)]


def pack_that_decides() -> str:
    """The pack that decides for every council here; where there are several, somebody has to say which is meant."""
    settings = Settings.from_environment()
    deciding = (settings.pack,) if settings.pack else Councils(settings.policies).packs()
    if len(deciding) != 1:
        refuse(f"--pack: expected the name of a pack, one of {', '.join(packs.names(settings.policies))}")
    return deciding[0]


def check(root: Path, name: str, on: date, before: Found) -> Problems:
    """Everything that is wrong on a day with a pack, and with the choices of the council of the same name."""
    if name == trusted_issuers.FILE:
        return Problems(trusted_issuers.check(root, EVERY_COUNCIL))
    is_council = name in councils.names(root)
    problems = Problems(councils.check(root, name) if is_council else [])
    problems.extend(trusted_issuers.check(root, name))
    if name in packs.names(root) or not is_council:
        problems.include(check_pack(root, name, on, before))
    return problems


def warnings_of(root: Path, name: str, on: date) -> list[Problem]:
    """What will be missing in a pack soon after a day; nothing where it cannot be read."""
    try:
        return list(values_ending(packs.read_pack(root, name), on)) if name in packs.names(root) else []
    except PackRefusedError:
        return []


def refuse(why: str) -> NoReturn:
    """Say why a command cannot be run, and exit 2."""
    typer.echo(why, err=True)
    sys.exit(ExitCode.WRONG_ARGUMENT)
