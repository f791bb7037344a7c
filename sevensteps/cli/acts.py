"""`sevensteps case hold`, `release`, `assign`, `escalate`, `end` and `resume`: acts on a case, with who and why."""

import os
import pwd
from datetime import datetime
from typing import Annotated, TypeAlias, TypeVar
from uuid import uuid4

import typer
from google.protobuf.message import Message

from sevensteps.api.assessment.v1 import assessment_pb2 as pb
from sevensteps.cli.case_view.find_case import read_case
from sevensteps.cli.case_view.status import status_from_journey
from sevensteps.cli.cases import CaseId
from sevensteps.cli.terminal.plain_errors import run
from sevensteps.config import Settings
from sevensteps.errors import Fault
from sevensteps.fields import number_of
from sevensteps.identity.claims import problem_of_subject
from sevensteps.identity.role_groups import SIGNING
from sevensteps.policy.model.values_in_words import plain, value_in_words
from sevensteps.rpc.caller import operations
from sevensteps.steps import Ending, HoldReason

A = TypeVar("A", bound=Message)
Change: TypeAlias = (
    pb.PlaceHoldRequest | pb.ReleaseHoldRequest | pb.AssignCaseRequest | pb.EscalateCaseRequest | pb.EndCaseRequest
)


def _login() -> str:
    """Who is logged in; empty where this machine has no name for them."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return ""


def _reason(because: str) -> str:
    if not because.strip():
        raise typer.BadParameter("say why, in some words")
    return because


def _subject(by: str) -> str:
    if problem := problem_of_subject(by):
        raise typer.BadParameter(problem)
    return by


Because = Annotated[str, typer.Option(callback=_reason, help="Why, for the record; no names.")]
By = Annotated[
    str,
    typer.Option(
        callback=_subject, default_factory=_login, show_default="your login", help="Who does it: an id, never a name."
    ),
]


def hold(
    case_id: CaseId,
    reason: Annotated[HoldReason, typer.Option(help="Why, in one word.")],
    because: Because,
    by: By,
) -> None:
    """Put a case on hold: dates of practice stop, dates of law do not."""
    run(_hold(Settings.from_environment(), case_id, reason, because=because, by=by))


def release(case_id: CaseId, because: Because, by: By) -> None:
    """Release the hold of a case."""
    run(_release(Settings.from_environment(), case_id, because=because, by=by))


def assign(
    case_id: CaseId,
    team: Annotated[str, typer.Option(help="The team, by the council's own name for it.")],
    because: Because,
    by: By,
) -> None:
    """Give a case to a team, which looks after it from then on."""
    run(_assign(Settings.from_environment(), case_id, team, because=because, by=by))


def escalate(
    case_id: CaseId,
    to: Annotated[str, typer.Option(help=f"Who is to look at it: {', '.join(SIGNING)}.")],
    because: Because,
    by: By,
) -> None:
    """Bring a case before somebody who may decide more. That is over when the case goes on."""
    run(_escalate(Settings.from_environment(), case_id, to, because=because, by=by))


def end(
    case_id: CaseId,
    ending: Annotated[
        Ending,
        typer.Option(help="How it ends: support_ended, moved or died. How else a case ends, practitioners decide."),
    ],
    because: Because,
    by: By,
    on: Annotated[
        datetime | None,
        typer.Option(formats=["%Y-%m-%d"], help="Its last day, at most a year ago.", show_default="today"),
    ] = None,
) -> None:
    """End a case for good. Its money and support end with its last day: where the person died, the day of the death."""
    last_day = on.date().isoformat() if on else ""
    run(_end(Settings.from_environment(), case_id, ending, last_day, because=because, by=by))


def resume(
    case_id: CaseId,
    because: Annotated[str, typer.Option(callback=_reason, help="What was put right, for the record; no names.")],
    by: By,
) -> None:
    """Have a parked journey try again, after you have put right what it was refused for."""
    run(_resume(Settings.from_environment(), case_id, because=because, by=by))


async def _hold(settings: Settings, case_id: str, reason: HoldReason, *, because: str, by: str) -> None:
    request = pb.PlaceHoldRequest(case_id=case_id, reason=number_of(pb.HoldReason, reason), because=because)
    await _change(settings, by, request, pb.PlaceHoldResponse)
    typer.echo(f"{case_id} is on hold. `sevensteps case release {case_id}` releases it.")


async def _release(settings: Settings, case_id: str, *, because: str, by: str) -> None:
    request = pb.ReleaseHoldRequest(case_id=case_id, because=because)
    await _change(settings, by, request, pb.ReleaseHoldResponse)
    typer.echo(f"{case_id} is not on hold any more. `sevensteps case show {case_id}` says where it stands.")


async def _assign(settings: Settings, case_id: str, team: str, *, because: str, by: str) -> None:
    request = pb.AssignCaseRequest(case_id=case_id, team=team, because=because)
    assigned = (await _change(settings, by, request, pb.AssignCaseResponse)).case
    typer.echo(f"The team {assigned.team} looks after {case_id} now.")


async def _escalate(settings: Settings, case_id: str, to: str, *, because: str, by: str) -> None:
    request = pb.EscalateCaseRequest(case_id=case_id, role=to, because=because)
    await _change(settings, by, request, pb.EscalateCaseResponse)
    typer.echo(f"{case_id} is before the {plain(to)}. `sevensteps case list --escalated` has all such cases.")


async def _end(settings: Settings, case_id: str, ending: Ending, last_day: str, *, because: str, by: str) -> None:
    request = pb.EndCaseRequest(
        case_id=case_id, ending=number_of(pb.Ending, ending), ended_on=last_day, because=because
    )
    ended = (await _change(settings, by, request, pb.EndCaseResponse)).case
    typer.echo(f"{case_id} has ended: {plain(ending)}, with {value_in_words(ended.ended_on)} as its last day.")


async def _change(settings: Settings, by: str, request: Change, answer: type[A]) -> A:
    """Ask for a change of the case as it now is."""
    async with operations(settings, by) as caller:
        request.request_id = str(uuid4())
        request.etag = (await read_case(caller, request.case_id)).etag
        return await caller.ask(request, answer)


async def _resume(settings: Settings, case_id: str, *, because: str, by: str) -> None:
    request = pb.ResumeCaseRequest(request_id=str(uuid4()), case_id=case_id, because=because)
    async with operations(settings, by) as caller:
        parked = await _is_parked(settings, case_id)
        await caller.ask(request, pb.ResumeCaseResponse)
    effect = {
        True: "tries again",
        False: "was not parked; the resumption is on record and changes nothing else",
        None: "tries again if it was parked, which cannot be seen now because its journey does not answer",
    }[parked]
    typer.echo(f"{case_id} {effect}. `sevensteps case show {case_id}` says where it stands.")


async def _is_parked(settings: Settings, case_id: str) -> bool | None:
    """Whether a journey is parked; None where it does not answer."""
    try:
        return bool((await status_from_journey(settings, case_id)).parked)
    except Fault:
        return None
