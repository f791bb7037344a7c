"""A pack's file that would take a machine down, or that is not what it seems to be, is refused at once by its line."""

import os
import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml

from sevensteps.marked_yaml import MOST_BYTES, READERS, UnreadableError, compose, line_of
from sevensteps.policy.authoring.check import check
from sevensteps.policy.packs.pack import read_pack
from sevensteps.policy.packs.problems import PackRefusedError

pytestmark = pytest.mark.usefixtures("reader")

SECONDS = 2.0
BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join(f'*{before}' for _ in range(9))}]\n"
    for before, name in zip("abcdef", "bcdefg", strict=True)
)
LONG_TEXTS = f"a: &a {'x' * 100_000}\nb: [{', '.join(['*a'] * 5_000)}]\n"


def refusal(text: str) -> UnreadableError:
    with pytest.raises(UnreadableError) as refused:
        compose(text.encode())
    return refused.value


@pytest.mark.parametrize(
    ("text", "line", "key", "expected"),
    [
        (BOMB, 5, "*d", "at most 20,000 parts in a file, with all that aliases stand for"),
        (LONG_TEXTS, 2, "*a", "at most 20,000 parts in a file"),
        ("a: &a [*a]", 1, "*a", "something that ends before it"),
        ("a:\n" + "[" * 900, 2, "", "parts that are nested at most 50 deep"),
        ("{a: " * 900, 1, "", "parts that are nested at most 50 deep"),
        ("".join(f"{' ' * depth}a:\n" for depth in range(600)), 50, "", "parts that are nested at most 50 deep"),
        ("a: [" + "x, " * 30_000, 1, "", "at most 20,000 parts in a file"),
        ("a: " + "x" * MOST_BYTES, 0, "", "at most 200,000 bytes in a file"),
    ],
    ids=["bomb", "long texts", "around itself", "lists", "mappings", "blocks", "many", "long"],
)
def test_what_would_take_time_or_memory_is_refused_at_once(text: str, line: int, key: str, expected: str) -> None:
    """By the line where it goes too far; nobody waits for the rest."""
    began = time.process_time()
    found = refusal(text)
    assert time.process_time() - began < SECONDS
    assert (found.line, found.key) == (line, key)
    assert expected in found.expected


@pytest.mark.parametrize(
    ("text", "line", "expected"),
    [
        ("a: b\nc", 2, "could not find expected ':'"), ("a: {b", 1, "expected ',' or '}', but got '<stream end>'"),
        ("a: {b: {}}\n:", 2, "expected <block end>, but found ':'"),
        ("a:\tb", 1, "found character '\\t' that cannot start any token"),
    ],
)  # fmt: skip
def test_an_error_has_its_very_line(text: str, line: int, expected: str) -> None:
    """LibYAML alone would name the line after it, or before, and takes tabs that are an error elsewhere."""
    found = refusal(text)
    assert (found.line, found.expected) == (line, f"YAML: {expected}")


def test_all_readers_see_the_same() -> None:
    """Whatever this suite has of packs and examples: the same parts, on the same lines."""
    files = [*Path("policies").rglob("*.yaml"), *Path("examples").rglob("*.yaml")]
    assert files
    for file in files:
        first, *others = (seen(reader(file.read_text("utf-8")).get_single_node()) for reader in READERS)
        assert all(other == first for other in others), file


def seen(node: yaml.Node | None) -> object:
    """The tag, line and content of a part."""
    if isinstance(node, yaml.MappingNode):
        return node.tag, line_of(node), [(seen(key), seen(value)) for key, value in node.value]
    if isinstance(node, yaml.SequenceNode):
        return node.tag, line_of(node), [seen(part) for part in node.value]
    return (node.tag, line_of(node), node.value) if node else None


def test_this_installation_reads_quickly() -> None:
    """PyYAML's wheels have LibYAML, on every Python and platform that the suite supports."""
    assert [reader.__name__ for reader in READERS] == ["LibYaml", "PurePython"]


def test_aliases_within_bounds_stand_for_what_they_name() -> None:
    """Worked cases share facts by them."""
    assert compose(("a: &a [x, x]\nb: [" + "*a, " * 100 + "]").encode()) is not None


@pytest.mark.parametrize("text", [BOMB, LONG_TEXTS, "cases: " + "[" * 900], ids=["bomb", "long texts", "deep"])
def test_check_refuses_a_bomb_in_seconds_and_little_memory(packs: Path, text: str) -> None:
    """In a process of its own that may have no more memory than it needs for a small pack, and says one sentence."""
    (packs / "small/cases/bomb.yaml").write_text(text, encoding="utf-8")
    least = 400 * 1024 * 1024

    def bounded() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (least, least))

    command = "import sys; from pathlib import Path; from sevensteps.policy.authoring.check import check\n"
    command += "print(*check(Path(sys.argv[1]), 'small'), sep='\\n')"
    said = subprocess.run(
        [sys.executable, "-c", command, str(packs)], capture_output=True, text=True, timeout=20, check=False,
        preexec_fn=bounded,
    )  # fmt: skip
    assert said.stderr == ""
    (sentence,) = said.stdout.splitlines()
    assert sentence.startswith("small/cases/bomb.yaml:")


