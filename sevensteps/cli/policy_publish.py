"""`sevensteps policy publish`: a checked pack comes in force in every service from one moment on, or in none."""

import sys
from collections.abc import Mapping, Sequence
from datetime import UTC
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated
from uuid import uuid4

import typer

from sevensteps import clock
from sevensteps.api.policy.v1.policy_pb2 import PUBLICATION_STATE_IN_FORCE, Publication, PublishedPack
from sevensteps.cli.acts import By
from sevensteps.cli.policy_folder import folder_of, refuse
from sevensteps.cli.publication_draft import Draft, read_draft
from sevensteps.cli.terminal.exit_codes import ExitCode
from sevensteps.cli.terminal.plain_errors import run
from sevensteps.cli.terminal.progress import progress
from sevensteps.config import REGISTER, Settings
from sevensteps.policy.packs.problems import PackRefusedError
from sevensteps.publication import putting_in_force as publishing
from sevensteps.publication.archived import ChangedPack, files_of, is_waiting, read_changes
from sevensteps.publication.packs_in_services import SHORT
from sevensteps.rpc.caller import Caller, policy_officer

FEWEST_DIGITS = 8
"""How much of a hash has to be given."""


def publish(
    by: By,
    pack: Annotated[str, typer.Argument(help="A pack by name, or the path of its folder.")] = "",
    because: Annotated[str, typer.Option(help="Why, for the record; no names. You are asked if it is not given.")] = "",
    confirm: Annotated[
        str,
        typer.Option(metavar="HASH", help="Confirm, as the second person, what somebody else has published."),
    ] = "",
) -> None:
    """Check a pack, show what it changes, and put it in force in every service at one moment; or in none.

    The packs in force that extend it come in force with it, over the new version.
    """
    if bool(pack) == bool(confirm):
        refuse("Expected a pack to publish, or --confirm with the hash of one that waits.")
    if confirm and len(confirm) < FEWEST_DIGITS:
        refuse(f"--confirm {confirm}: expected at least the first {FEWEST_DIGITS} digits of the hash")
    settings = Settings.from_environment()
    run(confirm_pack(settings, confirm, by) if confirm else publish_pack(settings, pack, because, by))


async def publish_pack(settings: Settings, pack: str, because: str, by: str) -> None:
    """Publish a pack, or begin to, where a second person has to confirm it. Raises as `publication` does."""
    drafted = folder_of(pack)
    with TemporaryDirectory() as folder:
        async with policy_officer(settings, by) as caller:
            services = await publishing.packs_in_force(caller)
            in_force = {name: each.hash for name, each in services[REGISTER].items() if each.hash}
            try:
                draft = await read_draft(caller, drafted, settings.policies, in_force, Path(folder))
            except PackRefusedError as refused:
                refuse(str(refused))
            if not draft.packs:
                refuse(
                    f"{drafted[1]}: expected a pack by which a council's cases are decided, or that such a pack extends"
                )
            if draft.hashes == draft.replaces and not await publishing.not_yet(caller, draft.hashes):
                typer.echo("Nothing to publish: it is in force in every service already.")
                return
            unfinished = await _unfinished(caller, draft, by)
            because = unfinished.because if unfinished else because
            if not because.strip() and not sys.stdin.isatty():
                refuse("--because: say why, in some words")
            _check(draft)
            _print_differences(draft.packs)
            reason = because.strip() or _ask_why()
            await _send(caller, draft, unfinished.publication_id if unfinished else str(uuid4()), reason)


async def confirm_pack(settings: Settings, version: str, by: str) -> None:
    """Put in force what somebody else has published. Raises as `publication` does."""
    async with policy_officer(settings, by) as caller:
        found = await _waiting(caller, version)
        if found.published_by == by:
            refuse(f"{version}: you have published it yourself; somebody else has to confirm it")
        changes = await read_changes(caller, found)
        typer.echo(f"Published by {found.published_by}: {found.because}")
        _print_differences(changes)
        await publishing.stage(caller, found.publication_id, found.packs, files_of(changes), found.because)
        await _put_in_force(caller, found.publication_id, {pack.pack: pack.hash for pack in found.packs})


def _check(draft: Draft) -> None:
    """Print what is wrong with a draft, and end where there is anything."""
    with progress() as shown:
        shown.add_task("Checking, with the worked cases", total=None)
        problems = draft.problems()
    for problem in problems:
        typer.echo(str(problem))
    names = ", ".join(draft.hashes)
    if problems:
        typer.echo(f"{names}: {len(problems)} problems; nothing was published")
        raise typer.Exit(ExitCode.FAILED)
    typer.echo(f"{names}: no problems; {draft.cases()} worked cases as expected")


def _print_differences(packs: Sequence[ChangedPack]) -> None:
    for each in packs:
        typer.echo(f"{each.pack.name}: {each.before.hash[:SHORT]} → {each.pack.hash[:SHORT]}")
        for difference in each.differences() or ["nothing that decides differs"]:
            typer.echo(f"  {difference}")


def _ask_why() -> str:
    return str(typer.prompt("Why? (no names; Ctrl-C publishes nothing)", err=True))


async def _unfinished(caller: Caller, draft: Draft, by: str) -> Publication | None:
    """A publication of just this by the same person that has not been finished."""
    now = clock.now()
    for each in reversed(await publishing.publications(caller)):
        packs = {pack.pack: (pack.hash, pack.replaces) for pack in each.packs}
        same = packs == {name: (version, draft.replaces[name]) for name, version in draft.hashes.items()}
        begun = each.state == PUBLICATION_STATE_IN_FORCE and each.in_force_from.ToDatetime(tzinfo=UTC) <= now
        if same and each.published_by == by and not begun:
            return each
    return None


async def _waiting(caller: Caller, version: str) -> Publication:
    """The publication that waits with a pack of this hash."""
    in_force = (await publishing.packs_in_force(caller))[REGISTER]
    found: Publication | None = None
    for each in await publishing.publications(caller):
        named = any(pack.hash.startswith(version) for pack in each.packs)
        if named and is_waiting(each, in_force):
            found = each
    return found or refuse(
        f"{version}: expected the hash of a pack that waits; `sevensteps policy in-force` lists them"
    )


async def _send(caller: Caller, draft: Draft, publication_id: str, because: str) -> None:
    packs = [
        PublishedPack(pack=name, hash=version, replaces=draft.replaces[name]) for name, version in draft.hashes.items()
    ]
    sent = await publishing.stage(caller, publication_id, packs, draft.files, because)
    if not sent.needs_second_person:
        await _put_in_force(caller, publication_id, draft.hashes)
        return
    typer.echo("A council lets two people publish. Every service has it, and waits for the second person:")
    typer.echo(f"  sevensteps policy publish --confirm {packs[0].hash[:SHORT]}")


async def _put_in_force(caller: Caller, publication_id: str, hashes: Mapping[str, str]) -> None:
    since = await publishing.put_in_force(caller, publication_id)
    await publishing.until_in_force(caller, hashes)
    packs = ", ".join(f"{name} {version[:SHORT]}" for name, version in hashes.items())
    moment = f"{clock.day_in_words(since.date())}, {since:%H:%M:%S} UTC"
    typer.echo(f"In force in every service since {moment}: {packs}")
