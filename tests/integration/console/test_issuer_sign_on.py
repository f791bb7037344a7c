"""Signing on by the issuers of councils, in production: what must fit, and what is refused."""

import re
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import parse_qs, parse_qsl, quote, urlsplit

import httpx
import pytest

from servers.console import OURS, THEIRS, Browser, text_of
from servers.sign_on import Production, address, run_in_production
from servers.waiting import until
from sevensteps.identity import issuer as issuer_keys

JWT = re.compile(rb"eyJ[\w-]+\.eyJ[\w-]+\.")
BEGUN, SESSION = "__Host-seven_steps_sign_in", "__Host-seven_steps"


@pytest.fixture(scope="module")
async def production(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Production]:
    """One for all tests of this module."""
    async with run_in_production(tmp_path_factory.mktemp("production")) as production:
        yield production


@pytest.fixture(autouse=True)
def as_ever(production: Production, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Each test finds the issuers as they should be."""
    monkeypatch.setattr(issuer_keys, "PAUSE_SECONDS", 0.0)
    yield
    for issuer in (production.ours, production.theirs):
        issuer.answers, issuer.seconds = True, 3600.0
        signing_in = issuer.sign_ins
        signing_in.refuses_with, signing_in.id_claims, signing_in.gives_refresh = "", {}, True
        signing_in.person = {"sub": "olu", "roles": ["operations"]}


async def come_back(browser: Browser, council: str = OURS, wanted: str = "/") -> str:
    """Go to the issuer, which sends the browser back: the address to which it does."""
    there = await browser.http.get(address(council, wanted))
    assert there.status_code == 303, text_of(there)
    return (await browser.http.get(there.headers["location"])).headers["location"]


async def refusal(browser: Browser, back: str) -> str:
    """What a page says to who comes back; nobody is signed on by it, and what the browser kept for it is gone."""
    page = await browser.http.get(back)
    assert page.status_code in (400, 403, 409, 503), text_of(page)
    assert SESSION not in browser.http.cookies
    assert BEGUN not in browser.http.cookies
    assert page.headers["x-request-id"] in text_of(page)
    assert 'href="/sign-in?next=' in page.text
    return text_of(page)


async def test_somebody_signs_in_and_sees_their_councils_cases(production: Production) -> None:
    """They choose their council, come back to the list that they wanted, and are shown with all of their roles."""
    production.ours.sign_ins.person = {"sub": "olu", "roles": ["operations", "auditor"]}
    async with production.browser() as browser:
        page = await browser.open("/cases?open=yes")
        assert page.url.path == "/sign-in"
        said = text_of(page)
        for title in ("Example Council", "Another Council", "Every council: those who look after"):
            assert title in said
        assert "development sign-on" not in said
        page = await browser.open(address(OURS, page.url.params["next"]))
        assert (page.url.path, page.url.query) == ("/cases", b"open=yes")
        assert "olu, auditor, operations, example-council" in text_of(page)
        for link in ("/audit", "/repairs"):
            assert f'href="{link}"' in page.text
        assert "2 cases" in text_of(page)


async def test_each_council_has_its_issuer_and_the_installation_too(production: Production) -> None:
    """Whoever signs in by another council's sees that council's cases; who looks after all of them sees all."""
    async with production.signed_on(THEIRS, sub="ann") as browser:
        assert "ann, operations, another-council" in text_of(await browser.open("/"))
        assert "1 case" in text_of(await browser.open("/cases"))
    async with production.signed_on("*", roles=[], suite_roles=["operations"]) as browser:
        assert "3 cases" in text_of(await browser.open("/cases"))


async def test_no_token_is_in_the_browser_or_readable_in_the_records(production: Production) -> None:
    """Neither in a cookie, nor an address, nor a page. Cookies are for this host, encrypted, and no script's."""
    async with production.signed_on() as browser:
        answers = [await browser.open(path) for path in ("/", "/cases", "/cases/case-one")]
        for name in (SESSION,):
            [cookie] = [each for each in browser.http.cookies.jar if each.name == name]
            assert cookie.secure
            assert cookie.path == "/"
            assert not cookie.domain_specified
            assert cookie.has_nonstandard_attr("HttpOnly")
            assert cookie.get_nonstandard_attr("SameSite") == "lax"
            assert cookie.expires is None
        seen = " ".join(each.text + str(each.headers) + str(each.history) for each in answers)
        assert not JWT.search((seen + str(browser.http.cookies.jar)).encode())
        assert answers[0].headers["strict-transport-security"] == "max-age=31536000"
    records = b"".join(file.read_bytes() for file in production.suite.settings.data.glob("console.db*"))
    assert b"renewing" in records
    assert not JWT.search(records)
    for hidden in (b"operations", OURS.encode()):
        assert hidden not in records


async def test_what_is_asked_of_the_issuer(production: Production) -> None:
    """The code flow with PKCE, a state and a nonce, each anew; the address back is the registered one."""
    async with production.browser() as browser:
        asked = []
        for _ in range(2):
            there = await browser.http.get(address())
            asked.append(dict(parse_qsl(urlsplit(there.headers["location"]).query)))
    for each in asked:
        assert (each["response_type"], each["code_challenge_method"], each["scope"]) == ("code", "S256", "openid")
        assert each["redirect_uri"] == f"{production.origin}/sign-in/back/{OURS}"
    for name in ("state", "nonce", "code_challenge"):
        assert asked[0][name] != asked[1][name]
        assert len(asked[0][name]) == 43


async def test_a_code_counts_once(production: Production) -> None:
    """Neither by the address in a history, nor where the browser still has what it kept."""
    async with production.browser() as browser:
        there = await browser.http.get(address())
        kept = browser.http.cookies[BEGUN]
        back = (await browser.http.get(there.headers["location"])).headers["location"]
        assert (await browser.http.get(back)).status_code == 303
        del browser.http.cookies[SESSION]
        assert "used a second time" in await refusal(browser, back)
        again = await browser.http.get(back, headers={"cookie": f"{BEGUN}={kept}"})
        assert "has not signed you in (invalid_grant)" in text_of(again)


async def test_who_comes_back_is_who_went(production: Production) -> None:
    """Not with another state, not without one, not in another browser, not too late."""
    async with production.browser() as browser, production.browser() as victim:
        back = await come_back(browser)
        assert "not begun in this browser" in await refusal(victim, back)
        state = parse_qs(urlsplit(back).query)["state"][0]
        assert "not begun in this browser" in await refusal(browser, back.replace(state, "guessed"))
        back = await come_back(browser)
        assert "not begun in this browser" in await refusal(browser, back.replace("state=", "other="))


async def test_ten_minutes_are_enough(production: Production, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever takes longer begins again."""
    async with production.browser() as browser:
        back = await come_back(browser)
        moment = time.time()
        monkeypatch.setattr("console.signing_on.sign_on.time.time", lambda: moment + 601)
        assert "took longer than ten minutes" in await refusal(browser, back)


async def test_a_code_of_one_issuer_is_shown_to_no_other(production: Production) -> None:
    """Where a council's issuer sends somebody on to that of another one, and hopes to be shown its code."""
    async with production.browser() as browser:
        back = await come_back(browser, OURS)
        await browser.http.get(address(THEIRS))
        asked = production.theirs.asked["/council/token"]
        assert "not begun in this browser" in await refusal(browser, back.replace(OURS, THEIRS))
        back = await come_back(browser, OURS)
        wrong = back.replace(quote(production.ours.url, safe=""), quote(production.theirs.url, safe=""))
        assert wrong != back
        unnamed = (await come_back(browser, OURS)).partition("&iss=")
        assert "came from another issuer" in await refusal(browser, unnamed[0] + "&" + unnamed[2].partition("&")[2])
        back = await come_back(browser, OURS)
        wrong = back.replace(quote(production.ours.url, safe=""), quote(production.theirs.url, safe=""))
        assert "came from another issuer than the one that was asked" in await refusal(browser, wrong)
        assert production.theirs.asked["/council/token"] == asked


@pytest.mark.parametrize(
    ("claims", "sentence"),
    [
        ({"nonce": "another"}, "its ID token is of another sign-on"),
        ({"nonce": None}, "its ID token is of another sign-on"),
        ({"aud": "another-program"}, "for another program"),
        ({"aud": ["seven-steps-console", "another-program"]}, "for another program"),
        ({"azp": "another-program"}, "for another program"),
        ({"iss": "https://login.example"}, "from another issuer"),
        ({"exp": 1_000_000_000, "iat": 999_999_000}, "its ID token has expired"),
        ({"exp": "soon"}, "exp must be a number"),
    ],
)
async def test_an_id_token_is_of_this_sign_on(production: Production, claims: dict[str, object], sentence: str) -> None:
    """For this console, from this issuer, good now, and with the nonce of this browser."""
    production.ours.sign_ins.id_claims = claims
    async with production.browser() as browser:
        assert sentence in await refusal(browser, await come_back(browser))


@pytest.mark.parametrize(
    ("person", "sentence"),
    [
        ({"aud": "another-suite"}, "The token is for another audience. Ask the issuer for one for api://seven-steps"),
        ({"roles": ["Gardener"]}, "gives no role here"),
        ({"suite_roles": ["auditor"]}, "The token gives roles in more than one place"),
        ({"iss": "https://login.example"}, "its access token is not one for the suite"),
        ({"sub": "journey"}, "that is who the journeys are"),
    ],
)
async def test_whoever_may_not_use_it_hears_why(
    production: Production, person: dict[str, object], sentence: str
) -> None:
    """A token for something else, for nobody here, or for a part of the suite; whom to ask is said, too."""
    production.ours.sign_ins.person = {"sub": "amy", "roles": ["operations"], **person}
    async with production.browser() as browser:
        back = await come_back(browser)
        said = await refusal(browser, back)
        assert sentence in said
        assert "hoever looks after sign-in" in said or "tell whoever looks after this installation" in said


async def test_the_issuers_refusal_is_told_by_its_code_alone(production: Production) -> None:
    """Free text of an address is repeated nowhere."""
    async with production.browser() as browser:
        production.ours.sign_ins.refuses_with = "access_denied"
        back = await come_back(browser)
        assert "has not signed you in (access_denied)" in await refusal(browser, back + "&error_description=call+0900")
        production.ours.sign_ins.refuses_with = "call 0900 123"
        said = await refusal(browser, await come_back(browser))
        assert "has not signed you in. Sign in again" in said
        assert "0900" not in said


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:1"])
async def test_nobody_is_sent_elsewhere_after_signing_on(production: Production, elsewhere: str) -> None:
    """An address that somebody was lured to leads to the home page."""
    async with production.browser() as browser:
        answer = await browser.http.get(await come_back(browser, wanted=elsewhere))
        assert answer.headers["location"] == "/"


async def test_a_session_that_was_there_before_is_not_taken_over(production: Production) -> None:
    """Whoever plants a cookie knows nothing of the session that begins; the one before is over."""
    async with production.signed_on() as browser, production.browser() as other:
        before = browser.http.cookies[SESSION]
        production.ours.sign_ins.person = {"sub": "amy", "roles": ["operations"]}
        assert "amy, operations" in text_of(await browser.open(address()))
        assert browser.http.cookies[SESSION] != before
        planted = await other.http.get("/", headers={"cookie": f"{SESSION}={before}"})
        assert planted.headers["location"] == "/sign-in"


async def test_an_issuer_that_is_away_is_named(production: Production, monkeypatch: pytest.MonkeyPatch) -> None:
    """To who comes back, and to who would be sent there; by the other council's people sign in meanwhile."""
    monkeypatch.setattr(issuer_keys, "FRESH_SECONDS", 0.0)
    async with production.browser() as browser:
        back = await come_back(browser)
        production.ours.stop()
        try:
            away = f"The issuer {production.ours.url}, by which you sign in, cannot be asked now"
            assert away in await refusal(browser, back)

            async def is_known() -> bool:
                page = await browser.http.get(address())
                return page.status_code == 503 and away in text_of(page)

            await until(is_known, "the console to know that the issuer is away")
            async with production.signed_on(THEIRS):
                pass
        finally:
            production.ours.start()
        assert (await browser.http.get(await come_back(browser))).headers["location"] == "/"


async def test_keys_may_change_while_somebody_signs_in(production: Production) -> None:
    """The new one is fetched when it is met."""
    async with production.browser() as browser:
        back = await come_back(browser)
        production.ours.rotate()
        assert (await browser.http.get(back)).headers["location"] == "/"
        assert "2 cases" in text_of(await browser.open("/cases"))


async def test_a_council_that_is_none_is_not_found(production: Production) -> None:
    """A page says so."""
    async with production.browser() as browser:
        page = await browser.http.get(address("nowhere"))
        assert page.status_code == 404
        assert "Choose one from the list" in text_of(page)


async def test_nobody_signs_on_by_name_in_production(production: Production) -> None:
    """The form is not there, and what would come from one is refused."""
    async with production.browser() as browser:
        assert "Who you are" not in (await browser.open("/sign-in")).text
        page = await browser.http.post("/sign-in", data={"subject": "eve", "role": "operations", "council": "*"})
        assert page.status_code == 409
        assert "no token is signed with a development key" in text_of(page)


async def test_a_missing_secret_is_told(production: Production, tmp_path: Path) -> None:
    """On the page of who wants to sign in, with the file; and it is no secret any more where it is there again."""
    file = Path(production.suite.console.settings.console_secrets) / "the-console"
    file.rename(tmp_path / "away")
    try:
        async with production.browser() as browser:
            assert f"not to be had from {file} (FileNotFoundError)" in await refusal(browser, await come_back(browser))
    finally:
        (tmp_path / "away").rename(file)
    async with production.signed_on():
        pass


async def test_requests_are_not_answered_without_encryption(production: Production) -> None:
    """There is no way round it at the same address."""
    async with httpx.AsyncClient() as http:
        with pytest.raises(httpx.HTTPError):
            await http.get(production.origin.replace("https", "http"))
