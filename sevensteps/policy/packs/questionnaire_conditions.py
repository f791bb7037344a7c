"""What the conditions of a questionnaire name: only questions that are asked before."""

from collections.abc import Collection, Iterator

from sevensteps.policy.packs.problems import Problem, Problems, did_you_mean
from sevensteps.policy.packs.source import Section

_SEVERAL = ("all", "any", "of")
_NUMBER = "at least"
_ELSEWHERE = ("every", "some", "rule")
"""Words of the conditions of rules that have no meaning in a questionnaire."""


def ensure_asked_before(question: Section, asked: Collection[str], everything: Collection[str]) -> None:
    """Refuse the condition of a question where it names what is not asked before, each time with its own line.

    `asked` are the questions above this one, and `everything` all of the questionnaire.

    Raises:
        PackRefusedError: with each of the names.
    """
    problems = Problems()
    id_ = question.text("question")
    for name, near in _named(question["when"], question):
        if name not in asked:
            line = near.lines.get(name, near.lines.get("when", near.line))
            expected = _expected(name, id_, asked, everything)
            problems.append(Problem(near.file, line, f"{id_}: when", expected))
    problems.refuse()


def _expected(name: str, id_: str, asked: Collection[str], everything: Collection[str]) -> str:
    if name in _ELSEWHERE:
        return f"all, any, not, at least … of, or a question; {name} is for rules"
    if name.partition(".")[0] == id_:
        return f"a question that is asked before; {name} is this one itself"
    if name in everything:
        return f"a question that is asked before; {name} comes later"
    return f"a question that is asked before; there is no {name[:100]}{did_you_mean(name, asked)}"


def _named(written: object, near: Section) -> Iterator[tuple[str, Section]]:
    """Every name of a question in a condition, and the mapping in which it stands."""
    if isinstance(written, str):
        yield written, near
    elif isinstance(written, list):
        for inner in written:
            yield from _named(inner, near)
    elif isinstance(written, Section):
        for key, operand in written.items():
            if key in _SEVERAL or key == "not":
                yield from _named(operand, written)
            elif key != _NUMBER:
                yield key, written
