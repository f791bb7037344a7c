"""The console of a rehearsal: every page says that nothing counts, and one has the exercises."""

from collections.abc import AsyncIterator

import pytest

from servers.console import Browser, Suite, browser_at, note_stuck, run_with_cases, text_of
from sevensteps.rehearsal.exercises import Exercise, Harm, Rehearsal
from sevensteps.rehearsal.words import NOTHING_COUNTS

PAGES = ("/", "/cases", "/cases/case-one", "/cases/case-nowhere", "/stuck", "/glossary", "/rehearsal", "/nowhere")


@pytest.fixture(scope="module")
async def rehearsed(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Suite]:
    """A rehearsal with two exercises: a case that is parked, and one of which operations know nothing."""
    folder = tmp_path_factory.mktemp("rehearsal")
    file = folder / "rehearsal.json"
    Rehearsal(7, [Exercise(Harm.PARKED, "case-one"), Exercise(Harm.JOURNEY, "case-gone")]).write(file)
    async with run_with_cases(folder, rehearsal=str(file)) as suite:
        await note_stuck(suite)
        yield suite


@pytest.fixture
async def trainee(rehearsed: Suite) -> AsyncIterator[Browser]:
    """Somebody of operations who rehearses."""
    async with browser_at(rehearsed.console) as browser:
        yield browser


async def test_every_page_says_that_nothing_counts(trainee: Browser) -> None:
    """Before somebody signs on too; and its header leads to the exercises."""
    assert NOTHING_COUNTS in text_of(await trainee.open("/sign-in"))
    await trainee.sign_in()
    for path in PAGES:
        page = await trainee.open(path)
        assert NOTHING_COUNTS in text_of(page), path
        assert 'href="/rehearsal"' in page.text, path


async def test_an_exercise_tells_what_to_find_out_and_its_hints_are_folded(trainee: Browser) -> None:
    """What to type is the last thing to be unfolded."""
    await trainee.sign_in()
    page = await trainee.open("/rehearsal")
    said = text_of(page)
    assert "1. A plan that was signed, and then nothing" in said
    assert "What to find out Who was asked for what, and why was it refused?" in said
    assert page.text.count("<details") == page.text.count("</details>") == 6
    assert "<details open" not in page.text
    assert "sevensteps repair plan resume --case case-one" in said


async def test_what_operations_find_stuck_is_not_mended(trainee: Browser) -> None:
    """Whatever anybody says; nor is a case of which they know nothing."""
    await trainee.sign_in()
    said = text_of(await trainee.open("/rehearsal"))
    assert "1. A plan that was signed, and then nothing Not mended yet" in said
    assert "2. A case that nothing moves Not known" in said


async def test_a_suite_in_which_things_count_has_no_such_page(olu: Browser) -> None:
    """Nor the sentence."""
    page = await olu.open("/rehearsal")
    assert page.status_code == 404
    assert NOTHING_COUNTS not in text_of(page)
    assert 'href="/rehearsal"' not in page.text
