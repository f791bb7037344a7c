"""Checking a pack's letters with their examples: nothing reaches a person that nobody has seen filled in."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import msgspec

from sevensteps.letters.checking import Flaw, flaws
from sevensteps.letters.kinds import VALUES, DocumentKind, Values
from sevensteps.letters.letter import Letter, LetterRefusedError, named, read_letter
from sevensteps.policy.packs.form import read_file
from sevensteps.policy.packs.pack import Pack
from sevensteps.policy.packs.problems import Problem, Problems, did_you_mean
from sevensteps.policy.packs.source import Section, misnamed

FOLDER = "letters"


def check_letters(root: Path, pack: Pack) -> Problems:
    """Every problem of a pack's own letters; `root` has their examples. Those of what it extends are checked there."""
    problems = Problems(misnamed(root / pack.name / FOLDER, root))
    for name, place in pack.letters.items():
        if place.startswith(f"{pack.name}/"):
            problems += _problems_of(root, pack, name, place)
    problems += _examples_of_nothing(root, pack)
    return problems


def examples_of(root: Path, pack: Pack) -> Iterator[tuple[str, list[Values]]]:
    """The examples of each letter of a pack that has no problems, by the letter's name. Raises a PackRefusedError."""
    for name, place in pack.letters.items():
        problems = Problems()
        yield name, _examples(root, pack, name, read_letter(name, pack.files[place]), problems)
        problems.refuse()


def _problems_of(root: Path, pack: Pack, name: str, place: str) -> Iterator[Problem]:
    try:
        letter = read_letter(name, pack.files[place])
    except LetterRefusedError as refused:
        yield Problem(place, refused.line, name, refused.expected)
        return
    problems = Problems()
    with problems.collected():
        examples = _examples(root, pack, name, letter, problems)
        if not problems:
            problems += (_problem(flaw, place, name) for flaw in flaws(letter, examples))
    yield from problems


def _problem(flaw: Flaw, place: str, name: str) -> Problem:
    return Problem(place, flaw.line, name, flaw.expected)


def _examples(root: Path, pack: Pack, name: str, letter: Letter, problems: Problems) -> list[Values]:
    """The examples of a letter: its own, or those of the same letter in the language of the law or in a pack below.

    Raises a PackRefusedError for a file that is not in its form, or not there.
    """
    for each in (pack, *pack.extended()):
        for stem in dict.fromkeys((name, letter.kind.value)):
            path = root / each.name / FOLDER / f"{stem}.yaml"
            if path.exists():
                return list(_values(read_file(path, root, FOLDER), letter.kind, problems))
    problems.append(Problem(f"{pack.name}/{FOLDER}/{name}.yaml", 0, name, "a file with examples; there is none"))
    return []


def _values(content: Section, kind: DocumentKind, problems: Problems) -> Iterator[Values]:
    """The values of each example that can be; a problem for each of the others."""
    if (named(content.text("letter")) or ("", ""))[0] is not kind:
        problems.append(Problem(content.file, content.lines["letter"], "letter", f"the letter {kind}"))
    names = VALUES[kind].__match_args__  # type: ignore[attr-defined]  # every kind is a dataclass
    for example in content.sections("examples"):
        given = example["values"]
        if not isinstance(given, Section):
            continue
        for unknown in sorted(set(given) - set(names)):
            expected = f"one of {', '.join(names)}{did_you_mean(unknown, names)}"
            problems.append(Problem(content.file, given.lines[unknown], unknown, expected))
        try:
            yield msgspec.convert(_plain(given), type=VALUES[kind])
        except msgspec.ValidationError as error:
            problems.append(Problem(content.file, example.line, example.text("name"), f"values of {kind}: {error}"))


def _plain(content: object) -> object:
    """What a file holds without its lines, which is all that can be converted."""
    if isinstance(content, Mapping):
        return {key: _plain(value) for key, value in content.items()}
    return [_plain(value) for value in content] if isinstance(content, list) else content


def _examples_of_nothing(root: Path, pack: Pack) -> Iterator[Problem]:
    for path in sorted((root / pack.name / FOLDER).glob("*.yaml")):
        if path.stem not in pack.letters:
            expected = f"examples of a letter of this pack{did_you_mean(path.stem, pack.letters)}"
            yield Problem(path.relative_to(root).as_posix(), 0, path.stem, expected)
