"""Who is signed on to the console, for how long, and what keeps others from acting for them."""

import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from console.serving import Serving
from console.signing_on.sessions import IDLE_SECONDS, LONGEST_SECONDS, Sessions, SignedOn
from servers.console import Browser, Suite, browser_at, run_console, text_of
from sevensteps.config import Settings
from sevensteps.errors import Fault
from sevensteps.local.ports import free_port
from sevensteps.service.opening import open_store, open_to_serve
from sevensteps.service.store import Store

OLU = SignedOn("a-token", "olu", "operations", "*")


class Clock:
    """What the sessions take the time from."""

    def __init__(self) -> None:
        self.seconds = 1_800_000_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
async def store(tmp_path: Path, database: str) -> AsyncIterator[Store]:
    """The records of the console, on either database."""
    store = await open_to_serve("console", Settings(data=tmp_path, database=database))
    yield store
    await store.close()


async def test_somebody_stays_signed_on_who_does_something(store: Store) -> None:
    """Each visit counts; after half an hour without one, nobody is signed on by that cookie."""
    clock = Clock()
    sessions = Sessions(store, clock)
    kept = await sessions.begin(OLU)
    for _ in range(3):
        clock.seconds += IDLE_SECONDS - 60
        found = await sessions.find(kept)
        assert found
        assert (found.subject, found.token) == ("olu", "a-token")
    clock.seconds += IDLE_SECONDS + 1
    assert await sessions.find(kept) is None


async def test_a_page_that_refreshes_itself_keeps_nobody_signed_on(store: Store) -> None:
    """Whoever has left the page open and gone away is signed off all the same."""
    clock = Clock()
    sessions = Sessions(store, clock)
    kept = await sessions.begin(OLU)
    for _ in range(IDLE_SECONDS // 60 - 1):
        clock.seconds += 60
        assert await sessions.find(kept, is_visit=False)
    clock.seconds += 60
    assert await sessions.find(kept, is_visit=False) is None


async def test_nobody_stays_signed_on_longer_than_a_working_day(store: Store) -> None:
    """However much they do."""
    clock = Clock()
    sessions = Sessions(store, clock)
    kept = await sessions.begin(OLU)
    for _ in range(LONGEST_SECONDS // 1200 - 1):
        clock.seconds += 1200
        assert await sessions.find(kept)
    clock.seconds += 1200
    assert await sessions.find(kept) is None


async def test_every_instance_knows_who_is_signed_on(store: Store) -> None:
    """What one begins, another finds; what one ends is over in the other; what a browser keeps is stored nowhere."""
    one, other = Sessions(store), Sessions(store)
    kept = await one.begin(OLU)
    found = await other.find(kept)
    assert found
    assert kept not in str(found)
    await other.end(found)
    assert await one.find(kept) is None
    assert await one.find("") is None


async def test_who_is_not_signed_on_is_sent_to_do_so_and_comes_back(browser: Browser) -> None:
    """To the very list that they had the address of."""
    wanted = "/cases?open=yes&steps=plan_made"
    page = await browser.open(wanted)
    assert page.url.path == "/sign-in"
    fields = {"subject": "olu", "role": "operations", "council": "*", "next": page.url.params["next"]}
    assert str((await browser.send("/sign-in", fields)).url).endswith(wanted)


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:1"])
async def test_nobody_is_sent_elsewhere_after_signing_on(browser: Browser, elsewhere: str) -> None:
    """An address that somebody was lured to leads to the home page."""
    fields = {"subject": "olu", "role": "operations", "council": "*", "next": elsewhere}
    assert (await browser.send("/sign-in", fields)).url.path == "/"


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"subject": ""}, "Who you are: write an id of 1 to 255 characters"),
        ({"subject": "journey"}, "Who you are: journey is a part of the suite."),
        ({"role": "journey"}, "Your role: choose one from the list."),
        ({"council": "nowhere"}, "Your council: choose one from the list."),
    ],
)
async def test_a_wrong_answer_is_told_by_its_field(browser: Browser, changed: dict[str, str], sentence: str) -> None:
    """In an error summary and at the field; nobody is signed on."""
    fields = {"subject": "olu", "role": "operations", "council": "*", "next": "/"} | changed
    page = await browser.send("/sign-in", fields)
    assert page.status_code == 400
    assert page.text.count(sentence) == 2
    assert f'<a href="#{next(iter(changed))}">' in page.text
    assert (await browser.open("/")).url.path == "/sign-in"


