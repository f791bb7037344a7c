"""`sevensteps verify`: makes every decision of a case again, by the law and on the facts that its receipt names."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Annotated

import typer

from sevensteps import clock
from sevensteps.api.assessment.v1 import assessment_pb2
from sevensteps.api.receipts.v1 import receipts_pb2 as pb
from sevensteps.cli.case_view.law import load_pack
from sevensteps.cli.case_view.receipts import ServiceReceipt, read_receipts
from sevensteps.cli.terminal.exit_codes import ExitCode
from sevensteps.cli.terminal.plain_errors import run
from sevensteps.config import Settings
from sevensteps.errors import Fault, Kind
from sevensteps.policy import Library
from sevensteps.rpc.caller import Caller, operations

CHARACTERS_SHOWN = 300
"""How much of a difference is printed for people; `--json` has all of it."""


@dataclass(frozen=True, slots=True)
class CheckedDecision:
    """A decision that was made again, with the differences in words; none if the result is the same."""

    receipt_id: str
    service: str
    decision: str
    decided_at: str
    differences: tuple[str, ...]


def verify(
    case_id: Annotated[str, typer.Argument(metavar="CASE", help="The case's id, such as case-3f8k2m9x0p1q.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Make every decision of a case again, by the law of its day, and say whether it differs; if so, exit code 1."""
    decisions = run(check_case(Settings.from_environment(), case_id))
    differing = sum(bool(decision.differences) for decision in decisions)
    if as_json:
        rows = [asdict(decision) | {"same": not decision.differences} for decision in decisions]
        typer.echo(json.dumps(rows, ensure_ascii=False, indent=2))
    else:
        for decision in decisions:
            _print(decision)
        typer.echo(f"{len(decisions)} decisions, {differing or 'none'} differing")
    raise typer.Exit(ExitCode.FAILED if differing else ExitCode.DONE)


async def check_case(settings: Settings, case_id: str) -> list[CheckedDecision]:
    """Make every decision of a case again. Raises a Fault where there is no such case."""
    async with operations(settings) as caller:
        await caller.ask(assessment_pb2.GetCaseRequest(case_id=case_id), assessment_pb2.GetCaseResponse)
        library = Library(settings.policies)
        return [await _check(caller, library, receipt) for receipt in await read_receipts(caller, case_id)]


async def _check(caller: Caller, library: Library, stored: ServiceReceipt) -> CheckedDecision:
    service, receipt = stored
    differences = await _differences(caller, library, service, receipt)
    return CheckedDecision(
        receipt.receipt_id, service, receipt.decision, receipt.decided_at.ToJsonString(), differences
    )


async def _differences(caller: Caller, library: Library, service: str, receipt: pb.Receipt) -> tuple[str, ...]:
    try:
        contents = json.loads(receipt.receipt)
        await load_pack(caller, library, service, str(contents["hash"]))
        columns = {"decision": receipt.decision, "verdict": receipt.verdict}
        return (*_columns_that_differ(columns, contents), *library.verify(contents))
    except Fault as fault:
        if fault.kind is Kind.UNAVAILABLE:
            raise
        return (f"cannot be decided again: {fault.reason}: {fault.detail}",)
    except (KeyError, TypeError, ValueError) as error:
        return (f"the receipt cannot be read: {error!r}",)


def _columns_that_differ(columns: Mapping[str, str], contents: Mapping[str, object]) -> tuple[str, ...]:
    """Where what is stored beside a receipt differs from what the receipt says."""
    return tuple(
        f"{name}: {value} is stored beside the receipt, which says {contents[name]}"
        for name, value in columns.items()
        if contents[name] != value
    )


def _print(decision: CheckedDecision) -> None:
    result = "differs" if decision.differences else "same"
    at = clock.from_text(decision.decided_at)
    when = f"{clock.day_in_words(at.date())} {at:%H:%M:%S}"
    about = f"{when:26}  {decision.service:11} {decision.decision}  {decision.receipt_id}"
    typer.echo(f"{result:8} {about}")
    for difference in decision.differences:
        more = " ..." if len(difference) > CHARACTERS_SHOWN else ""
        typer.echo(f"         {difference[:CHARACTERS_SHOWN]}{more}")
