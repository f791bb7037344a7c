"""Reading the facts that a decision declares."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from sevensteps.policy.model.facts import Fact, words_in
from sevensteps.policy.model.given import Collection, Declared
from sevensteps.policy.packs.source import Problems, Section, each_of

Settings = Callable[[str, Section], object]
"""What `$name` stands for, and where it was written."""


def read_declared(section: Section, setting: Settings, problems: Problems) -> Declared:
    """The declared facts and collections of a decision. A declaration that cannot be used is a problem.

    It stands for a fact without options or bounds all the same, so that what looks at it is not refused for it.
    """
    case: dict[str, Fact] = {}
    collections: dict[str, Collection] = {}
    for name, body in section.named("facts"):
        if "each" in body:
            bare = {fact: _bare(fact, inner) for fact, inner in body.named("each")}
            collections[name] = Collection(name, {"item": Fact("item", "word"), **bare})
            with problems.noted():
                collections[name] = _collection(name, body, setting)
        else:
            case[name] = _bare(name, body)
            with problems.noted():
                case[name] = read_fact(name, body, setting)
    return Declared(case, collections)


def _bare(name: str, body: Section) -> Fact:
    type_ = body.text("type")
    return Fact(name, "word" if type_ == "choice" else type_)


def read_fact(name: str, body: Section, setting: Settings) -> Fact:
    """One declared fact. An amount or number is not less than nothing, unless its declaration says so."""
    fact = Fact(
        name, body.text("type"), body.text("question"), body.text("unit"),
        options=_words(body, "options", setting), hints=_words(body, "hints", setting),
        none_if_absent=body.text("if absent") == "none",
    )  # fmt: skip
    if not all(words_in(hint) for hint in fact.hints):
        raise body.problem(name, "hints: words with letters; without any, one is never found in a text")
    lowest = 0 if fact.type in ("money", "whole number") else None
    return replace(fact, lowest=_bound(fact, body, "lowest", lowest), highest=_bound(fact, body, "highest", None))


def _bound(fact: Fact, body: Section, key: str, otherwise: int | None) -> int | None:
    if key not in body:
        return otherwise
    value = fact.constant(body[key])
    if not isinstance(value, int):
        raise body.problem(fact.name, f"{key}: {fact.expected}")
    return value


def _words(body: Section, key: str, setting: Settings) -> tuple[str, ...]:
    written = body.get(key, [])
    if isinstance(written, str) and written.startswith("$"):
        written = setting(written[1:], body)
    if isinstance(written, str) or not isinstance(written, Sequence):
        raise body.problem(key, "a list of words, or a parameter that is one")
    return tuple(str(word) for word in written)


def _collection(name: str, body: Section, setting: Settings) -> Collection:
    facts = dict(each_of(body.named("each"), lambda each: (each[0], read_fact(*each, setting))))
    as_words = body.text("listed as") == "words"
    if as_words:
        facts["item"] = Fact("item", "word", "Which of them is it?")
    return Collection(
        name,
        facts,
        items=_words(body, "items", setting),
        words=as_words,
        options=_words(body, "options", setting),
        may_be_not_applicable=frozenset(_words(body, "may be not applicable", setting)),
        none_if_absent=body.text("if absent") == "none",
    )
