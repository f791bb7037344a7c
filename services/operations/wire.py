"""Between the wire and the domain: filters read and checked, rows written as messages."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import TypeVar

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from services.operations.case_pages import Counts, Page
from services.operations.domain import words
from services.operations.domain.clocks import BETWEEN
from services.operations.domain.finding import StuckKind
from services.operations.domain.standing import Standing
from services.operations.domain.wanted import Order, Place, Sorting, Wanted
from services.operations.domain.whom import WHOSE_TURN, Whom
from services.operations.finding_pages import Cause, Found
from services.operations.rows import milliseconds
from services.operations.store import View
from sevensteps import clock
from sevensteps.api.operations.v1 import operations_pb2 as pb
from sevensteps.fields import Fields, WireEnum, moment, number_of
from sevensteps.identity.actor import EVERY_COUNCIL, Actor
from sevensteps.service.page_tokens import place_of, token_of_place
from sevensteps.steps import Stage
from sevensteps.temporal import WaitingFor

PAGE = 50
LARGEST_PAGE = 1000
MOST_IDS = 1000
EVENTS, MOST_EVENTS = 200, 500
"""How many events of a case are told, unless somebody says otherwise; and the most."""
MOST_VALUES = 100
LONGEST_CAUSE = 500
CASE_KINDS = ("adult", "carer")
EARLIEST = date(1900, 1, 1)
"""No day before it is asked for."""
STAGES = list(Stage)
V = TypeVar("V", bound=int)


def wanted_of(fields: Fields, given: pb.CaseFilter, actor: Actor, *, cause: str = "") -> Wanted:
    """Which cases a filter asks for, all of them or those that are stuck by one cause. Notes every wrong field."""
    for name, limit in {"case_ids": MOST_IDS, "councils": MOST_VALUES, "teams": MOST_VALUES}.items():
        if len(getattr(given, name)) > limit:
            fields.wrong(f"filter.{name}", f"must be at most {limit}")
    for index, kind in enumerate(given.case_kinds):
        fields.among(f"filter.case_kinds[{index}]", kind, CASE_KINDS)
    return Wanted(
        scope=scope_of(actor),
        case_ids=tuple(given.case_ids),
        councils=tuple(given.councils),
        case_kinds=tuple(given.case_kinds),
        stages=tuple(map(Stage, _choices(fields, "steps", given.steps, pb.Step))),
        whom=tuple(map(Whom, _choices(fields, "whom", given.whom, pb.Whom))),
        waiting_for=tuple(map(WaitingFor, _choices(fields, "waiting_for", given.waiting_for, pb.WaitingFor))),
        stuck_kinds=tuple(map(StuckKind, _choices(fields, "stuck_kinds", given.stuck_kinds, pb.StuckKind))),
        cause=cause,
        stuck=given.stuck,
        overdue=given.overdue,
        due_from=_day(fields, "due_from", given.due_from),
        due_before=_day(fields, "due_before", given.due_before),
        hard=given.hard,
        on_hold=given.on_hold,
        is_open=given.open,
        opened_before=_begin_of(_day(fields, "opened_before", given.opened_before)),
        waiting_since_before=_begin_of(_day(fields, "waiting_since_before", given.waiting_since_before)),
        teams=tuple(given.teams),
        escalated=given.escalated,
    )


def scope_of(actor: Actor) -> str | None:
    """The council to which somebody is confined; None for whoever looks after all."""
    return None if actor.council == EVERY_COUNCIL else actor.council


def _choices(fields: Fields, name: str, values: Sequence[V], enum: WireEnum[V]) -> list[str]:
    if len(values) > MOST_VALUES:
        fields.wrong(f"filter.{name}", f"must be at most {MOST_VALUES}")
        return []
    chosen = [fields.choice(f"filter.{name}[{index}]", value, enum) for index, value in enumerate(values)]
    return list(filter(None, chosen))


def _day(fields: Fields, name: str, value: str) -> date | None:
    return fields.day(f"filter.{name}", value, earliest=EARLIEST) if value else None


def _begin_of(day: date | None) -> datetime | None:
    """When a day begins in the United Kingdom."""
    if day is None or day < EARLIEST:  # of a wrong day nothing is asked
        return None
    return clock.begin_of_uk_day(day)


def sorting_of(fields: Fields, request: pb.ListCasesRequest) -> Sorting:
    """In which order cases are wanted."""
    order = Order.OPENED
    if request.order != pb.ORDER_UNSPECIFIED:
        order = Order(fields.choice("order", request.order, pb.Order) or Order.OPENED)
    return Sorting(order, request.descending)


def place_in(token: str, listed: Message) -> Place | None:
    """The place in a page token; None without one. Raises Faults as page_tokens.place_of does."""
    return Place(*place_of(token, named(listed), 2)) if token else None


def token_of(place: Place | None, listed: Message) -> str:
    """The page token for what comes after a place; empty where nothing does."""
    return token_of_place((place.value, place.number), named(listed)) if place else ""


def named(listed: Message) -> Mapping[str, object]:
    """What a list is of: its request without page size and place, and whether all of it is counted."""
    same = type(listed)()
    same.CopyFrom(listed)
    for name in {"page_size", "page_token", "with_total"} & {field.name for field in listed.DESCRIPTOR.fields}:
        same.ClearField(name)
    return {"list": type(listed).__name__, "asked": same.SerializeToString(deterministic=True).hex()}


def listed(page: Page, view: View, request: pb.ListCasesRequest) -> pb.ListCasesResponse:
    """A page of cases as a message."""
    return pb.ListCasesResponse(
        cases=[row_message(standing, page.stuck.get(standing.case_id, ())) for standing in page.standings],
        next_page_token=token_of(page.after, request),
        view=view_message(view),
        total_size=page.total,
    )


def events_wanted(request: pb.DescribeCaseRequest) -> int:
    """How many events of a case are wanted at most. Raises a Fault (INVALID)."""
    fields = Fields()
    fields.given("case_id", request.case_id)
    if not 0 <= request.events <= MOST_EVENTS:
        fields.wrong("events", f"must be from 1 to {MOST_EVENTS}, or 0 for {EVENTS}")
    fields.check()
    return request.events or EVENTS


def described(standing: Standing, found: Sequence[Found], view: View) -> pb.DescribeCaseResponse:
    """What the rows say of one case, as a message."""
    return pb.DescribeCaseResponse(
        row=row_message(standing, [each.finding.kind.value for each in found]),
        stuck=[stuck_row(each, view) for each in found],
        view=view_message(view),
    )


def counted(counts: Counts, view: View) -> pb.CountCasesResponse:
    """Counts as a message."""
    return pb.CountCasesResponse(
        cases=counts.cases,
        counts=[
            pb.Count(
                step=number_of(pb.Step, STAGES[row["step"] - 1]),
                waiting_for=number_of(pb.WaitingFor, row["waiting_for"]),
                cases=row["cases"],
                overdue=row["overdue"],
                breached=row["breached"],
                on_hold=row["on_hold"],
            )
            for row in counts.by_step
        ],
        stuck=[pb.StuckCount(kind=number_of(pb.StuckKind, row["kind"]), cases=row["cases"]) for row in counts.stuck],
        view=view_message(view),
        law_days=[pb.LawDay(day=day.isoformat(), cases=cases) for day, cases in counts.law_days],
    )


def causes_message(causes: Sequence[Cause], view: View) -> pb.ListCausesResponse:
    """The causes of what is stuck as a message."""
    return pb.ListCausesResponse(
        causes=[
            pb.Cause(
                kind=number_of(pb.StuckKind, each.first.kind),
                cause_id=each.first.cause,
                what=words.what_all_have(each.first) if each.first.case_id else words.what_is_wrong(each.first),
                remedy=words.what_to_do(each.first),
                cases=each.cases,
                since=timestamp(milliseconds(each.first.since)),
                whom=number_of(pb.Whom, each.first.whom),
                example=each.first.case_id,
            )
            for each in causes
        ],
        view=view_message(view),
    )


def stuck_message(
    found: Sequence[Found], after: Place | None, view: View, request: pb.ListStuckRequest
) -> pb.ListStuckResponse:
    """A page of what is stuck as a message."""
    return pb.ListStuckResponse(
        stuck=[stuck_row(each, view) for each in found],
        next_page_token=token_of(after, request),
        view=view_message(view),
    )


def stuck_row(found: Found, view: View) -> pb.Stuck:
    """Something that is stuck, in words, as a message."""
    finding = found.finding
    return pb.Stuck(
        case_id=finding.case_id,
        council=finding.council,
        kind=number_of(pb.StuckKind, finding.kind),
        cause_id=finding.cause,
        since=timestamp(milliseconds(finding.since)),
        whom=number_of(pb.Whom, finding.whom),
        what=words.what_is_wrong(finding),
        remedy=words.what_to_do(finding),
        found_at=timestamp(found.found),
        seen_at=timestamp(view.look.seen(finding)),
    )


def view_message(view: View) -> pb.View:
    """How much is known, as a message."""
    progress, look = view.progress, view.look
    message = pb.View(
        position=progress.position,
        head=progress.head,
        rebuilding=bool(progress.until),
        silent=look.silent,
    )
    if heard_at := moment(progress.heard_at):
        message.feed_heard_at.CopyFrom(heard_at)
    if look.looked:
        message.looked_at.CopyFrom(timestamp(look.looked))
    return message


def timestamp(since: int) -> Timestamp:
    """Milliseconds since 1970 as a message."""
    seconds, rest = divmod(since, 1000)
    return Timestamp(seconds=seconds, nanos=rest * 1_000_000)


def row_message(standing: Standing, stuck: Sequence[str]) -> pb.CaseRow:
    """Where a case stands, and what is stuck of it, as a message."""
    waiting_for, since = standing.waits
    due = standing.due_now
    clocks = sorted(standing.clocks.items(), key=lambda running: (running[1], running[0]))
    return pb.CaseRow(
        case_id=standing.case_id,
        council=standing.council,
        case_kind=standing.kind,
        opened_at=moment(standing.opened.at),
        step=number_of(pb.Step, standing.step),
        turn=standing.turn,
        waiting_for=number_of(pb.WaitingFor, waiting_for),
        whom=number_of(pb.Whom, WHOSE_TURN.get(waiting_for, "")),
        since=timestamp(milliseconds(datetime.fromisoformat(since.at))),
        due_on=due.on if due else "",
        due_kind=number_of(pb.DueKind, due.kind if due else ""),
        hold_reason=standing.hold_reason,
        ending=standing.ending,
        clocks=[_clock(name, due_on) for name, due_on in clocks],
        stuck=[number_of(pb.StuckKind, kind) for kind in stuck],
        team=standing.team,
        escalated_to=standing.escalated_to,
    )


def _clock(name: str, due_on: str) -> pb.Clock:
    clock_name, _, about = name.partition(BETWEEN)
    return pb.Clock(name=clock_name, about=about, due_on=due_on)
