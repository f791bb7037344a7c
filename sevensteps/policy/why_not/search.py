"""Why not? The smallest sets of facts that, were they otherwise, would turn the verdict."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sevensteps.policy.evaluation.decider import Decider
from sevensteps.policy.evaluation.plain import Truths
from sevensteps.policy.evaluation.wording import said
from sevensteps.policy.model.facts import Value
from sevensteps.policy.model.given import NOT_APPLICABLE, Known
from sevensteps.policy.model.sums import work_out
from sevensteps.policy.model.verdict import Json, Verdict
from sevensteps.policy.why_not.alternatives import ANOTHER, Alternatives, at, otherwise
from sevensteps.policy.why_not.influence import Influence, Place

MOST_ASKED = 3_000_000
"""So many times a rule is asked of something before the search ends: some seconds."""

Trial = tuple[Place, Value]


@dataclass(frozen=True, slots=True)
class Change:
    """One fact, what it is and what it would have to be: None where it is not given, the words of a list."""

    fact: str
    was: Json
    becomes: Json


@dataclass(frozen=True, slots=True)
class Turning:
    """The sets of changed facts that turn a verdict, and whether all sets were tried before the search ended."""

    sets: tuple[tuple[Change, ...], ...]
    all_tried: bool


class _EnoughError(Exception):
    """As much was tried as may be."""


def turning_changes(decider: Decider, facts: Mapping[str, Json]) -> Turning:
    """The sets of one and of two changed facts that turn the verdict: into met, or a met one into something else.

    Lists of words are tried with one word more or less, within their options; numbers where a rule begins to come out
    otherwise. No set contains a smaller one. Of several values of a fact that would do, the nearest is given. Raises a
    Fault as `decide` does.
    """
    search = _Search(decider, decider.known(facts))
    try:
        search.run()
    except _EnoughError:
        all_tried = False
    else:
        all_tried = True
    sets = [tuple(_change(decider, search.known, facts, trial) for trial in trials) for trials in search.found.values()]
    return Turning(tuple(sets), all_tried)


class _Search:
    """Tries one change after the other, then two at once; `found` are those that turn the verdict, by their places."""

    def __init__(self, decider: Decider, known: Known) -> None:
        self.known = known
        self.found: dict[frozenset[Place], tuple[Trial, ...]] = {}
        truths = decider.plain.truths(known)
        self._decider, self._asked, self._each = decider, 0, len(truths)
        met = decider.plain_verdict(known) is Verdict.MET
        self._sought = {Verdict.NOT_MET, Verdict.NEEDS_JUDGEMENT} if met else {Verdict.MET}
        behind = Influence(decider.ruling, known).behind_each()
        self._behind = frozenset(behind.values())
        rules = {rule.id: rule for rule in decider.ruling.rules if not rule.advisory}
        self._not_met = frozenset(
            behind[id_, item]
            for (id_, item), truth in truths.items()
            if id_ in rules and said(rules[id_], truth) is not Verdict.MET
        )
        self._alternatives = Alternatives(decider.ruling, known, self._truths)
        concerned = frozenset().union(*self._behind)
        self._places = [place for place in self._alternatives.places() if place in concerned]

    def run(self) -> None:
        """Fill `found`. Raises _EnoughError where not all can be tried."""
        for place in sorted(self._places, key=self._alternatives.is_number):
            if all(place in behind for behind in self._not_met):
                self._try_alone(place)
        for one, other in self._pairs():
            self._try_together(one, other)

    def _try_alone(self, place: Place) -> None:
        for value in self._alternatives.of(place):
            if self._turned(otherwise(self.known, place, value), (place, value)):
                return
        for value in self._alternatives.with_two_words_otherwise(place):
            if self._turned(otherwise(self.known, place, value), (place, value)):
                return

    def _pairs(self) -> Iterator[tuple[Place, Place]]:
        """The pairs that might do: together they are behind every rule not met, and neither makes no difference.

        Where one alone is behind all of these, the other can only mend what the first breaks.
        """
        numbers = {place for place in self._places if self._alternatives.is_number(place)}
        order = sorted(self._places, key=numbers.__contains__)
        for position, other in enumerate(order):
            mended = frozenset().union(*(behind for behind in self._behind if other in behind))
            for one in order[:position]:
                if frozenset([one]) in self.found or frozenset([other]) in self.found:
                    continue
                both_needed = any(one in behind for behind in self._not_met) and any(
                    other in behind for behind in self._not_met
                )
                if (both_needed or one in mended) and all(one in b or other in b for b in self._not_met):
                    yield one, other

    def _try_together(self, one: Place, other: Place) -> None:
        """A number is looked for anew where the other fact bears on the same rules: it may then have to be another."""
        alternatives = self._alternatives
        together = any(one in behind and other in behind for behind in self._behind)
        anew = together and alternatives.is_number(other)
        marks = alternatives.marks_of(one) if anew and alternatives.is_number(one) else []
        for value in dict.fromkeys([*alternatives.of(one), *marks]):
            changed = otherwise(self.known, one, value)
            for second in alternatives.of_when(other, changed) if anew else alternatives.of(other):
                if self._turned(otherwise(changed, other, second), (one, value), (other, second)):
                    return

    def _turned(self, known: Known, *trials: Trial) -> bool:
        self._count()
        turned = self._decider.plain_verdict(known) in self._sought
        if turned:
            self.found[frozenset(place for place, _ in trials)] = trials
        return turned

    def _truths(self, known: Known) -> Truths:
        self._count()
        work_out(self._decider.ruling.sums, known)
        return self._decider.plain.truths(known)

    def _count(self) -> None:
        self._asked += self._each
        if self._asked > MOST_ASKED:
            raise _EnoughError


def _change(decider: Decider, known: Known, facts: Mapping[str, Json], trial: Trial) -> Change:
    place, value = trial
    scope, item, name = place
    path, was = ".".join(part for part in place if part), at(known, place)
    if not name:
        return Change(path, None if was is None else list(_words(was)), list(_words(value)))
    fact = decider.ruling.facts[scope][name]
    of_items = facts.get(scope)
    if isinstance(of_items, Mapping) and of_items.get(item) == NOT_APPLICABLE:
        return Change(path, NOT_APPLICABLE, fact.json(value))
    if isinstance(value, tuple):
        return Change(path, fact.json(was), list(_words(value)))
    another = f"another {name.rpartition('.')[2].replace('_', ' ')}"
    return Change(path, fact.json(was), another if value == ANOTHER else fact.json(value))


def _words(value: Value) -> Iterator[Json]:
    yield from ("another item" if word == ANOTHER else word for word in value) if isinstance(value, tuple) else ()
