"""Which case somebody means who names it by its id, or by the reference of the person whom it is about."""

from collections.abc import Sequence
from datetime import UTC

import typer

from sevensteps import clock
from sevensteps.api.assessment.v1 import assessment_pb2 as pb
from sevensteps.cli.case_view.case_pages import PAGE_SIZE
from sevensteps.cli.terminal.exit_codes import ExitCode
from sevensteps.errors import Fault, Kind
from sevensteps.fields import short_name
from sevensteps.policy.model.values_in_words import plain
from sevensteps.rpc.caller import Caller


async def read_case(caller: Caller, case_id: str) -> pb.Case:
    """A case, as its service has it. Raises the service's Faults."""
    return (await caller.ask(pb.GetCaseRequest(case_id=case_id), pb.GetCaseResponse)).case


async def find_case(caller: Caller, named: str) -> pb.Case:
    """The case with this id, or else the one of the person with this reference.

    Where the person has several cases they are listed, to choose from, and the command ends. Raises the service's
    Faults; NOT_FOUND where there is neither.
    """
    try:
        return await read_case(caller, named)
    except Fault as fault:
        if fault.kind is not Kind.NOT_FOUND:
            raise
        unknown = fault
    asked = pb.ListCasesRequest(person_reference=named, page_size=PAGE_SIZE)
    cases = (await caller.ask(asked, pb.ListCasesResponse)).cases
    if not cases:
        raise Fault(unknown.kind, unknown.reason, f"{unknown.detail} Nor has any person this reference.")
    return _only(cases)


def _only(cases: Sequence[pb.Case]) -> pb.Case:
    if len(cases) > 1:
        typer.echo("The person with this reference has several cases. Choose one of them by its id:", err=True)
        for case in cases:
            typer.echo(f"  {_in_a_line(case)}", err=True)
        raise typer.Exit(ExitCode.FAILED)
    return cases[0]


def _in_a_line(case: pb.Case) -> str:
    kind = plain(short_name(pb.CaseKind, case.kind))
    opened = clock.day_in_words(clock.uk_day(case.opened_at.ToDatetime(tzinfo=UTC)))
    ended = f", ended: {plain(short_name(pb.Ending, case.ending))}" if case.ending else ""
    return f"{case.case_id}  {kind}, {case.council}, opened on {opened}{ended}"
