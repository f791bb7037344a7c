"""Plays an example through the public API, as people outside would: wait for the step, act, look at the answer."""

from collections.abc import MutableSequence, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from operator import attrgetter
from uuid import uuid4

from google.protobuf.json_format import ParseDict
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from sevensteps.api.feed.v1.feed_pb2 import Event
from sevensteps.api.policy.v1.decision_pb2 import Decision
from sevensteps.cli.case_view.chronicle import Chronicle, Refusal, last_of, payload_of, stages_entered, verdict_of
from sevensteps.cli.story.examples import ENDINGS, Example, Step
from sevensteps.cli.story.facts import Fact
from sevensteps.cli.story.following import Following
from sevensteps.cli.story.records import Record, read_back
from sevensteps.cli.story.verbs import VERBS, Verb
from sevensteps.config import Settings
from sevensteps.errors import Fault
from sevensteps.events import LifeOpened
from sevensteps.identity.tokens import Keys
from sevensteps.policy.model.verdict import verdict_of_all
from sevensteps.rpc.caller import PatientCaller
from sevensteps.steps import STEP_NAMES, Stage

PATIENCE_SECONDS = 60.0
OUT_OF_ORDER = "STAGE_ORDER"
REVIEW = VERBS["asks for a review"]


class UnexpectedError(Exception):
    """Something came otherwise than the example expects; the text says where and how."""


@dataclass(frozen=True, slots=True)
class Played:
    """An example that came out as expected."""

    example: Example
    chronicle: Chronicle
    stages: tuple[Stage, ...]


