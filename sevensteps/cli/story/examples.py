"""Examples: cases written down as files, each with the story of what people do and what is expected to come of it.

A file names its people and their roles, tells the story in steps ("amy proposes a determination: …"), and says how it
ends. Everything is checked before anything is started.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from difflib import get_close_matches
from pathlib import Path
from typing import get_type_hints

from sevensteps.cli.story.facts import Fact, day, facts_for
from sevensteps.cli.story.marked_yaml import Part, WrongFileError
from sevensteps.cli.story.verbs import OPENS_A_CASE, VERBS, Verb
from sevensteps.events import CaseEnded, LifeOpened, Payload
from sevensteps.identity.actor import Role
from sevensteps.identity.rights import PEOPLE
from sevensteps.policy.model.verdict import Verdict
from sevensteps.steps import Stage

FOLDER = Path(__file__).resolve().parents[3] / "examples"
PARTS = ("title", "about", "people", "story", "expect")
ENDINGS: Mapping[str, type[Payload]] = {"living": LifeOpened, "ended": CaseEnded}
"""How an example ends, and the event that says so."""


class WrongExamplesError(Exception):
    """Examples that cannot be played: what is wrong with each file, file and line first."""

    def __init__(self, wrong: Iterable[WrongFileError]) -> None:
        """One for every file that is wrong."""
        super().__init__("\n".join(str(each) for each in wrong))


@dataclass(frozen=True, slots=True)
class Expected:
    """What is expected of a step: that it is refused, or what its answer says."""

    refused: str = ""
    """The reason of the refusal, for example STAGE_ORDER."""
    verdict: str = ""
    rules: Mapping[str, str] = field(default_factory=dict)
    """The verdict of single rules, by rule."""
    answer: Mapping[str, Fact] = field(default_factory=dict)
    """Fields of the answer."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that one person does, with its facts as the call takes them."""

    line: int
    who: str
    verb: Verb
    facts: Mapping[str, Fact]
    expected: Expected


@dataclass(frozen=True, slots=True)
class Ending:
    """How an example is expected to end: the steps entered in their order, and what the last event says."""

    ending: str
    stages: tuple[Stage, ...]
    says: Mapping[str, Fact]


@dataclass(frozen=True, slots=True)
class Example:
    """A case to play. `name` is the file's, without its suffix."""

    name: str
    file: Path
    title: str
    about: str
    people: Mapping[str, frozenset[Role]]
    story: tuple[Step, ...]
    expected: Ending


def load(files: Iterable[Path], today: date) -> list[Example]:
    """Read examples; dates such as "in 6 weeks" are counted from `today`.

    Raises WrongExamplesError when any of them is wrong.
    """
    examples: list[Example] = []
    wrong: list[WrongFileError] = []
    for file in files:
        try:
            examples.append(_example(file, today))
        except WrongFileError as error:
            wrong.append(error)
    if wrong:
        raise WrongExamplesError(wrong)
    return examples


def _example(file: Path, today: date) -> Example:
    parts = Part.read(file).fields("an example", PARTS, needed=PARTS)
    people = {who.text("who"): _roles(roles) for who, roles in parts["people"].entries("people and their roles")}
    story = tuple(_step(part, people.keys(), today) for part in parts["story"].items("steps"))
    if not story or story[0].verb is not OPENS_A_CASE:
        raise parts["story"].wrong(f"a first step in which somebody {OPENS_A_CASE.words}")
    return Example(
        name=file.stem,
        file=file,
        title=parts["title"].text("a title"),
        about=parts["about"].text("a few sentences on the person's situation"),
        people=people,
        story=story,
        expected=_ending(parts["expect"], today),
    )


def _roles(part: Part) -> frozenset[Role]:
    words = tuple(sorted(PEOPLE))
    given = part.items("roles") if part.is_list else [part]
    return frozenset(Role(each.among("a role", words)) for each in given)


def _step(part: Part, people: Iterable[str], today: date) -> Step:
    said = facts = expected = None
    for key, value in part.entries("a step"):
        if key.text("who does what") == "expect":
            expected = value
        elif said is None:
            said, facts = key, value
        else:
            raise key.wrong("one thing that one person does in each step; begin a new step with `- `")
    if said is None or facts is None:
        raise part.wrong("who does what, for example `- amy opens a case:`")
    who, verb = _who_does_what(said, people)
    return Step(
        line=said.line,
        who=who,
        verb=verb,
        facts=facts_for(verb.request, facts, f"`{verb.words}`", today),
        expected=_expected(expected, verb) if expected else Expected(),
    )


def _who_does_what(said: Part, people: Iterable[str]) -> tuple[str, Verb]:
    sentence = said.text("who does what")
    who, _, words = sentence.partition(" ")
    if who not in people:
        raise said.wrong(f"one of the people of this example ({', '.join(people)}), not {who}")
    if words in VERBS:
        return who, VERBS[words]
    near = get_close_matches(words, VERBS, n=1)
    hint = f"; did you mean `{near[0]}`?" if near else ""
    raise said.wrong(f"something that people do ({', '.join(VERBS)}), not `{words}`{hint}")


def _expected(part: Part, verb: Verb) -> Expected:
    of_answer = tuple(name for name, each in verb.answer.fields_by_name.items() if each.message_type is None)
    of_decision = ("verdict", "rules") if verb.decision else ()
    parts = part.fields(f"what is expected when somebody {verb.words}", ("refused", *of_decision, *of_answer))
    verdicts = tuple(Verdict)
    rules = parts["rules"].entries("rules and their verdicts") if "rules" in parts else ()
    return Expected(
        refused=parts["refused"].text("the reason of the refusal, such as STAGE_ORDER") if "refused" in parts else "",
        verdict=parts["verdict"].among("a verdict", verdicts) if "verdict" in parts else "",
        rules={rule.text("a rule"): verdict.among("a verdict", verdicts) for rule, verdict in rules},
        answer={
            name: [item.text("text") for item in value.items(name)] if value.is_list else value.text(name)
            for name, value in parts.items()
            if name in of_answer
        },
    )


def _ending(part: Part, today: date) -> Ending:
    parts = part.fields("what is expected", ("ending", "stages", "says"), needed=("ending", "stages"))
    ending = parts["ending"].among("an ending", tuple(ENDINGS))
    stages = parts["stages"].items("the steps in the order in which they are entered")
    return Ending(
        ending=ending,
        stages=tuple(Stage(each.among("a step", tuple(Stage))) for each in stages),
        says=_said(parts["says"], ENDINGS[ending], today) if "says" in parts else {},
    )


def _said(part: Part, payload: type[Payload], today: date) -> dict[str, Fact]:
    types = get_type_hints(payload)
    known = tuple(each.name for each in fields(payload))
    said: dict[str, Fact] = {}
    for name, value in part.fields(f"what {payload.TYPE} says", known).items():
        if types[name] is int:
            said[name] = value.whole_number()
        elif name.endswith("_due"):
            said[name] = day(value, today).isoformat()
        else:
            said[name] = value.text(name)
    return said
