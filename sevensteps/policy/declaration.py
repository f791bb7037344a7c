"""Reading the facts that a decision declares."""

from collections.abc import Callable

from sevensteps.policy.facts import EXPECTED, Collection, Declared, Fact
from sevensteps.policy.source import Section

Settings = Callable[[str, Section], object]


def read_declared(section: Section, setting: Settings) -> Declared:
    """The declared facts and collections of a decision.

    Raises:
        PackRefusedError: a declaration that cannot be used.
    """
    facts = section.get("facts")
    if not isinstance(facts, Section):
        raise section.problem("facts", "a mapping of declared facts")
    case: dict[str, Fact] = {}
    collections: dict[str, Collection] = {}
    for name, body in facts.items():
        if not isinstance(body, Section):
            raise facts.problem(name, "a mapping")
        if "each" in body:
            collections[name] = _collection(name, body, setting)
        else:
            case[name] = read_fact(name, body, setting)
    return Declared(case, collections)


def read_fact(name: str, body: Section, setting: Settings) -> Fact:
    """One declared fact."""
    type_ = body.get("type")
    if not isinstance(type_, str) or type_ not in EXPECTED:
        raise body.problem(name, f"a type out of {', '.join(EXPECTED)}")
    plain = Fact(
        name,
        type_,
        str(body.get("question", "")),
        str(body.get("unit", "")),
        _texts(body, "options", setting),
        hints=_texts(body, "hints", setting),
    )
    low, high = (_bound(plain, body, key) for key in ("lowest", "highest"))
    if low is None and type_ in ("money", "whole number"):
        low = 0
    return Fact(
        name, type_, plain.question, plain.unit, plain.options, low, high, plain.hints, body.get("if absent") == "none"
    )


def _bound(fact: Fact, body: Section, key: str) -> int | None:
    if key not in body:
        return None
    value = fact.constant(body[key])
    if not isinstance(value, int):
        raise body.problem(fact.name, f"{key}: {fact.expected}")
    return value


def _texts(body: Section, key: str, setting: Settings) -> tuple[str, ...]:
    written = body.get(key, [])
    if isinstance(written, str) and written.startswith("$"):
        written = setting(written[1:], body)
    if not isinstance(written, list | tuple):
        raise body.problem(key, "a list of words, or a parameter")
    return tuple(str(entry) for entry in written)


def _collection(name: str, body: Section, setting: Settings) -> Collection:
    each = body["each"]
    if not isinstance(each, Section):
        raise body.problem(name, "each: a mapping of declared facts")
    facts: dict[str, Fact] = {}
    for fact, declared in each.items():
        if not isinstance(declared, Section):
            raise each.problem(fact, "a mapping")
        facts[fact] = read_fact(fact, declared, setting)
    if body.get("listed as") == "words":
        facts["item"] = Fact("item", "word", "Which of them it is")
    return Collection(
        name,
        facts,
        _texts(body, "items", setting),
        body.get("listed as") == "words",
        _texts(body, "options", setting),
        frozenset(_texts(body, "may be not applicable", setting)),
        body.get("if absent") == "none",
    )