@dataclass(slots=True)
class Player:
    """Plays one example. `keys` sign the tokens of its people; `following` hears what the suite tells."""

    example: Example
    council: str
    settings: Settings
    keys: Keys
    following: Following
    _people: dict[str, PatientCaller] = field(default_factory=dict)
    _case_id: str = ""
    _decisions: dict[int, Decision] = field(default_factory=dict)
    _refusals: list[Refusal] = field(default_factory=list)

    async def play(self) -> Played:
        """Play it to its end.

        Raises UnexpectedError, or StuckError (see `following`), when it does not go as the example says.
        """
        async with AsyncExitStack() as people:
            for who, roles in self.example.people.items():
                caller = PatientCaller(self.settings, self.keys.issue(who, roles, self.council))
                self._people[who] = await people.enter_async_context(caller)
            for step in self.example.story:
                await self._take(step)
            return await self._see_ending()

    async def _take(self, step: Step) -> None:
        """Take one step when its time has come; one that is to be refused as out of order, at once."""
        if step.verb.stage and step.expected.refused != OUT_OF_ORDER:
            await self._until_open(step, step.verb.stage)
        before = self._last_position()
        try:
            answer = await self._do(step)
        except Fault as fault:
            if fault.reason != step.expected.refused:
                raise self._unexpected(step, f"refused with {fault.reason}: {fault.detail}") from fault
            self._refusals.append(Refusal(before, step.who, step.verb.words, fault.reason, fault.detail))
            return
        self._case_id = self._case_id or attrgetter("case.case_id")(answer)
        decision = attrgetter(step.verb.decision)(answer) if step.verb.decision else Decision()
        self._look_at(step, answer, decision)
        told = await self._told(step, before)
        if decision.verdict:
            self._decisions[told.position] = decision

    async def _until_open(self, step: Step, stage: Stage) -> None:
        what = f"{STEP_NAMES[stage]} ({stage.value}) to open, so that {step.who} {step.verb.words}"
        await self.following.until_entered(
            self._case_id,
            lambda events: stages_entered(events)[-1:] == (stage,),
            f"{self._place(step)}: {what}",
            PATIENCE_SECONDS,
        )

    async def _do(self, step: Step) -> Message:
        """Send the step's request, with what has to be read back first."""
        verb = step.verb
        record = await self._read_back(step.who, verb) if self._case_id else Record({})
        filled = {"request_id": str(uuid4()), "case_id": self._case_id, **record.fields}
        known = {name: value for name, value in filled.items() if name in verb.request.fields_by_name}
        request = ParseDict({**step.facts, **known}, GetMessageClass(verb.request)())
        return await self._people[step.who].ask(request, GetMessageClass(verb.answer))

    async def _read_back(self, who: str, verb: Verb) -> Record:
        """The record that a verb changes; the decision with which its step was opened is kept for the timeline."""
        record = await read_back(self._people[who], verb, self._case_id)
        told = last_of(self.following.of(self._case_id), record.decided_at) if record.decided_at else None
        if told and record.decision:
            self._decisions[told.position] = record.decision
        return record

    def _look_at(self, step: Step, answer: Message, decision: Decision) -> None:
        """Compare the answer with what was expected. Raises UnexpectedError where they differ."""
        expected = step.expected
        if expected.refused:
            raise self._unexpected(step, f"done; it was expected to be refused with {expected.refused}")
        verdict = verdict_of(decision.verdict)
        if expected.verdict and verdict != expected.verdict:
            raise self._unexpected(step, f"decided as {verdict}, not {expected.verdict}{_reasons(decision)}")
        for rule, wanted in expected.rules.items():
            found = [verdict_of(finding.verdict) for finding in decision.findings if finding.rule == rule]
            said = verdict_of_all(each for each in found if each) if found else "silent"
            if said != wanted:
                raise self._unexpected(step, f"decided with {rule} {said}, not {wanted}{_reasons(decision)}")
        for name, value in expected.answer.items():
            given = attrgetter(name)(answer)
            if _plain(given) != value:
                raise self._unexpected(step, f"answered with {name} {_plain(given)}, not {value}")

    async def _told(self, step: Step, before: int) -> Event:
        """The event that tells of the step, once the feed has it."""
        kind = step.verb.tells

        def come(events: Sequence[Event]) -> bool:
            told = last_of(events, kind)
            return told is not None and told.position > before

        events = await self.following.until(
            self._case_id, come, f"{self._place(step)}: {kind.TYPE} to stand in the feed", PATIENCE_SECONDS
        )
        return next(event for event in events if event.type == kind.TYPE and event.position > before)

    async def _see_ending(self) -> Played:
        """Wait until the case has come where it should, and compare. Raises UnexpectedError or StuckError."""
        expected = self.example.expected
        closing = ENDINGS[expected.ending]
        events = await self.following.until_entered(
            self._case_id,
            lambda events: stages_entered(events) == expected.stages and last_of(events, closing) is not None,
            f"{self.example.name} to be {expected.ending}, having entered {', '.join(expected.stages)}",
            PATIENCE_SECONDS,
        )
        told = last_of(events, closing)
        said = payload_of(told) if told else None
        for name, value in expected.says.items():
            given = getattr(said, name)
            if given != value:
                raise UnexpectedError(f"{self.example.file}: at the end {name} is {given}, not {value}.")
        if isinstance(said, LifeOpened):
            await self._read_back(next(iter(self._people)), REVIEW)
        chronicle = Chronicle(
            title=f"{self.example.name}: {self.example.title}",
            case_id=self._case_id,
            events=tuple(events),
            decisions=self._decisions,
            refusals=self._refusals,
        )
        return Played(self.example, chronicle, stages_entered(events))

    def _last_position(self) -> int:
        events = self.following.of(self._case_id)
        return events[-1].position if events else 0

    def _place(self, step: Step) -> str:
        return f"{self.example.file}:{step.line}"

    def _unexpected(self, step: Step, how: str) -> UnexpectedError:
        return UnexpectedError(f"{self._place(step)}: {step.who} {step.verb.words}: it was {how}.")


def _plain(given: object) -> Fact:
    """A field of an answer as an example writes it."""
    return [str(each) for each in given] if isinstance(given, MutableSequence) else str(given)


def _reasons(decision: Decision) -> str:
    """The findings that are not met, for whoever wonders why."""
    adverse = [f"{finding.rule}: {finding.because}" for finding in decision.findings if finding.verdict != 1]
    return "".join(f"\n    {reason}" for reason in adverse)
