"""The words on pages for what messages say by numbers: steps, what a case waits for and whom, and how it is stuck."""

from collections.abc import Mapping
from datetime import UTC

from google.protobuf.timestamp_pb2 import Timestamp

from sevensteps import clock
from sevensteps.api.operations.v1 import operations_pb2 as pb
from sevensteps.case_words import LAW_DATES, Became, Repairs, RepairStands, Stuck
from sevensteps.fields import short_name
from sevensteps.money import pounds_in_words
from sevensteps.policy.model.values_in_words import plain as without_underscores
from sevensteps.policy.model.values_in_words import value_in_words
from sevensteps.steps import STEP_NAMES, Stage
from sevensteps.temporal import PHRASES, WaitingFor

STEPS: Mapping[str, str] = {stage.value: name for stage, name in STEP_NAMES.items()}
WAITING_FOR: Mapping[str, str] = {
    short_name(pb.WaitingFor, number): PHRASES[WaitingFor(short_name(pb.WaitingFor, number))]
    for number in pb.WaitingFor.values()
    if number
}
"""To follow "waits for"."""
WHOM: Mapping[str, str] = {
    "person": "the person",
    "practitioner": "a practitioner",
    "approver": "somebody who may sign",
    "provider": "a provider",
    "finance": "finance",
    "clock": "a date",
    "system": "the suite itself",
}
"""For whom a case waits, and who can do something."""
STUCK: Mapping[str, str] = {each.name.lower(): each.words.capitalize() for each in Stuck}
CASE_KINDS: Mapping[str, str] = {"adult": "adult", "carer": "carer"}
REPAIRS: Mapping[str, str] = {each.name.lower(): each.words.capitalize() for each in Repairs}
STANDS: Mapping[str, str] = {each.name.lower(): each.words.capitalize() for each in RepairStands}
BECAME: Mapping[str, str] = {each.name.lower(): each.words.capitalize() for each in Became}
NOT_STUCK = "clock_near"
"""The one kind that is told in advance: nothing is wrong yet."""


def step(number: pb.Step.ValueType) -> str:
    """A step's name; empty where it is not said."""
    return STEP_NAMES[Stage(short_name(pb.Step, number))] if number else ""


def waits_for(number: pb.WaitingFor.ValueType) -> str:
    """What is waited for; empty where it is not said."""
    return WAITING_FOR[short_name(pb.WaitingFor, number)] if number else ""


def whom(number: pb.Whom.ValueType) -> str:
    """Who is waited for; empty for nobody."""
    return WHOM[short_name(pb.Whom, number)] if number else ""


def stuck(number: pb.StuckKind.ValueType) -> str:
    """In which way something is stuck; one that is newer than this console is called so."""
    return STUCK.get(short_name(pb.StuckKind, number), "Stuck in a way that this console does not know")


def law_date(name: str) -> str:
    """What a date of law is for; one that is newer than this console is called by its name."""
    return LAW_DATES.get(name, without_underscores(name))


def repairs(number: pb.RepairAction.ValueType) -> str:
    """What a repair does; one that is newer than this console is called by its name in the contract."""
    name = short_name(pb.RepairAction, number)
    return REPAIRS.get(name, name.capitalize())


def stands(number: pb.RepairState.ValueType) -> str:
    """How far a repair is."""
    return STANDS[short_name(pb.RepairState, number)]


def became(number: pb.RepairOutcome.ValueType) -> str:
    """What has become of a case; empty before."""
    return BECAME[short_name(pb.RepairOutcome, number)] if number else ""


def cases(number: int) -> str:
    """So many cases."""
    return "1 case" if number == 1 else f"{number:,} cases"


def day(text: str) -> str:
    """A day (YYYY-MM-DD) written out; empty where there is none."""
    return value_in_words(text) if text else ""


def day_of(moment: Timestamp) -> str:
    """The day of a moment in the United Kingdom, written out."""
    return clock.day_in_words(clock.uk_day(moment.ToDatetime(tzinfo=UTC)))


def pounds(text: str) -> str:
    """An amount in pounds, with its sign; empty where there is none."""
    return pounds_in_words(text) if text else ""


def moment(at: Timestamp) -> str:
    """A moment, to the minute."""
    return clock.moment_in_words(at.ToDatetime(tzinfo=UTC))
