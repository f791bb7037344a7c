"""The lines of spending of a plan between the wire and the domain."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from sevensteps import clock
from sevensteps.api.money.v1 import money_pb2, services_pb2
from sevensteps.api.planning.v1 import planning_pb2 as pb
from sevensteps.fields import MOST_WEEKLY, Fields, if_given, number_of
from sevensteps.money import WEEKS_A_YEAR, Frequency, Money, pounds, weekly_of
from sevensteps.support_plan import SpendLine

MOST_LINES = 200
YEARS_AHEAD = 3
"""How far ahead a plan may name days."""


def line_message(line: SpendLine) -> pb.SpendLine:
    """A line as it goes on the wire."""
    return pb.SpendLine(
        line_id=line.line_id,
        text=line.text,
        needs=line.needs,
        use=number_of(pb.Use, line.use),
        weekly=pounds(line.weekly),
        necessary_override=line.necessary_override,
        care_home_weeks=line.care_home_weeks,
        direct_payment=line.direct_payment,
        beyond_needs=pounds(line.beyond_needs),
        amount=pounds(line.spent.amount),
        frequency=number_of(money_pb2.Frequency, line.spent.frequency.value),
        starts_on=line.starts_on.isoformat() if line.starts_on else "",
        ends_on=line.ends_on.isoformat() if line.ends_on else "",
        service=number_of(services_pb2.ServiceKind, line.service),
    )


def lines_of(messages: Sequence[pb.SpendLine], fields: Fields) -> tuple[SpendLine, ...]:
    """The lines of a plan, every wrong field noted."""
    if len(messages) > MOST_LINES:
        fields.wrong("lines", f"must be at most {MOST_LINES}")
        return ()
    ids: set[str] = set()
    lines: list[SpendLine] = []
    for index, message in enumerate(messages):
        path = f"lines[{index}]"
        if message.line_id in ids:
            fields.wrong(f"{path}.line_id", "must differ from that of every other line")
        ids.add(message.line_id)
        lines.append(_line_of(path, message, fields))
    _ensure_not_too_much(lines, fields)
    return tuple(lines)


def _line_of(path: str, message: pb.SpendLine, fields: Fields) -> SpendLine:
    spent = _spent_of(path, message, fields)
    starts_on, ends_on = _days_of(path, message, spent, fields)
    return SpendLine(
        line_id=fields.id(f"{path}.line_id", message.line_id),
        text=fields.text(f"{path}.text", message.text, limit=1000),
        needs=fields.needs(f"{path}.needs", message.needs) if message.needs else (),
        use=fields.choice(f"{path}.use", message.use, pb.Use),
        weekly=Decimal("0.00") if spent.once else weekly_of(spent.amount, spent.frequency),
        necessary_override=message.necessary_override,
        care_home_weeks=_care_home_weeks_of(path, message, fields),
        direct_payment=if_given(message, "direct_payment"),
        beyond_needs=fields.weekly(f"{path}.beyond_needs", message.beyond_needs or "0.00"),
        amount=None if spent.frequency is Frequency.WEEKLY else spent.amount,
        frequency=spent.frequency,
        starts_on=starts_on,
        ends_on=ends_on,
        service=fields.choice(f"{path}.service", message.service, services_pb2.ServiceKind) if message.service else "",
    )


def _spent_of(path: str, message: pb.SpendLine, fields: Fields) -> Money:
    """What is spent and how often: `weekly` every week, or `amount` as often as `frequency` says."""
    if not message.amount and not message.frequency:
        return Money(fields.weekly(f"{path}.weekly", message.weekly))
    amount = fields.weekly(f"{path}.amount", message.amount)
    frequency = fields.choice(f"{path}.frequency", message.frequency, money_pb2.Frequency)
    spent = Money(amount, Frequency(frequency or Frequency.WEEKLY))
    comes_to = Decimal("0.00") if spent.once else weekly_of(amount, spent.frequency)
    if message.weekly and fields.weekly(f"{path}.weekly", message.weekly) != comes_to:
        fields.wrong(f"{path}.weekly", f"must be left out, or {comes_to}: that is what the amount comes to a week")
    return spent


def _days_of(path: str, message: pb.SpendLine, spent: Money, fields: Fields) -> tuple[date | None, date | None]:
    latest = clock.in_years(YEARS_AHEAD)
    starts_on = ends_on = None
    if message.starts_on:
        starts_on = fields.day(f"{path}.starts_on", message.starts_on, earliest=clock.in_years(-1), latest=latest)
    if message.ends_on and spent.once:
        fields.wrong(f"{path}.ends_on", "must be left out: the money is spent once")
    elif message.ends_on:
        ends_on = fields.day(f"{path}.ends_on", message.ends_on, earliest=clock.in_years(-1), latest=latest)
        if starts_on and date.min < ends_on < starts_on:
            fields.wrong(f"{path}.ends_on", f"must be a day from {starts_on}, when the line begins")
    return starts_on, ends_on


def _care_home_weeks_of(path: str, message: pb.SpendLine, fields: Fields) -> int | None:
    if not message.HasField("care_home_weeks"):
        return None
    if message.use != pb.USE_CARE_HOME:
        fields.wrong(f"{path}.care_home_weeks", "is for a stay in a care home only")
    elif not 0 <= message.care_home_weeks <= WEEKS_A_YEAR:
        fields.wrong(f"{path}.care_home_weeks", f"must be weeks of twelve months, from 0 to {WEEKS_A_YEAR}")
    return message.care_home_weeks


def _ensure_not_too_much(lines: Iterable[SpendLine], fields: Fields) -> None:
    kept = list(lines)
    if sum(line.weekly for line in kept) > MOST_WEEKLY:
        fields.wrong("lines", f"must come to at most {MOST_WEEKLY} pounds a week together")
    if sum(line.once for line in kept) > MOST_WEEKLY:
        fields.wrong("lines", f"must come to at most {MOST_WEEKLY} pounds that are spent once")
