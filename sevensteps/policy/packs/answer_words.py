"""The words in which people read a decision: its answer in the words of its question, its facts by their short names.

They are a way of telling and no part of what was decided. So the pack in the folder tells every decision of its name,
also one that an earlier version made, or that was made before packs had such words.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from sevensteps.policy.model.values_in_words import plain, value_in_words
from sevensteps.policy.model.verdict import Json, Verdict
from sevensteps.policy.packs.form import read_file, read_head
from sevensteps.policy.packs.formats import format_of
from sevensteps.policy.packs.pack import lineage
from sevensteps.policy.packs.problems import PackRefusedError
from sevensteps.policy.packs.source import Section


@dataclass(frozen=True, slots=True)
class AnswerWords:
    """The words of one decision. Without any, verdicts and facts are told by their own names."""

    answers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """The answer to each verdict, of each part; the whole is the part ""."""
    collections: Mapping[str, str] = field(default_factory=dict)
    """The short name of each collection."""
    facts: Mapping[str, str] = field(default_factory=dict)
    """The short name of each fact, by its path without the item."""
    money: frozenset[str] = frozenset()
    """The facts and values that are amounts of money, by the same paths and by their names."""
    rows: Mapping[str, str] = field(default_factory=dict)
    """The sentence of each row of the tables that have no part in the verdict, as on levels of authority."""

    @classmethod
    def of(cls, decision: Section) -> Self:
        """The words that the file of a decision declares."""
        facts: dict[str, Section] = {}
        collections: dict[str, str] = {}
        for path, body in (*decision.named("facts"), *decision.named("derived")):
            if "each" in body:
                collections[path] = body.text("short name", plain(path))
                facts.update({f"{path}.{name}": inner for name, inner in body.named("each")})
            else:
                facts[path] = body
        money = {path for path, body in facts.items() if body.text("type") == "money"}
        money |= {name for name, source in _values(decision) if source.get("fact") in money}
        names = {path: body.text("short name", plain(path.rpartition(".")[2])) for path, body in facts.items()}
        return cls(_answers(decision), collections, names, frozenset(money), _rows(decision))

    def answer(self, verdict: str, part: str = "") -> str:
        """A verdict of the whole decision, or of a part, in the words of the question."""
        told = self.answers.get(part, {}).get(verdict)
        return told or " ".join(filter(None, (plain(part), plain(verdict))))

    def fact(self, path: str) -> str:
        """The short name of a fact, after the item that it is about: "home safe, cannot do it unaided"."""
        collection, item, fact = self._split(path)
        if not collection:
            return self.facts.get(fact, plain(fact))
        if not fact or fact == "item":
            return self.collections[collection]
        return f"{plain(item)}, {self.facts.get(f'{collection}.{fact}', plain(fact))}"

    def value(self, path: str, value: Json) -> str:
        """The value of a fact: amounts with £, dates written out, yes and no."""
        collection, _, fact = self._split(path)
        declared = f"{collection}.{fact}" if collection else fact
        return value_in_words(value, money=declared in self.money)

    def _split(self, path: str) -> tuple[str, str, str]:
        """The collection, the item and the fact of a path; only the fact where it is one of the case."""
        collection, _, rest = path.partition(".")
        return (collection, *rest.partition(".")[::2]) if collection in self.collections else ("", "", path)


def _values(decision: Section) -> Iterator[tuple[str, Section]]:
    """The values that a decision gives from its facts: for itself, and in the rows of its tables."""
    yield from decision.named("values")
    for table in decision.sections("tables"):
        for row in table.sections("rows"):
            yield from row.named("values")


def _rows(decision: Section) -> Mapping[str, str]:
    advisory = (table for table in decision.sections("tables") if table.flag("advisory"))
    return {row.text("row"): row.text("because") for table in advisory for row in table.sections("rows")}


def _answers(decision: Section) -> Mapping[str, Mapping[str, str]]:
    whole = decision.get("answers")
    if not isinstance(whole, Section):
        return {}
    parts = dict(whole.named("parts"))
    return {part: {verdict: words.text(verdict) for verdict in Verdict} for part, words in {"": whole, **parts}.items()}


def read_answer_words(root: Path, pack: str, decision: str) -> AnswerWords:
    """The words of a decision of a pack in a folder of packs; none where it has no such decision or cannot be read."""
    with suppress(PackRefusedError):
        for name in lineage(root, pack):
            path = root / name / "rules" / f"{decision}.yaml"
            if path.exists():
                return AnswerWords.of(read_file(path, root, "rules", format_of(read_head(root, name))))
    return AnswerWords()