@pytest.mark.parametrize(
    ("text", "line", "key", "named"),
    [
        ("a: b\n# \u202e comment\n", 2, "", "U+202E (right-to-left override) is here, delete it"),
        ("a: b\nc: x\u2066y\n", 2, "", "U+2066 (left-to-right isolate)"),
        ('a: b\nc: "\\u202e"\n', 2, "", "U+202E"), ("a\u200bb: c\n", 1, "", "U+200B (zero width space)"),
        ("a: b\n\N{CYRILLIC SMALL LETTER A}pprover: 1\n", 2, "\N{CYRILLIC SMALL LETTER A}pprover", "U+0430 (cyrillic"),
        ("a: [x, team_m\N{CYRILLIC SMALL LETTER A}nager]", 1, "team_m\N{CYRILLIC SMALL LETTER A}nager", "U+0430"),
        ("a: One limit.\n\nb: the p\N{GREEK SMALL LETTER OMICRON}und\n", 3, "p\N{GREEK SMALL LETTER OMICRON}und",
         "U+03BF (greek small letter omicron)"),
        ('a: "r\\u043ele"', 1, "r\N{CYRILLIC SMALL LETTER O}le", "U+043E"),
        ("a: \N{CYRILLIC SMALL LETTER ES}\N{CYRILLIC SMALL LETTER O}\N{CYRILLIC SMALL LETTER ER}", 1,
         "\N{CYRILLIC SMALL LETTER ES}\N{CYRILLIC SMALL LETTER O}\N{CYRILLIC SMALL LETTER ER}", "U+0441"),
        ("a: \N{MATHEMATICAL BOLD SMALL A}", 1, "\N{MATHEMATICAL BOLD SMALL A}", "mathematical bold small a"),
    ],
)  # fmt: skip
def test_what_is_not_what_it_seems_is_refused(text: str, line: int, key: str, named: str) -> None:
    """Direction marks and invisible characters, also escaped and in comments; letters that only look Latin."""
    found = refusal(text)
    assert (found.line, found.key) == (line, key)
    assert named in found.expected


@pytest.mark.parametrize(
    "text",
    [
        "a: Cyngor Sir Ynys M\N{LATIN SMALL LETTER O WITH CIRCUMFLEX}n",
        "a: [\N{CYRILLIC SMALL LETTER ES}\N{CYRILLIC SMALL LETTER TE}\N{CYRILLIC SMALL LETTER A}, loan]",
        "a: caf\N{LATIN SMALL LETTER E WITH ACUTE}, \N{POUND SIGN}5 \N{EN DASH} 6\N{DEGREE SIGN}",
        "\ufeffa: a file of Windows begins so",
    ],
)
def test_words_of_any_one_alphabet_are_taken(text: str) -> None:
    """Welsh names, hint words in other languages and signs are what they seem."""
    assert compose(text.encode()) is not None


def linked(packs: Path, part: str, where: Path) -> str:
    """The refusal of a pack of which a part was moved elsewhere, with a link in its place."""
    (packs / part).rename(where)
    (packs / part).symlink_to(where)
    with pytest.raises(PackRefusedError) as refused:
        read_pack(packs, "small")
    (problem,) = refused.value.problems
    assert problem.file == part
    return problem.expected


def test_a_link_to_elsewhere_is_refused(packs: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A folder or a file outside of the pack may change behind the back of whoever checked it."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    where = elsewhere / "rules"
    assert linked(packs, "small/rules", where) == (
        f"a folder in the pack itself; this is a link to {where}, copy what it leads to"
    )
    (packs / "small/rules").unlink()
    where.rename(packs / "small/rules")
    assert linked(packs, "small/rules/help.yaml", elsewhere / "help.yaml").startswith("a file in the pack itself; ")
    (packs / "small/rules/help.yaml").unlink()
    (elsewhere / "help.yaml").rename(packs / "small/rules/help.yaml")
    assert linked(packs, "small", elsewhere / "small").startswith("a folder in the pack itself; ")


def test_cases_are_not_read_from_elsewhere(packs: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """They are no part of what decides, and are refused all the same: what they showed may be gone tomorrow."""
    where = tmp_path_factory.mktemp("elsewhere") / "cases"
    (packs / "small/cases").rename(where)
    (packs / "small/cases").symlink_to(where)
    assert str(check(packs, "small")[0]).startswith("small/cases: a folder in the pack itself; ")


def test_a_link_within_a_pack_is_taken(packs: Path) -> None:
    """Files that are mounted into containers are links to a folder beside them."""
    rules = packs / "small/rules"
    (rules / "..data").mkdir()
    (rules / "help.yaml").rename(rules / "..data/help.yaml")
    (rules / "help.yaml").symlink_to(Path("..data/help.yaml"))
    assert check(packs, "small") == []


def test_what_is_no_file_is_not_waited_for(packs: Path) -> None:
    """A pipe to which nobody writes would be read for ever."""
    os.mkfifo(packs / "small/parameters/pipe.yaml")
    with pytest.raises(PackRefusedError, match=r"parameters/pipe.yaml: a file, not a pipe or a device"):
        read_pack(packs, "small")
