"""A pack as its files say: whose it is, its parameters, the rules of each decision. An overlay sets parameters only."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from sevensteps.policy.packs.parameters import Parameter, read_parameters
from sevensteps.policy.packs.source import (
    PackRefusedError,
    Problem,
    Problems,
    Section,
    content_of,
    misnamed,
    parsed,
    read,
)


@dataclass(frozen=True, slots=True)
class Pack:
    """One version of a pack; `hash` is that of its law (not of its worked cases), its base's included."""

    name: str
    title: str
    hash: str
    base: str
    parameters: Mapping[str, Parameter]
    decisions: Mapping[str, Section]
    law: Mapping[str, str]
    """The text of every file that the hash is of, by its path in the folder of packs."""


def files_of(root: Path, name: str) -> list[Path]:
    """The files that a pack's law consists of, in a fixed order."""
    folder = root / name
    return [folder / "pack.yaml", *sorted(folder.glob("parameters/*.yaml")), *sorted(folder.glob("rules/*.yaml"))]


def lineage(root: Path, name: str) -> tuple[str, ...]:
    """A pack, the pack that it extends, and so on.

    Raises:
        PackRefusedError: one of them does not say what it is, or extends itself in the end.
    """
    found = [name]
    while True:
        head = read(root / found[-1] / "pack.yaml", root, "pack")
        if "extends" not in head:
            return tuple(found)
        if head["extends"] in found:
            raise head.problem("extends", f"another pack; {' extends '.join([*found, head.text('extends')])}")
        found.append(head.text("extends"))


def names(root: Path) -> tuple[str, ...]:
    """The packs in a folder."""
    return tuple(sorted(path.parent.name for path in root.glob("*/pack.yaml")))


def read_pack(root: Path, name: str) -> Pack:
    """A pack with what it extends.

    Raises:
        PackRefusedError: with every problem found.
    """
    problems = Problems()
    pack = read_what_can_be(root, name, problems)
    problems.refuse()
    return pack


def read_what_can_be(root: Path, name: str, problems: Problems) -> Pack:
    """A pack without what of it cannot be read, which is added to the problems.

    Raises:
        PackRefusedError: the pack does not say what it is, or there is a problem with what it extends.
    """
    lineage(root, name)
    head = read(root / name / "pack.yaml", root, "pack")
    if head.text("pack") != name:
        raise head.problem("pack", f"the folder's own name, {name}")
    law, parameters, decisions = _own(root, name, problems)
    base = read_pack(root, head.text("extends")) if "extends" in head else None
    digest = sha256(base.hash.encode() if base else b"")
    for place, content in law.items():
        digest.update(f"{place}\n".encode() + content)
    if base is not None:
        parameters = {**base.parameters, **_laid_over(base, parameters, problems)}
        problems += _rules_of_an_overlay(base, decisions)
        decisions = dict(base.decisions)
    texts = {
        **(base.law if base else {}),
        **{place: content.decode(errors="replace") for place, content in law.items()},
    }
    return Pack(name, head.text("title"), digest.hexdigest(), base.name if base else "", parameters, decisions, texts)


def _own(
    root: Path, name: str, problems: Problems
) -> tuple[dict[str, bytes], dict[str, Parameter], dict[str, Section]]:
    """The files of a pack itself, its parameters and its decisions."""
    law: dict[str, bytes] = {}
    parameters: dict[str, Parameter] = {}
    decisions: dict[str, Section] = {}
    for path in files_of(root, name):
        place = path.relative_to(root).as_posix()
        with problems.noted():
            law[place] = content_of(path, root)
            if path.parent.name == "parameters":
                _add(parameters, read_parameters(parsed(law[place], place, "parameters")))
            elif path.parent.name == "rules":
                decisions[path.stem] = _named_like_its_file(parsed(law[place], place, "rules"), path)
    for folder in ("parameters", "rules"):
        problems += misnamed(root / name / folder, root)
    return law, parameters, decisions


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


def _laid_over(base: Pack, parameters: Mapping[str, Parameter], problems: Problems) -> dict[str, Parameter]:
    """What an overlay sets, over what the base does; a problem where only the base may, or where its bounds end."""
    laid: dict[str, Parameter] = {}
    for name, parameter in parameters.items():
        original = base.parameters.get(name)
        if original is None:
            expected = f"a parameter that {base.name} declares"
        elif not original.council_may_change:
            expected = f"a parameter that {base.name} leaves to councils; this one is fixed by law"
        elif original.type != parameter.type:
            expected = f"the type that {base.name} gives it, {original.type}"
        else:
            beyond = [*parameter.breaches(original.bounds), *parameter.shortfalls(original)]
            problems += beyond
            laid.update({} if beyond else {name: parameter.over(original)})
            continue
        problems.append(Problem(parameter.file, parameter.line, name, expected))
    return laid
