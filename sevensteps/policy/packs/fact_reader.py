"""Reading the facts that a decision declares."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from sevensteps.policy.model.declared_facts import Collection, DeclaredFacts
from sevensteps.policy.model.facts import Fact, words_in
from sevensteps.policy.packs.problems import Problems, read_each
from sevensteps.policy.packs.source import Section

ParameterLookup = Callable[[str, Section], object]
"""The value of a parameter by its name; the section is where it is named, for an error."""


def read_declared_facts(section: Section, parameter: ParameterLookup, problems: Problems) -> DeclaredFacts:
    """The declared facts and collections of a decision.

    A declaration that is refused is added to `problems`. It still counts as a fact without options or bounds, so that
    rules which test it are not refused as well.
    """
    case: dict[str, Fact] = {}
    collections: dict[str, Collection] = {}
    for name, body in section.named("facts"):
        if "each" in body:
            bare = {fact: _bare(fact, inner) for fact, inner in body.named("each")}
            collections[name] = Collection(name, {"item": Fact("item", "word"), **bare})
            with problems.collected():
                collections[name] = _collection(name, body, parameter)
        else:
            case[name] = _bare(name, body)
            with problems.collected():
                case[name] = read_fact(name, body, parameter)
    return DeclaredFacts(case, collections)


def _bare(name: str, body: Section) -> Fact:
    type_ = body.text("type")
    return Fact(name, "word" if type_ == "choice" else type_)


def read_fact(name: str, body: Section, parameter: ParameterLookup) -> Fact:
    """One declared fact. An amount or number is 0 or more, unless its declaration says otherwise."""
    fact = Fact(
        name, body.text("type"), body.text("question"), body.text("unit"),
        options=_words(body, "options", parameter), hints=_words(body, "hints", parameter),
        none_if_absent=body.text("if absent") == "none",
    )  # fmt: skip
    if not all(words_in(hint) for hint in fact.hints):
        raise body.problem(name, "hints: words with letters; a hint without letters never occurs in a text")
    lowest = 0 if fact.type in ("money", "whole number") else None
    return replace(fact, lowest=_bound(fact, body, "lowest", lowest), highest=_bound(fact, body, "highest", None))


def _bound(fact: Fact, body: Section, key: str, otherwise: int | None) -> int | None:
    if key not in body:
        return otherwise
    value = fact.constant(body[key])
    if not isinstance(value, int):
        raise body.problem(fact.name, f"{key}: {fact.expected}")
    return value


def _words(body: Section, key: str, parameter: ParameterLookup) -> tuple[str, ...]:
    written = body.get(key, [])
    if isinstance(written, str) and written.startswith("$"):
        written = parameter(written[1:], body)
    if isinstance(written, str) or not isinstance(written, Sequence):
        raise body.problem(key, "a list of words, or a parameter that is one")
    return tuple(str(word) for word in written)


def _collection(name: str, body: Section, parameter: ParameterLookup) -> Collection:
    facts = dict(read_each(body.named("each"), lambda each: (each[0], read_fact(*each, parameter))))
    as_words = body.text("listed as") == "words"
    if as_words:
        facts["item"] = Fact("item", "word", "Which of them is it?")
    return Collection(
        name,
        facts,
        items=_words(body, "items", parameter),
        words=as_words,
        options=_words(body, "options", parameter),
        may_be_not_applicable=frozenset(_words(body, "may be not applicable", parameter)),
        none_if_absent=body.text("if absent") == "none",
    )
