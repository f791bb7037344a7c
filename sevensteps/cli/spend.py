"""`sevensteps spend`: the money spent in a case, and correcting what was recorded wrongly of it."""

import json
import textwrap
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated
from uuid import uuid4

import typer
from google.protobuf.json_format import MessageToDict

from sevensteps import clock
from sevensteps.api.operations.v1 import operations_pb2
from sevensteps.api.policy.v1 import decision_pb2
from sevensteps.api.review.v1 import review_pb2 as pb
from sevensteps.case_history.sentences import in_one_line
from sevensteps.cli.acts import Because, By
from sevensteps.cli.case_view.filter_options import DAY
from sevensteps.cli.cases import CaseId
from sevensteps.cli.terminal.plain_errors import run
from sevensteps.cli.terminal.screen import screen
from sevensteps.config import Settings
from sevensteps.fields import short_name
from sevensteps.policy.model.values_in_words import plain, value_in_words
from sevensteps.rpc.caller import Caller, operations

SpendId = Annotated[
    str, typer.Argument(metavar="SPEND", help="What was recorded wrongly, by its id: see `sevensteps spend list`.")
]
RIGHT = ("line", "amount", "on")
"""The options that say what is right."""


def list_spending(
    case_id: CaseId, *, as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object a line.")] = False
) -> None:
    """List the money spent in a case: line, day and amount, what was judged of it, and what corrects what."""
    run(_list(Settings.from_environment(), case_id, as_json=as_json))


def correct(
    case_id: CaseId,
    spend_id: SpendId,
    *,
    line: Annotated[str, typer.Option(help="The right line of the plan, by its id.")],
    amount: Annotated[str, typer.Option(help="The right amount in pounds. 0.00: it was recorded by mistake.")],
    on: Annotated[datetime, typer.Option(formats=DAY, help="The right day.")],
    because: Because,
    by: By,
    evidence: Annotated[str, typer.Option(help="Where the evidence is kept, if that was wrong.")] = "",
) -> None:
    """Correct what was recorded wrongly of spending. What was recorded stays beside it, and counts no more."""
    request = pb.CorrectSpendRequest(
        request_id=str(uuid4()),
        case_id=case_id,
        spend_id=spend_id,
        line_id=line,
        amount=amount,
        spent_on=on.date().isoformat(),
        evidence=evidence,
        because=because,
    )
    run(_correct(Settings.from_environment(), request, by=by))


def correction_of(
    spend: str, line: str, amount: str, on: datetime | None, evidence: str
) -> operations_pb2.Correction | None:
    """What a repair is to correct; None where nothing was said of it. Raises BadParameter where a part is missing."""
    given = dict(zip(RIGHT, (line, amount, on), strict=True))
    if not (spend or evidence or any(given.values())):
        return None
    if missing := [f"--{name}" for name, value in {"spend": spend, **given}.items() if not value]:
        raise typer.BadParameter(f"say what is right: {', '.join(missing)}")
    day = on.date().isoformat() if on else ""
    return operations_pb2.Correction(spend_id=spend, line_id=line, amount=amount, spent_on=day, evidence=evidence)


async def _list(settings: Settings, case_id: str, *, as_json: bool) -> None:
    listed = 0
    async with operations(settings) as caller:
        async for page in caller.pages(pb.ListSpendingRequest(case_id=case_id), pb.ListSpendingResponse):
            for spent in page.spending:
                listed += 1
                if as_json:
                    typer.echo(json.dumps(MessageToDict(spent, preserving_proto_field_name=True), ensure_ascii=False))
                else:
                    for line in _lines(spent):
                        typer.echo(line)
    if not listed and not as_json:
        typer.echo("Nothing was spent in this case yet.")


def _lines(spent: pb.Spending) -> Iterator[str]:
    at = clock.moment_in_words(spent.recorded_at.ToDatetime(tzinfo=UTC))
    told = f"{_told(spent)}; recorded by {spent.recorded_by} on {at}"
    if spent.corrects:
        told += f"; corrects {spent.corrects}, because: {in_one_line(spent.because)}"
    if spent.corrected_by:
        told += f"; counts no more, {spent.corrected_by} corrects it"
    elif spent.judgements:
        told += f"; judged: {plain(short_name(pb.SpendJudgement, spent.judgements[-1].judgement))}"
    elif spent.decision.verdict == decision_pb2.VERDICT_NEEDS_JUDGEMENT:
        told += "; for somebody to judge"
    yield from textwrap.wrap(f"{spent.spend_id}: {told}", max(screen().width, 40), subsequent_indent="  ")


def _told(spent: pb.Spending) -> str:
    return f"{value_in_words(spent.amount, money=True)} on line {spent.line_id}, on {value_in_words(spent.spent_on)}"


async def _correct(settings: Settings, request: pb.CorrectSpendRequest, *, by: str) -> None:
    async with operations(settings, by) as caller:
        request.etag = await _etag(caller, request.case_id)
        answer = await caller.ask(request, pb.CorrectSpendResponse)
    spent = value_in_words(answer.life.spent, money=True)
    typer.echo(f"{answer.spend_id} counts in place of {request.spend_id}. In this round {spent} is spent.")
    if answer.decision.verdict == decision_pb2.VERDICT_NEEDS_JUDGEMENT:
        typer.echo("It is far ahead of the money that has come in: somebody who recorded neither has to judge it.")


async def _etag(caller: Caller, case_id: str) -> str:
    return (await caller.ask(pb.GetLifeRequest(case_id=case_id), pb.GetLifeResponse)).life.etag