async def test_a_form_without_its_key_is_refused(olu: Browser) -> None:
    """Another site can make a browser send a form, and its cookies with it, but does not know the key."""
    fields = {"subject": "eve", "role": "operations", "council": "*"}
    for path in ("/sign-in", "/sign-out"):
        for key in ({}, {"form_key": ""}, {"form_key": "guessed"}):
            page = await olu.http.post(path, data={**fields, **key})
            assert page.status_code == 403, path
            assert "Open the page again and send it anew." in text_of(page)
    assert "olu, operations, every council" in text_of(await olu.open("/"))


async def test_what_is_no_form_is_refused(olu: Browser) -> None:
    """Neither another kind of content nor one that is too long is read."""
    assert (await olu.http.post("/sign-out", json={"form_key": "x"})).status_code == 400
    assert (await olu.http.post("/sign-out", data={"form_key": "x" * 40_000})).status_code == 400


async def test_signing_out_ends_the_session_in_every_window(olu: Browser, suite: Suite) -> None:
    """Whoever has kept the cookie is signed on by it no more."""
    kept = dict(olu.http.cookies)
    assert "You have signed out" in text_of(await olu.send("/sign-out", {}, form="/"))
    async with browser_at(suite.console) as other:
        other.http.cookies.update(kept)
        assert (await other.open("/")).url.path == "/sign-in"
        assert (await other.send("/sign-out", {}, form="/sign-in")).url.path == "/sign-in"


async def test_no_script_reads_a_cookie_and_none_goes_to_another_site(browser: Browser) -> None:
    """On this machine they also go over HTTP: in development nothing else may be there."""
    shown = await browser.http.get("/sign-in")
    await browser.sign_in()
    cookie = shown.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "secure" not in cookie
    [session] = [each for each in browser.http.cookies.jar if each.name == "seven_steps"]
    assert session.has_nonstandard_attr("HttpOnly")
    assert session.get_nonstandard_attr("SameSite") == "lax"
    assert session.expires is None


@pytest.mark.parametrize("host", ["console.example", "10.0.0.1", "127.0.0.1.evil.example"])
async def test_signing_on_by_name_is_for_this_machine_alone(browser: Browser, host: str) -> None:
    """A name that somebody has made lead here is refused, for the form and for what it sends."""
    for method in ("GET", "POST"):
        page = await browser.http.request(method, "/sign-in", headers={"host": host})
        assert page.status_code == 403
        assert "for this machine alone" in text_of(page)


def own_address() -> str:
    """That of this machine in its network; nothing is sent to find it out."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.connect(("192.0.2.1", 9))
        return str(asking.getsockname()[0])


@pytest.mark.parametrize(("plaintext", "status"), [("", 403), ("console", 200)])
async def test_a_container_is_reached_through_a_port_of_its_machine(
    tmp_path: Path, plaintext: str, status: int
) -> None:
    """Nobody comes from the container's own loopback: whoever keeps others out has said so, by a setting."""
    try:
        at = own_address()
    except OSError:
        pytest.skip("this machine is in no network")
    settings = Settings(data=tmp_path, console=f"{at}:{free_port()}", plaintext=plaintext)
    async with run_console(settings) as serving, browser_at(serving) as browser:
        page = await browser.http.get("/sign-in", headers={"host": "127.0.0.1:7780"})
        assert page.status_code == status
        assert (await browser.http.get("/sign-in")).status_code == 403, "by a name that leads here"


async def test_who_has_a_token_that_is_believed_no_more_signs_on_again(browser: Browser, suite: Suite) -> None:
    """A service refuses it: the session is over, and they are sent to sign on and come back, without an error."""
    records = open_store("", suite.settings.data, "console")
    browser.http.cookies.set("seven_steps", await Sessions(records).begin(OLU), domain="127.0.0.1")
    await records.close()
    page = await browser.http.get("/stuck")
    assert (page.status_code, page.headers["location"]) == (303, "/sign-in?next=%2Fstuck")
    assert (await browser.open("/stuck")).url.path == "/sign-in"


async def test_it_does_not_run_without_what_pages_look_by(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says what fetches them."""
    monkeypatch.setattr("console.starting.FRONTEND", tmp_path)
    with pytest.raises(Fault, match=r"CONSOLE_FILES_MISSING.*`make setup` fetches them"):
        await Serving(Settings(data=tmp_path, console="127.0.0.1:7789")).__aenter__()
