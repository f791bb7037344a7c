"""What is wrong with a letter before anybody gets it: names without a value, branches without an example, hard words.

An example is a set of values that might be; a letter is right when it can be filled in with each, and each of its
branches is taken by one.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, is_dataclass
from datetime import date
from typing import get_args, get_origin, get_type_hints

from jinja2 import nodes

from sevensteps.letters.blocks import LINE_BREAK, Block, BlockKind
from sevensteps.letters.kinds import VALUES, Sender, Values
from sevensteps.letters.letter import Letter, LetterRefusedError, compiled, context_of, parsed, rendered
from sevensteps.plain_english import HARDEST, LONGEST_SENTENCE, grade, sentences, words

REACHED = "reached"
"""What a letter calls when it takes a branch, while it is tried."""
FEWEST_WORDS = 8
"""Words of a paragraph below which its grade says nothing."""
ENGLISH = "en"
SENDERS = (
    Sender("Example Council", "case-000000000000", date(2026, 6, 1)),
    Sender(
        council="Example Council",
        case_id="case-000000000000",
        written_on=date(2026, 6, 1),
        contact="Adult social care",
        telephone="01632 960000",
        email="care@council.example",
        web="https://council.example/care",
        hours="Monday to Friday, 9.00 to 17.00",
    ),
)
"""Every example is tried with a council that says how to reach it, and with one that does not."""
_MARKS = re.compile(r"\{%.*?%\}|!\[.*?\]\(.*?\)|^## |^- |\[\[|\]\]")
_VALUE = re.compile(r"\{\{.*?\}\}")


@dataclass(frozen=True, slots=True)
class Flaw:
    """Something wrong in a letter: on which line, and what was expected there."""

    line: int
    expected: str


@dataclass(slots=True)
class _Names:
    """Looks for what the names in a letter stand for."""

    flaws: list[Flaw] = field(default_factory=list)

    def look_in(self, body: Sequence[nodes.Node], known: Mapping[str, object]) -> None:
        """Note every name that stands for nothing; `known` are those that do, each with its type."""
        for node in body:
            if isinstance(node, nodes.For):
                item = self._item_of(node, known)
                target = node.target.name if isinstance(node.target, nodes.Name) else ""
                self.look_in(node.body, {**known, target: item})
                self.look_in(node.else_, known)
            elif isinstance(node, nodes.If):
                self.look_in([node.test], known)
                self.look_in([*node.body, *node.elif_, *node.else_], known)
            elif isinstance(node, nodes.Name | nodes.Getattr):
                self._type_of(node, known)
            else:
                self.look_in(list(node.iter_child_nodes()), known)

    def _item_of(self, node: nodes.For, known: Mapping[str, object]) -> object:
        listed = self._type_of(node.iter, known)
        if get_origin(listed) is tuple:
            return get_args(listed)[0]
        if listed is not None:
            self.flaws.append(Flaw(node.lineno, "a list to go through"))
        return None

    def _type_of(self, node: nodes.Node, known: Mapping[str, object]) -> object:
        if isinstance(node, nodes.Name) and node.name in known:
            return known[node.name]
        if isinstance(node, nodes.Getattr):
            found = _names_of(self._type_of(node.node, known)).get(node.attr)
            if found is None:
                self.flaws.append(Flaw(node.lineno, f"a name that has a value; {node.attr} has none there"))
            return found
        name = node.name if isinstance(node, nodes.Name) else type(node).__name__.lower()
        self.flaws.append(Flaw(node.lineno, f"one of {', '.join(sorted(known))}; {name} has no value in this letter"))
        return None


def _names_of(kind: object) -> Mapping[str, object]:
    """What a value has by name, with the type of each."""
    return get_type_hints(kind) if isinstance(kind, type) and is_dataclass(kind) else {}


def unknown_names(letter: Letter) -> list[Flaw]:
    """The names in a letter that nothing stands for in its kind, and loops over what is no list."""
    known = {**_names_of(Sender), **_names_of(VALUES[letter.kind])}
    names = _Names()
    names.look_in(parsed(letter.source).body, {name: of for name, of in known.items() if name.islower()})
    return names.flaws


def branches_not_shown(letter: Letter, examples: Sequence[Values]) -> Iterator[Flaw]:
    """The branches of a letter that none of the examples takes. Raises a LetterRefusedError as filling it in does."""
    tree = parsed(letter.source)
    branches = list(_marked(tree))
    code, taken = compiled(tree), set[int]()
    for values in examples:
        for sender in SENDERS:
            rendered(code, {**context_of(sender, values), REACHED: taken.add})
    for number, branch in enumerate(branches):
        if number not in taken:
            yield branch


def _marked(tree: nodes.Template) -> Iterator[Flaw]:
    """Mark every branch with its number, so that taking it is noted; tells of each which example would show it."""
    ways = [way for node in tree.find_all((nodes.If, nodes.For)) for way in _ways(node, tree)]
    for number, (node, body, shows) in enumerate(ways):
        body.insert(0, _note(number, node.lineno))
        yield Flaw(node.lineno, f"an example in which {shows}; there is none")


def _ways(node: nodes.Node, tree: nodes.Template) -> Iterator[tuple[nodes.Node, list[nodes.Node], str]]:
    """The ways on from a node: what each leads to, and what an example has that takes it."""
    if isinstance(node, nodes.For):
        yield node, node.body, "this list has an entry"
        if node.else_:
            yield node, node.else_, "this list is empty"
    elif isinstance(node, nodes.If):
        yield node, node.body, "this is so"
        if not any(node in other.elif_ for other in tree.find_all(nodes.If)):
            yield node, node.else_, "this is not so, nor what follows it"


def _note(number: int, line: int) -> nodes.Node:
    call = nodes.Call(nodes.Name(REACHED, "load"), [nodes.Const(number)], [], None, None)
    return nodes.ExprStmt(call).set_lineno(line)


def too_hard(letter: Letter, examples: Sequence[Values]) -> Iterator[Flaw]:
    """Where a letter in English is harder to read than grade 8, by itself and with what it is filled in with."""
    if letter.language.partition("-")[0] != ENGLISH:
        return
    yield from _hard_lines(letter.source)
    for number, values in enumerate(examples, start=1):
        told = _read_aloud(letter.fill_in(SENDERS[1], values))
        if (found := grade(told)) > HARDEST:
            yield Flaw(1, f"grade {HARDEST:.0f} or less when it is read; it is {found:.1f} in example {number}")


def _hard_lines(source: str) -> Iterator[Flaw]:
    for line, text in enumerate(source.split("\n"), start=1):
        own = _VALUE.sub("this", _MARKS.sub("", text))
        longest = max((len(words(sentence)) for sentence in sentences(own)), default=0)
        if longest > LONGEST_SENTENCE:
            yield Flaw(line, f"sentences of at most {LONGEST_SENTENCE} words; here is one of {longest}")
        elif len(words(own)) >= FEWEST_WORDS and (found := grade(own)) > HARDEST:
            yield Flaw(line, f"grade {HARDEST:.0f} or less when it is read; it is {found:.1f}")


def _read_aloud(content: Sequence[Block]) -> str:
    return "\n".join(block.text.replace(LINE_BREAK, "\n") for block in content if block.kind is not BlockKind.PICTURE)


def flaws(letter: Letter, examples: Sequence[Values]) -> list[Flaw]:
    """Everything that is wrong with a letter; where it cannot be filled in, no more than that."""
    found = unknown_names(letter)
    if found:
        return found
    try:
        return [*branches_not_shown(letter, examples), *too_hard(letter, examples)]
    except LetterRefusedError as refused:
        return [Flaw(refused.line, refused.expected)]
