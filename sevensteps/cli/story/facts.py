"""The facts of a step as fields of its call, checked against the wire contract before anything is sent."""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import TypeAlias

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor

from sevensteps.cli.story.parts import Part

Fact: TypeAlias = "bool | int | str | list[Fact] | dict[str, Fact]"

FILLED_IN = frozenset(
    (
        *("request_id", "case_id", "etag", "version", "determination_id"),
        *("contact_id", "concern_id", "stream_id", "answers_id", "combination_id"),
        *("person_id", "resource_id", "kept_service_id", "need_id"),
        *("appointment_id", "capacity_id", "authority_id"),
        *("financial_assessment_id", "spend_id", "stream_id"),
    )
)
"""Fields that an example leaves out, because they are read from the suite when the example is played."""

RELATIVE = re.compile(r"in ([0-9]+) (day|week)s?|([0-9]+) (day|week)s? ago")
DAYS = {"day": 1, "week": 7}
A_DATE = "a date: 2026-06-01, today, in 6 weeks, or 3 days ago"


def facts_for(message: Descriptor, part: Part, what: str, today: date) -> dict[str, Fact]:
    """The fields of a message from a part of an example. Raises InvalidFileError where one does not fit."""
    if part.is_empty:
        return {}
    allowed = tuple(name for name, field in message.fields_by_name.items() if not is_filled_in(field))
    fields = part.fields(what, allowed)
    return {name: _field(message.fields_by_name[name], value, today) for name, value in fields.items()}


def is_filled_in(field: FieldDescriptor) -> bool:
    """Whether an example leaves a field out; one that is a choice of several it names, and its value is read."""
    return field.name in FILLED_IN and field.containing_oneof is None


def short_names(enum: EnumDescriptor) -> Mapping[str, str]:
    """The wire names of an enum by the short names that examples use: adult stands for CASE_KIND_ADULT."""
    prefix = enum.values[0].name.removesuffix("UNSPECIFIED")
    return {value.name.removeprefix(prefix).lower(): value.name for value in enum.values[1:]}


def _field(field: FieldDescriptor, part: Part, today: date) -> Fact:
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        value = field.message_type.fields_by_name["value"]
        return {key.text("a name"): _single(value, each, today) for key, each in part.entries(field.name)}
    if field.is_repeated:
        return [_single(field, item, today) for item in part.items(field.name)]
    return _single(field, part, today)


def _single(field: FieldDescriptor, part: Part, today: date) -> Fact:
    if field.message_type is not None:
        return facts_for(field.message_type, part, field.name, today)
    if field.enum_type is not None:
        names = short_names(field.enum_type)
        return names[part.one_of(field.name, tuple(names))]
    if field.cpp_type == FieldDescriptor.CPPTYPE_BOOL:
        return part.yes_or_no()
    if field.cpp_type in {FieldDescriptor.CPPTYPE_INT32, FieldDescriptor.CPPTYPE_INT64}:
        return part.whole_number()
    if field.name.endswith("_on"):
        return read_date(part, today).isoformat()
    return part.text(f"text for {field.name}")


def read_date(part: Part, today: date) -> date:
    """A date, written out or counted from today."""
    text = part.text(A_DATE)
    if text == "today":
        return today
    if relative := RELATIVE.fullmatch(text):
        try:
            return today + _days_from_today(relative)
        except (OverflowError, ValueError):
            raise part.error(f"{A_DATE}, in a year from 1 to 9999") from None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise part.error(f"{A_DATE}, not {text}") from None


def _days_from_today(relative: re.Match[str]) -> timedelta:
    ahead, ahead_unit, ago, ago_unit = relative.groups()
    return timedelta(days=int(ahead) * DAYS[ahead_unit] if ahead else -int(ago) * DAYS[ago_unit])
