"""What each page of the console shows, over a real feed and real operations."""

from servers.console import Browser, text_of


async def test_the_home_page_counts_what_is_open_late_and_on_hold(olu: Browser) -> None:
    """Three open cases: two that are past a date, one on hold, all in the first step."""
    page = await olu.open("/")
    assert page.status_code == 200
    said = text_of(page)
    assert "3 open" in said
    assert "1 on hold" in said
    assert "Step 1: finding out how much money 3" in said
    assert "Nothing is stuck." in said
    assert "Every event of the feed up to number 5 is in this" in said
