"""A pack as its files state it: whose it is, its parameters and its decisions, its questionnaires and letters.

Of the rules an overlay sets parameters only. A questionnaire or a letter of its own stands in place of the one below
that has the same name.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from sevensteps.policy.packs.form import read_head, read_text
from sevensteps.policy.packs.formats import NEWEST, format_of
from sevensteps.policy.packs.parameters import Parameter, read_parameters
from sevensteps.policy.packs.problems import PackRefusedError, Problem, Problems, did_you_mean
from sevensteps.policy.packs.source import Section, content_of, misnamed

PATTERNS = ("parameters/*.yaml", "rules/*.yaml", "questionnaires/*.yaml", "letters/*.md")
"""The files of a pack beside its pack.yaml, in the order in which its hash is made of them."""


@dataclass(frozen=True, slots=True)
class Pack:
    """One version of a pack. `hash` is the hash of its files, without worked cases, and of the pack that it extends."""

    name: str
    title: str
    hash: str
    base: str
    parameters: Mapping[str, Parameter]
    decisions: Mapping[str, Section]
    files: Mapping[str, str]
    """The text of every file that the hash is made of, by its path in the folder of packs."""
    below: "Pack | None" = None
    """The pack that it extends, as it was read together with this one."""
    format: int = NEWEST
    """The format of its own files, as they are written."""

    @property
    def questionnaires(self) -> Mapping[str, str]:
        """Where in `files` each questionnaire is, by its name: its own, and those below that it leaves as they are."""
        return _texts(self, "questionnaires", ".yaml")

    @property
    def letters(self) -> Mapping[str, str]:
        """Where in `files` the text of each letter is, by its name, as with questionnaires."""
        return _texts(self, "letters", ".md")

    def extended(self) -> Iterator["Pack"]:
        """The pack that it extends, the pack that that one extends, and so on."""
        if self.below is not None:
            yield self.below
            yield from self.below.extended()


def _texts(pack: Pack, folder: str, suffix: str) -> dict[str, str]:
    below = _texts(pack.below, folder, suffix) if pack.below else {}
    start = f"{pack.name}/{folder}/"
    own = {place.removeprefix(start).removesuffix(suffix): place for place in pack.files if place.startswith(start)}
    return {**below, **own}


def files_of(root: Path, name: str) -> list[Path]:
    """The files that a pack's hash is made of, in a fixed order."""
    folder = root / name
    return [folder / "pack.yaml", *(path for pattern in PATTERNS for path in sorted(folder.glob(pattern)))]


def lineage(root: Path, name: str) -> tuple[str, ...]:
    """A pack, the pack that it extends, and so on.

    Raises:
        PackRefusedError: one of them has no readable pack.yaml, or extends itself in the end.
    """
    packs = [name]
    while True:
        head = read_head(root, packs[-1])
        if "extends" not in head:
            return tuple(packs)
        if head["extends"] in packs:
            raise head.problem("extends", f"another pack; {' extends '.join([*packs, head.text('extends')])}")
        packs.append(head.text("extends"))


def jurisdiction_of(root: Path, name: str) -> str:
    """Whose law a pack holds: as the pack says that it extends in the end; England's where that says nothing.

    Raises:
        PackRefusedError: as `lineage` does.
    """
    return read_head(root, lineage(root, name)[-1]).text("jurisdiction", "england")


def names(root: Path) -> tuple[str, ...]:
    """The packs in a folder."""
    return tuple(sorted(path.parent.name for path in root.glob("*/pack.yaml")))


def read_pack(root: Path, name: str) -> Pack:
    """A pack with what it extends.

    Raises:
        PackRefusedError: with every problem.
    """
    problems = Problems()
    pack = read_pack_with_problems(root, name, problems)
    problems.refuse()
    return pack


def read_pack_with_problems(root: Path, name: str, problems: Problems) -> Pack:
    """As much of a pack as can be read; the problems of the rest are added to `problems`.

    Raises:
        PackRefusedError: its pack.yaml cannot be read, or there is a problem with what it extends.
    """
    lineage(root, name)
    head = read_head(root, name)
    if head.text("pack") != name:
        raise head.problem("pack", f"the folder's own name, {name}")
    format_ = format_of(head)
    files, parameters, decisions = _own(root, name, format_, problems)
    base = read_pack(root, head.text("extends")) if "extends" in head else None
    digest = sha256(base.hash.encode() if base else b"")
    for place, content in files.items():
        digest.update(f"{place}\n".encode() + content)
    if base is not None:
        parameters = {**base.parameters, **_overlaid(base, parameters, problems)}
        problems += _rules_of_an_overlay(base, decisions)
        decisions = dict(base.decisions)
    texts = {
        **(base.files if base else {}),
        **{place: content.decode(errors="replace") for place, content in files.items()},
    }
    title, extends = head.text("title"), base.name if base else ""
    return Pack(name, title, digest.hexdigest(), extends, parameters, decisions, texts, base, format_)


def _own(
    root: Path, name: str, format_: int, problems: Problems
) -> tuple[dict[str, bytes], dict[str, Parameter], dict[str, Section]]:
    """The files, parameters and decisions of a pack itself."""
    files: dict[str, bytes] = {}
    parameters: dict[str, Parameter] = {}
    decisions: dict[str, Section] = {}
    for path in files_of(root, name):
        place = path.relative_to(root).as_posix()
        with problems.collected():
            files[place] = content_of(path, root)
            if path.parent.name == "parameters":
                _add(parameters, read_parameters(read_text(files[place], place, "parameters", format_)))
            elif path.parent.name == "rules":
                decisions[path.stem] = _named_like_its_file(read_text(files[place], place, "rules", format_), path)
    for folder in ("parameters", "rules", "questionnaires"):
        problems += misnamed(root / name / folder, root)
    return files, parameters, decisions


def _add(parameters: dict[str, Parameter], more: Mapping[str, Parameter]) -> None:
    twice = [parameter for name, parameter in more.items() if name in parameters]
    parameters.update({name: parameter for name, parameter in more.items() if name not in parameters})
    if twice:
        expected = "a name that is not used before"
        raise PackRefusedError([Problem(again.file, again.line, again.name, expected) for again in twice])


def _named_like_its_file(content: Section, path: Path) -> Section:
    if content.text("decision") != path.stem:
        raise content.problem("decision", f"the file's own name, {path.stem}")
    return content


def _rules_of_an_overlay(base: Pack, decisions: Mapping[str, Section]) -> list[Problem]:
    expected = f"no rules here: an overlay of {base.name} sets parameters only"
    return [Problem(section.file, section.line, name, expected) for name, section in decisions.items()]


def _overlaid(base: Pack, parameters: Mapping[str, Parameter], problems: Problems) -> dict[str, Parameter]:
    """The parameters that an overlay sets, where the base lets it; a problem for each of the others."""
    overlaid: dict[str, Parameter] = {}
    for name, parameter in parameters.items():
        original = base.parameters.get(name)
        if original is None:
            expected = f"a parameter that {base.name} declares{did_you_mean(name, base.parameters)}"
        elif not original.council_may_change:
            expected = f"a parameter that {base.name} leaves to councils; this one is fixed by law"
        elif original.type != parameter.type:
            expected = f"the type that {base.name} gives it, {original.type}"
        else:
            beyond = [*parameter.breaches(original.bounds), *parameter.shortfalls(original)]
            problems += beyond
            overlaid.update({} if beyond else {name: parameter.over(original)})
            continue
        problems.append(Problem(parameter.file, parameter.line, name, expected))
    return overlaid
