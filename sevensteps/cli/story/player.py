"""Plays an example through the public API, as people would: wait for the step, act, check the answer."""

from collections.abc import AsyncIterator, Iterable, Mapping, MutableSequence, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Protocol
from uuid import uuid4

from google.protobuf.json_format import ParseDict
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

from sevensteps.api.feed.v1.feed_pb2 import Event
from sevensteps.api.policy.v1.decision_pb2 import VERDICT_MET, Decision
from sevensteps.case_history.history import CaseHistory, Refusal, last_event, payload_of, stages_entered, verdict_of
from sevensteps.cli.story.examples import ENDINGS, FIRST_CASE, Example, Step
from sevensteps.cli.story.facts import Fact
from sevensteps.cli.story.feed_follower import FeedFollower
from sevensteps.cli.story.records import Record, read_record
from sevensteps.cli.story.verbs import VERBS, Verb
from sevensteps.config import Settings
from sevensteps.errors import Fault
from sevensteps.events import LifeOpened
from sevensteps.identity.actor import Role
from sevensteps.policy.model.verdict import verdict_of_all
from sevensteps.rpc.caller import PatientCaller
from sevensteps.steps import STEP_NAMES, Stage

PATIENCE_SECONDS = 60.0
OUT_OF_ORDER = "STAGE_ORDER"
OTHER_CASES = frozenset({"linked_case_id", "with_case_id"})
"""Fields that name another case of the example."""
REVIEW = VERBS["asks for a review"]


class UnexpectedError(Exception):
    """Something differs from what the example expects; the text says where and how."""


@dataclass(frozen=True, slots=True)
class PlayedExample:
    """An example that ended as expected."""

    example: Example
    history: CaseHistory
    stages: tuple[Stage, ...]


class Signs(Protocol):
    """Whoever gives the people of an example their tokens."""

    def issue(self, subject: str, roles: Iterable[Role], council: str) -> str:
        """A token for somebody with some roles in a council."""


