"""`sevensteps policy decide`: a decision in words or as JSON, and what would change it."""

import typer

from sevensteps import clock
from sevensteps.policy import Decision, Verdict
from sevensteps.policy.model.declared_facts import NOT_APPLICABLE
from sevensteps.policy.model.values_in_words import plain
from sevensteps.policy.model.verdict import Json
from sevensteps.policy.packs.answer_words import AnswerWords
from sevensteps.policy.why_not.search import Change, WhyNot


def decision_json(decided: Decision, changes: WhyNot | None) -> dict[str, Json]:
    """A decision for programs; `changes` are what would change it, None where nobody asked."""
    answer: dict[str, Json] = decided.as_dict()
    if changes is not None:
        sets: list[Json] = [[_change_json(change) for change in one_set] for one_set in changes.sets]
        answer |= {"why_not": sets, "why_not_all_tried": changes.all_tried}
    return answer


def _change_json(change: Change) -> Json:
    return {"fact": change.fact, "from": change.was, "to": change.becomes}


def print_decision(decided: Decision, given: dict[str, Json], changes: WhyNot | None, words: AnswerWords) -> None:
    """Print a decision for people, in the words of its pack. `given` are the facts as they were given."""
    from_pack = f"(pack {decided.pack}, {clock.day_in_words(decided.on)}, {decided.hash[:12]})"
    typer.echo(f"{decided.decision}: {words.answer(decided.verdict)}  {from_pack}")
    for name, value in decided.values.items():
        told = words.answer(value, name) if value in list(Verdict) else _value(words, name, value)
        typer.echo(f"  {name}: {told}")
    for finding in decided.findings:
        named = f"{finding.rule} {finding.about}".rstrip()
        typer.echo(f"\n{named}: {plain(finding.verdict)}\n  {finding.because}\n  {finding.reference}")
        facts = {path: _applying(path, value, given) for path, value in finding.facts.items()}
        looked_at = [f"{words.fact(path)}: {_value(words, path, value)}" for path, value in facts.items()]
        typer.echo(f"  Looked at: {'; '.join(looked_at)}")
    if decided.missing:
        typer.echo("\nWhat would settle it:\n" + "\n".join(f"  {words.fact(path)}" for path in decided.missing))
    if changes is not None:
        _print_why_not(changes, words)


def _applying(path: str, value: Json, given: dict[str, Json]) -> Json:
    """The value of a fact in a finding, or that its item does not apply."""
    collection, _, rest = path.partition(".")
    items = given.get(collection)
    applies = not isinstance(items, dict) or items.get(rest.partition(".")[0]) != NOT_APPLICABLE
    return value if applies else NOT_APPLICABLE


def _print_why_not(changes: WhyNot, words: AnswerWords) -> None:
    none = (
        "No change of one or two facts would change it."
        if changes.all_tried
        else "Nothing was found that would change it."
    )
    typer.echo("\nWhat would change it:" if changes.sets else f"\n{none}")
    for one_set in changes.sets:
        typer.echo(f"  {' and '.join(_changed(change, words) for change in one_set)}")
    if not changes.all_tried:
        typer.echo("There are so many possible changes that not all of them were tried.")


def _changed(change: Change, words: AnswerWords) -> str:
    """A change in words; of a list, the words that are taken from it and added to it."""
    fact = words.fact(change.fact)
    if not isinstance(change.becomes, list):
        was, becomes = (_value(words, change.fact, value) for value in (change.was, change.becomes))
        return f"{fact}: from {was} to {becomes}"
    was_in = change.was if isinstance(change.was, list) else []
    taken = ", ".join(plain(str(word)) for word in was_in if word not in change.becomes)
    added = ", ".join(plain(str(word)) for word in change.becomes if word not in was_in)
    changed = " and ".join([*([f"without {taken}"] if taken else []), *([f"with {added}"] if added else [])])
    return f"{fact}: {changed or 'known to be empty'}"


def _value(words: AnswerWords, path: str, value: Json) -> str:
    """A value in words; of a fact that nobody gave, that it is not given."""
    return "not given" if value is None else words.value(path, value)
