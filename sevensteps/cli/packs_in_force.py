"""`sevensteps policy in-force`: which version of which pack decides in each service, since when, by whom and why."""

from dataclasses import asdict, dataclass

import typer

from sevensteps.api.policy.v1.policy_pb2 import PUBLICATION_STATE_IN_FORCE
from sevensteps.cli.terminal.options import AsJson
from sevensteps.cli.terminal.plain_errors import run
from sevensteps.cli.terminal.print_json import print_json
from sevensteps.config import Settings
from sevensteps.publication.packs_in_services import SHORT, CouncilPack, packs_of_councils
from sevensteps.publication.putting_in_force import publications
from sevensteps.rpc.caller import operations


@dataclass(frozen=True, slots=True)
class WaitingPack:
    """A pack that was published and is not in force: it waits for a second person, or somebody stopped half-way."""

    pack: str
    hash: str
    published_by: str
    because: str


def in_force(*, as_json: AsJson = False) -> None:
    """Show by which version of its pack each council's cases are decided in each service: since when, by whom, why."""
    settings = Settings.from_environment()
    packs, waiting = run(_read(settings))
    if as_json:
        print_json({"councils": [asdict(pack) for pack in packs], "waiting": [asdict(pack) for pack in waiting]})
        return
    for pack in packs:
        typer.echo(f"{pack.council}: pack {pack.pack}")
        for line in (*pack.stories(), *pack.differences(), *pack.warnings()):
            typer.echo(f"  {line}")
    for each in waiting:
        typer.echo(f"{each.pack} {each.hash[:SHORT]} waits, published by {each.published_by}: {each.because}")


async def read_packs(settings: Settings) -> tuple[CouncilPack, ...]:
    """The pack of every council, as the services that answer say."""
    async with operations(settings) as caller:
        return await packs_of_councils(caller, settings)


async def _read(settings: Settings) -> tuple[tuple[CouncilPack, ...], list[WaitingPack]]:
    async with operations(settings) as caller:
        packs, published = await packs_of_councils(caller, settings), await publications(caller)
    current = {pack.pack: pack.hash for pack in packs}
    return packs, [
        WaitingPack(pack.pack, pack.hash, each.published_by, each.because)
        for each in published
        if each.state != PUBLICATION_STATE_IN_FORCE
        for pack in each.packs
        if current.get(pack.pack) == pack.replaces
    ]