@dataclass(slots=True)
class Player:
    """Plays one example. `keys` sign the tokens of its people; `follower` has the events of the suite."""

    example: Example
    council: str
    settings: Settings
    keys: Signs
    follower: FeedFollower
    patience: float = PATIENCE_SECONDS
    """How many seconds a step may take to open, or an event to be in the feed."""
    _playing: str = field(default_factory=lambda: uuid4().hex[:8])
    """Tells the person of this playing from those of other playings of the example."""
    _people: dict[str, PatientCaller] = field(default_factory=dict)
    _cases: dict[str, str] = field(default_factory=dict)
    """The id of each of its cases, by what the example calls it."""
    _decisions: dict[int, Decision] = field(default_factory=dict)
    _refusals: list[Refusal] = field(default_factory=list)

    async def play(self) -> PlayedExample:
        """Play it to its end.

        Raises UnexpectedError, or StuckError (see `feed_follower`), when it does not go as the example says.
        """
        async with self.on_stage():
            await self.play_steps(self.example.story)
            return await self._play_ending()

    @asynccontextmanager
    async def on_stage(self) -> AsyncIterator[None]:
        """Its people are there for as long as this lasts."""
        async with AsyncExitStack() as people:
            for who, roles in self.example.people.items():
                self._people[who] = await people.enter_async_context(self.person(who, roles))
            yield

    async def play_steps(self, steps: Iterable[Step]) -> str:
        """Play some steps of its story, and answer the id of its case. Raises as `play` does."""
        for step in steps:
            await self._play_step(step)
        return self._case_id

    @property
    def _case_id(self) -> str:
        """The id of the case that is opened first; empty until then."""
        return self._cases.get(FIRST_CASE, "")

    async def wait_for_turn(self, step: Step) -> None:
        """Wait until a step can be played. Raises StuckError."""
        if step.verb.stage:
            await self._wait_until_open(step, step.verb.stage)

    def person(self, who: str, roles: Iterable[Role]) -> PatientCaller:
        """One of its people, as a caller."""
        return PatientCaller(self.settings, self.keys.issue(who, roles, self.council))

    async def _play_step(self, step: Step) -> None:
        """Play one step once it can be done; one that is to be refused as out of order, at once."""
        if step.verb.stage and step.expected.refused != OUT_OF_ORDER:
            await self._wait_until_open(step, step.verb.stage)
        position = self._last_position(step)
        try:
            answer = await self._send(step)
        except Fault as fault:
            if fault.reason != step.expected.refused:
                raise self._unexpected(step, f"refused with {fault.reason}: {fault.detail}") from fault
            self._refusals.append(Refusal(position, step.who, step.verb.words, fault.reason, fault.detail))
            return
        if step.case not in self._cases:
            self._cases[step.case] = attrgetter("case.case_id")(answer)
        decision = attrgetter(step.verb.decision)(answer) if step.verb.decision else Decision()
        self._check_answer(step, answer, decision)
        event = await self._wait_for_event(step, position)
        if decision.verdict:
            self._decisions[event.position] = decision

    async def _wait_until_open(self, step: Step, stage: Stage) -> None:
        what = f"{STEP_NAMES[stage]} ({stage.value}) to open, so that {step.who} {step.verb.words}"
        await self.follower.wait_until_entered(
            self._cases[step.case],
            lambda events: stage in (stages_entered(events) if step.verb.goes_on else stages_entered(events)[-1:]),
            f"{self._place(step)}: {what}",
            self.patience,
        )

    async def _send(self, step: Step) -> Message:
        """Send the step's request, with the fields that have to be read first."""
        verb, case_id, facts = step.verb, self._cases.get(step.case, ""), self._facts(step)
        record = await self._read_record(step.who, verb, case_id) if case_id else Record({})
        filled_in = {"request_id": str(uuid4()), "case_id": case_id, **record.fields}
        known = verb.request.fields_by_name
        fields = {
            name: value
            for name, value in filled_in.items()
            if name in known and (known[name].containing_oneof is None or name in facts)
        }
        request = ParseDict({**facts, **fields}, GetMessageClass(verb.request)())
        return await self._people[step.who].ask(request, GetMessageClass(verb.answer))

    def _facts(self, step: Step) -> Mapping[str, Fact]:
        """What the example says, of a person of its own: nobody has two open cases, however often it is played.

        A case that it names by what it calls it is named by its id.
        """
        facts = dict(step.facts)
        if reference := facts.get("person_reference"):
            facts["person_reference"] = f"{reference}-{self._playing}"
        for name in facts.keys() & OTHER_CASES:
            facts[name] = self._cases.get(str(facts[name]), facts[name])
        return facts

    async def _read_record(self, who: str, verb: Verb, case_id: str) -> Record:
        """The record that a verb changes; the decision with which its step was opened goes into the history."""
        record = await read_record(self._people[who], verb, case_id)
        events = self.follower.events_of(case_id)
        event = last_event(events, record.decision_event) if record.decision_event else None
        if event and record.decision:
            self._decisions[event.position] = record.decision
        return record

    def _check_answer(self, step: Step, answer: Message, decision: Decision) -> None:
        """Compare the answer with what was expected. Raises UnexpectedError where they differ."""
        expected = step.expected
        if expected.refused:
            raise self._unexpected(step, f"done; it was expected to be refused with {expected.refused}")
        self._check_decision(step, decision)
        for name, value in expected.answer.items():
            actual = _as_in_example(attrgetter(name)(answer))
            if actual != value:
                raise self._unexpected(step, f"answered with {name} {actual}, not {value}")

    def _check_decision(self, step: Step, decision: Decision) -> None:
        expected = step.expected
        verdict = verdict_of(decision.verdict)
        if expected.verdict and verdict != expected.verdict:
            raise self._unexpected(step, f"decided as {verdict}, not {expected.verdict}{_reasons(decision)}")
        for rule, expected_verdict in expected.rules.items():
            verdicts = [verdict_of(finding.verdict) for finding in decision.findings if finding.rule == rule]
            actual = verdict_of_all(each for each in verdicts if each) if verdicts else "silent"
            if actual != expected_verdict:
                raise self._unexpected(
                    step, f"decided with {rule} {actual}, not {expected_verdict}{_reasons(decision)}"
                )

    async def _wait_for_event(self, step: Step, position: int) -> Event:
        """The event that reports the step, once the feed has it."""
        kind = step.verb.event

        def has_event(events: Sequence[Event]) -> bool:
            event = last_event(events, kind)
            return event is not None and event.position > position

        what = f"{self._place(step)}: {kind.TYPE} to be in the feed"
        events = await self.follower.wait_until(self._cases[step.case], has_event, what, self.patience)
        return next(event for event in events if event.type == kind.TYPE and event.position > position)

    async def _play_ending(self) -> PlayedExample:
        """Wait until the case is where it should be, and compare. Raises UnexpectedError or StuckError."""
        events = await self._wait_for_ending()
        last = last_event(events, ENDINGS[self.example.expected.ending])
        payload = payload_of(last) if last else None
        for name, value in self.example.expected.says.items():
            actual = getattr(payload, name)
            if actual != value:
                raise UnexpectedError(f"{self.example.file}: at the end {name} is {actual}, not {value}.")
        if isinstance(payload, LifeOpened):
            await self._read_record(next(iter(self._people)), REVIEW, self._case_id)
        return PlayedExample(self.example, self._history(events), stages_entered(events))

    async def _wait_for_ending(self) -> Sequence[Event]:
        expected = self.example.expected
        kind = ENDINGS[expected.ending]
        return await self.follower.wait_until_entered(
            self._case_id,
            lambda events: stages_entered(events) == expected.stages and last_event(events, kind) is not None,
            f"{self.example.name} to be {expected.ending}, having entered {', '.join(expected.stages)}",
            self.patience,
        )

    def _history(self, events: Sequence[Event]) -> CaseHistory:
        return CaseHistory(
            title=f"{self.example.name}: {self.example.title}",
            case_id=self._case_id,
            events=tuple(events),
            decisions=self._decisions,
            refusals=self._refusals,
        )

    def _last_position(self, step: Step) -> int:
        events = self.follower.events_of(self._cases.get(step.case, ""))
        return events[-1].position if events else 0

    def _place(self, step: Step) -> str:
        return f"{self.example.file}:{step.line}"

    def _unexpected(self, step: Step, how: str) -> UnexpectedError:
        how = how.removesuffix(".")  # a detail is a sentence already
        return UnexpectedError(f"{self._place(step)}: {step.who} {step.verb.words}: it was {how}.")


def _as_in_example(value: object) -> Fact:
    """A field of an answer as an example writes it."""
    return [str(item) for item in value] if isinstance(value, MutableSequence) else str(value)


def _reasons(decision: Decision) -> str:
    """The findings that are not met, a line each."""
    adverse = [f"{finding.rule}: {finding.because}" for finding in decision.findings if finding.verdict != VERDICT_MET]
    return "".join(f"\n    {reason}" for reason in adverse)
