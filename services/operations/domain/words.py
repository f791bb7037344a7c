"""What is stuck and what to do, in plain words: the one catalogue that the console, the command line and alerts use."""

from collections.abc import Mapping
from dataclasses import dataclass

from services.operations.domain.finding import Finding, StuckKind


@dataclass(frozen=True, slots=True)
class Words:
    """How one kind is told: of one case or part, of all that have the cause, and what to do.

    The sentences have places for what a finding's detail has. `of_all` has only such that all of a cause share.
    """

    of_one: str
    of_all: str
    remedy: str


CATALOGUE: Mapping[StuckKind, Words] = {
    StuckKind.WORKER_MISSING: Words(
        "No worker runs journeys{since}. {waiting} open cases wait.",
        "No worker runs journeys{since}. {waiting} open cases wait.",
        "Start the worker: {command}. It goes on where it stopped.",
    ),
    StuckKind.ACTIVITY_RETRYING: Words(
        "The {service} service has been asked {attempts} times to {task}. It has not done so ({reason}).",
        "The {service} service is asked to {task}. It does not do so ({reason}).",
        "See that the {service} service runs and can be reached. The journey asks again by itself.",
    ),
    StuckKind.WORKFLOW_TASK_FAILING: Words(
        "The journey's own code has failed {attempts} times ({reason}).",
        "The code of journeys fails ({reason}).",
        "Take back the last release of the worker. Then send the worker's log to whoever looks after the suite.",
    ),
    StuckKind.PERSON_PAST_DUE: Words(
        "The case waits for {waiting_for}. That was due on {due_on}.",
        "Cases wait past their date for {waiting_for}.",
        "Ask whoever works with the person what keeps them. Put the case on hold if the person cannot go on now.",
    ),
    StuckKind.OUTSIDE_PARTY_PAST_DUE: Words(
        "{who} is late. {what}.",
        "{who} is late. Cases wait for {waiting_for}.",
        "Ask them what keeps them. Tell the person.",
    ),
    StuckKind.CLOCK_BREACHED: Words(
        "The law's last day has passed: {clock} was due on {due_on}.",
        "The law's last day has passed: {clock}.",
        "Do it now, and tell the person why it is late.",
    ),
    StuckKind.CLOCK_NEAR: Words(
        "The law's last day is near: {clock} is due on {due_on}.",
        "The law's last day is near: {clock}.",
        "See that somebody does it in time.",
    ),
    StuckKind.EFFECT_MISSING: Words(
        "{effect} should have followed by itself, and has not.",
        "{effect} should have followed by itself, and has not.",
        "Look at the case again in a minute. If it is still so, start its journey again from the feed.",
    ),
    StuckKind.PARKED: Words(
        "{operation} was refused ({reason}): {detail}",
        "{operation} was refused ({reason}).",
        "Put right what was refused. Then resume the case.",
    ),
    StuckKind.ENGINES_DISAGREE: Words(
        "The two engines that check each rule do not agree on {operation}, so nothing was decided.",
        "The two engines that check each rule do not agree on {operation}, so nothing is decided.",
        "Take back the last change of the policy pack. The journey then asks again by itself.",
    ),
    StuckKind.PACK_REFUSED: Words(
        "The policy pack {pack} is refused in the {service} service. {rest}.",
        "The policy pack {pack} is refused in the {service} service. {rest}.",
        "Run `sevensteps policy check {pack}`. It says what is wrong with the pack.",
    ),
    StuckKind.EVENTS_NOT_MOVING: Words(
        "{what}.",
        "{what}.",
        "{remedy}.",
    ),
    StuckKind.JOURNEY_MISSING: Words(
        "Temporal has no journey of this case, so nothing moves it.",
        "Temporal has no journey of these cases, so nothing moves them.",
        "Start the journey again from the feed: `sevensteps journeys rebuild {case_id}`.",
    ),
    StuckKind.JOURNEY_STOPPED: Words(
        "The journey was {how} on {at}{because}.",
        "Journeys were {how}{because}.",
        "Start the journey again from the feed: `sevensteps journeys rebuild {case_id}`.",
    ),
    StuckKind.PART_NOT_ANSWERING: Words(
        "{part} does not answer.",
        "{part} does not answer.",
        "See that it runs, and that this machine can reach it. Its log says why it stopped.",
    ),
    StuckKind.DOCUMENT_MISSING: Words(
        "The person was not told in writing ({document_id}), because {why}.",
        "People were not told in writing, because {why}.",
        "Have the letter put right and published. Then correct the document, which writes it.",
    ),
}
"""Each kind in words."""


def what_is_wrong(finding: Finding) -> str:
    """What is wrong with one case, or with a part of the suite."""
    return CATALOGUE[finding.kind].of_one.format_map(_Told(finding))


def what_all_have(finding: Finding) -> str:
    """What is wrong with all that have the cause of one."""
    return CATALOGUE[finding.kind].of_all.format_map(_Told(finding))


def what_to_do(finding: Finding) -> str:
    """What to do about it."""
    return CATALOGUE[finding.kind].remedy.format_map(_Told(finding))


class _Told(dict[str, str]):
    """What a finding says, by the names of the places in sentences."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.detail, case_id=finding.case_id or finding.about)

    def __missing__(self, name: str) -> str:
        return "something"
