"""`sevensteps verify`: every decision of a case made again, by the law and on the facts that its receipt names."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Annotated

import typer

from sevensteps.api.assessment.v1 import assessment_pb2
from sevensteps.api.receipts.v1 import receipts_pb2 as pb
from sevensteps.cli.receipts import receipts_of
from sevensteps.cli.terminal.plain_errors import run
from sevensteps.config import Settings
from sevensteps.errors import Fault, Kind
from sevensteps.policy import Library
from sevensteps.rpc.caller import Caller, operations

SHOWN = 300
"""So much of a difference is shown to a person; `--json` has all of it."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A decision that was made again. `differences` are in words; none when everything came out the same."""

    receipt_id: str
    service: str
    decision: str
    decided_at: str
    differences: tuple[str, ...]


def verify(
    case_id: Annotated[str, typer.Argument(metavar="CASE", help="The case's id, such as case-3f8k2m9x0p1q.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON.")] = False,
) -> None:
    """Make every decision of a case again, by the law it was made by: the same, or what differs. Exit 1 if one does."""
    found = run(check_case(Settings.from_environment(), case_id))
    if as_json:
        rows = [asdict(checked) | {"same": not checked.differences} for checked in found]
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        for checked in found:
            _tell(checked)
        differing = sum(bool(checked.differences) for checked in found)
        typer.echo(f"{len(found)} decisions, {differing or 'none'} differing")
    raise typer.Exit(any(checked.differences for checked in found))


async def check_case(settings: Settings, case_id: str) -> list[Checked]:
    """Make every decision of a case again. Raises a Fault where there is no such case."""
    async with operations(settings) as caller:
        await caller.ask(assessment_pb2.GetCaseRequest(case_id=case_id), assessment_pb2.GetCaseResponse)
        law = Library(settings.policies)
        return [
            Checked(
                receipt.receipt_id,
                service,
                receipt.decision,
                receipt.decided_at.ToJsonString(),
                await _differences(caller, law, service, receipt),
            )
            for service, receipt in await receipts_of(caller, case_id)
        ]


async def _differences(caller: Caller, law: Library, service: str, receipt: pb.Receipt) -> tuple[str, ...]:
    try:
        kept = json.loads(receipt.receipt)
        await _take_in(caller, law, service, str(kept["hash"]))
        beside = {"decision": receipt.decision, "verdict": receipt.verdict}
        return (*_beside(beside, kept), *law.verify(kept))
    except Fault as fault:
        if fault.kind is Kind.UNAVAILABLE:
            raise
        return (f"cannot be decided again: {fault.reason}: {fault.detail}",)
    except (KeyError, TypeError, ValueError) as error:
        return (f"the receipt is not in its form: {error!r}",)


async def _take_in(caller: Caller, law: Library, service: str, version: str) -> None:
    """Have the library know the law that a receipt names, as the service keeps it."""
    if not law.has_version(version):
        kept = await caller.ask(pb.GetPackRequest(hash=version), pb.GetPackResponse, at=service)
        law.add_version(kept.pack, version, kept.files)


def _beside(beside: Mapping[str, str], kept: Mapping[str, object]) -> tuple[str, ...]:
    """How what is stored beside a receipt is not what the receipt says."""
    return tuple(
        f"{name}: {value} stands beside the receipt, which says {kept[name]}"
        for name, value in beside.items()
        if kept[name] != value
    )


def _tell(checked: Checked) -> None:
    said = "differs" if checked.differences else "same"
    typer.echo(f"{said:8} {checked.decided_at[:19]}  {checked.service:11} {checked.decision}  {checked.receipt_id}")
    for difference in checked.differences:
        typer.echo(f"         {difference[:SHOWN]}{' ...' if len(difference) > SHOWN else ''}")
