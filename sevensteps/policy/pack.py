"""A pack as its files say: whose it is, its parameters, the rules of each decision. An overlay sets parameters only."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from sevensteps.policy.parameters import Parameter, read_parameters
from sevensteps.policy.source import PackRefusedError, Problem, Section, read


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


def base_of(root: Path, name: str) -> str:
    """The pack that a pack extends, or nothing."""
    return read(root / name / "pack.yaml", root, "pack").text("extends")


def names(root: Path) -> tuple[str, ...]:
    """The packs in a folder."""
    return tuple(sorted(path.parent.name for path in root.glob("*/pack.yaml")))


def read_pack(root: Path, name: str) -> Pack:
    """A pack with what it extends.

    Raises:
        PackRefusedError: with every problem found.
    """
    head = read(root / name / "pack.yaml", root, "pack")
    if head.text("pack") != name or head.text("extends") == name:
        raise head.problem("pack", f"the folder's own name, {name}, and another pack to extend")
    base = read_pack(root, head.text("extends")) if "extends" in head else None
    digest = sha256(base.hash.encode() if base else b"")
    law: dict[str, bytes] = {}
    problems: list[Problem] = []
    parameters: dict[str, Parameter] = {}
    decisions: dict[str, Section] = {}
    for path in files_of(root, name):
        place = path.relative_to(root).as_posix()
        law[place] = path.read_bytes()
        digest.update(f"{place}\n".encode() + law[place])
        try:
            if path.parent.name == "parameters":
                _add(parameters, read_parameters(read(path, root, "parameters")))
            elif path.parent.name == "rules":
                decisions[path.stem] = _named_like_its_file(read(path, root, "rules"), path)
        except PackRefusedError as refused:
            problems.extend(refused.problems)
    if base is not None:
        problems += _not_the_councils(base, parameters, decisions)
        own = {name: value.over(base.parameters[name]) for name, value in parameters.items() if name in base.parameters}
        parameters = {**base.parameters, **own}
        decisions = dict(base.decisions)
    if problems:
        raise PackRefusedError(problems)
    texts = {**(base.law if base else {}), **{place: content.decode() for place, content in law.items()}}
    return Pack(name, head.text("title"), digest.hexdigest(), base.name if base else "", parameters, decisions, texts)


def _add(parameters: dict[str, Parameter], more: Mapping[str, Parameter]) -> None:
    for name, parameter in more.items():
        if name in parameters:
            raise PackRefusedError([Problem(parameter.file, parameter.line, name, "a name that is not used before")])
        parameters[name] = parameter


def _named_like_its_file(content: Section, path: Path) -> Section:
    if content.text("decision") != path.stem:
        raise content.problem("decision", f"the file's own name, {path.stem}")
    return content


def _not_the_councils(
    base: Pack, parameters: Mapping[str, Parameter], decisions: Mapping[str, Section]
) -> list[Problem]:
    """What an overlay changes although only the base may."""
    found = [
        Problem(section.file, section.line, name, f"no rules here: an overlay of {base.name} sets parameters only")
        for name, section in decisions.items()
    ]
    for name, parameter in parameters.items():
        original = base.parameters.get(name)
        if original is None:
            expected = f"a parameter that {base.name} declares"
        elif not original.council_may_change:
            expected = f"a parameter that {base.name} leaves to councils; this one is fixed by law"
        elif original.type != parameter.type:
            expected = f"the type that {base.name} gives it, {original.type}"
        else:
            continue
        found.append(Problem(parameter.file, parameter.line, name, expected))
    return found
