"""The formats of packs: what each changed, and how a file in an earlier one is brought to the newest when it is read.

A stored pack is never rewritten, so every format stays readable for ever. A change of the format adds one to NEWEST and
a row to RENAMED_KEYS, or another step to `bring_to_newest`. The schemas and the readers know the newest format alone.

Format 1: a pack without `format`, as all packs were before there was a second one.
Format 2: in rules, `worked out` is called `derived`.
Format 3: a rule that can fail says `because not` beside `because`, the sentence for when it does.
"""

from collections.abc import Iterator, Mapping

from sevensteps.policy.packs.problems import PackRefusedError, Problem, Problems
from sevensteps.policy.packs.source import Section

NEWEST = 3

BOTH_SENTENCES = 3
"""The format from which on a rule has a sentence for each direction. One of before has one, which says both."""

RENAMED_KEYS: Mapping[int, Mapping[str, Mapping[str, str]]] = {2: {"rules": {"worked out": "derived"}}}
"""The keys at the top of a file that a format renamed: by the format, the form of the file and the former key."""


def format_of(head: Section) -> int:
    """The format of a pack, from its pack.yaml.

    Raises:
        PackRefusedError: the format is later than the newest one here, or not a number.
    """
    written = head.get("format", 1)
    line = head.lines.get("format", head.line)
    if not isinstance(written, int) or isinstance(written, bool) or written < 1:
        expected = f"the number of a format, such as {NEWEST}"
    elif written > NEWEST:
        expected = f"{NEWEST} at most; this suite reads no later format, so upgrade it to read this pack"
    else:
        return written
    raise PackRefusedError([Problem(head.file, line, "format", expected)])


def bring_to_newest(content: Section, form: str, format_: int) -> None:
    """Bring a file, in the form of `schema/<form>.json`, from its pack's format to the newest.

    Every key keeps its line and its order.

    Raises:
        PackRefusedError: a key is of another format than the pack.
    """
    problems = Problems(_keys_of_other_formats(content, form, format_))
    problems.refuse()
    for later in range(format_ + 1, NEWEST + 1):
        for former, key in RENAMED_KEYS.get(later, {}).get(form, {}).items():
            _rename(content, former, key)


def _keys_of_other_formats(content: Section, form: str, format_: int) -> Iterator[Problem]:
    for renamed_in, forms in RENAMED_KEYS.items():
        for former, key in forms.get(form, {}).items():
            if former in content and format_ >= renamed_in:
                expected = f"{key}, as it is called since format {renamed_in}"
                yield Problem(content.file, content.lines[former], former, expected)
            if key in content and format_ < renamed_in:
                expected = f"{former}, as it is called in format {format_}; or format: {renamed_in} in pack.yaml"
                yield Problem(content.file, content.lines[key], key, expected)


def _rename(content: Section, former: str, key: str) -> None:
    renamed = {key if name == former else name: value for name, value in content.items()}
    content.lines = {key if name == former else name: line for name, line in content.lines.items()}
    content.clear()
    content.update(renamed)
