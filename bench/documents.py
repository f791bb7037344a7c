"""What a document costs: its letter filled in, and given in each format; the letter read anew, and as it is kept."""

from collections.abc import Callable, Iterator
from functools import partial
from statistics import median
from time import perf_counter

from bench.figure import Figure
from sevensteps.config import Settings
from sevensteps.letters.checking import SENDERS
from sevensteps.letters.formats import Format, Look, Said, in_format
from sevensteps.letters.kinds import Values
from sevensteps.letters.letter import read_letter
from sevensteps.policy.authoring.letter_check import check_letters, examples_of
from sevensteps.policy.packs.pack import Pack, read_pack

TIMES = 200
MILLISECONDS = 1_000
AIM = "under 30 ms"


async def measure(tell: Callable[[str], None]) -> list[Figure]:
    """The slowest of the nation's letters, each with its longest example."""
    root = Settings().policies
    pack = read_pack(root, "england")
    examples = dict(examples_of(root, pack))
    tell(f"{len(examples)} letters, each {TIMES} times in {len(Format)} formats")
    written = max(_written(pack, examples))
    anew = max(_read_anew(pack, examples))
    began = perf_counter()
    check_letters(root, pack)
    checked = perf_counter() - began
    return [
        Figure("a document written and given in one format", f"{written:.2f} ms", AIM),
        Figure("the same, its letter read for the first time", f"{anew:.2f} ms", AIM),
        Figure("all letters checked with their examples", f"{checked:.2f} s"),
    ]


def _written(pack: Pack, examples: dict[str, list[Values]]) -> Iterator[float]:
    for name, values in examples.items():
        for format_ in Format:
            yield _timed(partial(_document, pack, name, values, format_))


def _read_anew(pack: Pack, examples: dict[str, list[Values]]) -> Iterator[float]:
    for name, values in examples.items():

        def read(name: str = name, values: list[Values] = values) -> None:
            read_letter.cache_clear()
            _document(pack, name, values, Format.HTML)

        yield _timed(read)


def _document(pack: Pack, name: str, examples: list[Values], format_: Format) -> None:
    """The document of the longest example, in a format."""
    letter = read_letter(name, pack.files[pack.letters[name]])
    longest = max(examples, key=lambda values: len(repr(values)))
    in_format(Said(letter.title, letter.language, letter.fill_in(SENDERS[-1], longest)), format_, Look())


def _timed(work: Callable[[], None]) -> float:
    """How long it takes, in milliseconds: the middle of many times."""
    took = []
    for _ in range(TIMES):
        began = perf_counter()
        work()
        took.append(perf_counter() - began)
    return median(took) * MILLISECONDS
