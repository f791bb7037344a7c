"""Whether the fact to which an answer speaks is there, and is of the answer's type."""

from collections.abc import Mapping

from sevensteps.policy.model.declared_facts import Collection, DeclaredFacts
from sevensteps.policy.model.facts import Fact
from sevensteps.policy.model.question import Question, QuestionType, SpeaksTo
from sevensteps.policy.packs.problems import did_you_mean

ALIKE: Mapping[QuestionType, tuple[str, ...]] = {
    QuestionType.YES_NO: ("boolean",),
    QuestionType.ONE_OF: ("boolean", "choice", "word"),
    QuestionType.SOME_OF: ("boolean", "words"),
    QuestionType.NUMBER: ("whole number",),
    QuestionType.MONEY: ("money",),
    QuestionType.DAY: ("date",),
    QuestionType.TEXT: ("narrative",),
}
"""The types of facts to which an answer can speak, by the type of its question."""


def trouble_with(declared: DeclaredFacts, question: Question, speaks: SpeaksTo) -> str:
    """What was expected instead of what an answer speaks to; empty where it is as it has to be."""
    if speaks.fact in declared.case:
        return _unlike(declared.case[speaks.fact], question, speaks)
    name, _, rest = speaks.fact.partition(".")
    collection = declared.collections.get(name)
    if collection is None:
        known = [*declared.case, *declared.collections]
        return f"a fact of the decision {speaks.decision}; {speaks.fact} is not one{did_you_mean(speaks.fact, known)}"
    if collection.words and not rest:
        listed = Fact(name, "words", options=collection.options)
        return _unlike(listed, question, speaks)
    return _inside(collection, rest, question, speaks)


def _inside(collection: Collection, path: str, question: Question, speaks: SpeaksTo) -> str:
    """As `trouble_with`, of a fact of one item, or of an item that may be not applicable."""
    item, _, limb = path.partition(".")
    what = "an outcome" if collection.name == "outcomes" else f"one of {collection.name}"
    if item not in collection.items:
        return f"{what}; {item or 'none'} is not one{did_you_mean(item, collection.items)}"
    if not limb:
        may = item in collection.may_be_not_applicable and speaks.not_applicable_where
        return "" if may else f"one of {', '.join(collection.facts)} of {item}, or not applicable where it may be"
    if limb not in collection.facts:
        which = "a limb" if collection.name == "outcomes" else "a fact"
        return f"{which} of {item}; {limb} is not one{did_you_mean(limb, collection.facts)}"
    return _unlike(collection.facts[limb], question, speaks)


def _unlike(fact: Fact, question: Question, speaks: SpeaksTo) -> str:
    if fact.type not in ALIKE[question.type]:
        return f"a question whose answer is a {fact.type}, as {speaks.fact} is; a {question.type} is none"
    where = bool(speaks.yes_where or speaks.no_where)
    if (fact.type == "boolean") != where:
        if where:
            return f"no yes where and no where; {speaks.fact} is a {fact.type}"
        return f"yes where, no where: the answers by which {speaks.fact} is yes or no"
    if speaks.adds and fact.type not in ("money", "whole number"):
        return f"adds: only to an amount or a number; {speaks.fact} is a {fact.type}"
    if speaks.not_applicable_where:
        return f"not applicable where: only of an item that may be not applicable; {speaks.fact} is a fact"
    if fact.options and fact.type != "boolean":
        others = [option.id for option in question.options if option.id not in fact.options and not option.unknown]
        return f"options of {speaks.fact}, {', '.join(fact.options)}; {', '.join(others)} is not one" if others else ""
    return ""
