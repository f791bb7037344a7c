"""Tokens of an issuer: its keys, its algorithms, its clock, and what it may not do."""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from joserfc.jwk import OctKey, RSAKey
from structlog.testing import capture_logs

from servers.issuer import AUDIENCE, Issuer, identity_yaml, new_key, run_issuer
from sevensteps.errors import Fault, Kind
from sevensteps.identity import http
from sevensteps.identity import issuer as keys_of
from sevensteps.identity.actor import Actor, Role
from sevensteps.identity.claims import LONGEST_LIFE
from sevensteps.identity.issuer import MOST_WAITING, usable_keys
from sevensteps.identity.issuers import Issuers
from sevensteps.identity.revocations import Revocation
from sevensteps.trusted_issuers import TrustedIssuers

SKEW = 60.0


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with run_issuer() as running:
        yield running


@pytest.fixture
def root(tmp_path: Path, issuer: Issuer) -> Path:
    """A folder of policies with two councils, of which barset believes the issuer."""
    for council in ("barset", "loamshire"):
        (tmp_path / council).mkdir()
        (tmp_path / council / "council.yaml").touch()
    (tmp_path / "barset/identity.yaml").write_text(identity_yaml(issuer))
    return tmp_path


@pytest.fixture
def issuers(root: Path) -> Issuers:
    return Issuers(TrustedIssuers(root).read, SKEW)


@pytest.fixture
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys may be fetched as often as somebody wants."""
    monkeypatch.setattr(keys_of, "PAUSE_SECONDS", 0.0)


async def refusal(issuers: Issuers, token: str) -> Fault:
    with pytest.raises(Fault) as refused:
        await issuers.check(token)
    return refused.value


async def until(is_so: Callable[[], bool]) -> None:
    while not is_so():  # noqa: ASYNC110 - what is waited for happens in another thread
        await asyncio.sleep(0.02)


async def assert_refused(issuers: Issuers, token: str, words: str) -> None:
    fault = await refusal(issuers, token)
    assert (fault.kind, fault.reason) == (Kind.UNAUTHENTICATED, "UNAUTHENTICATED")
    assert words in fault.detail


async def test_a_token_of_a_councils_issuer_makes_an_actor_of_that_council(issuers: Issuers, issuer: Issuer) -> None:
    """Subject, roles and teams are what the council's file makes of the claims; what it does not list is nothing."""
    token = issuer.token(roles=["Practitioner", "finance", "Chief"], groups=["n", "s"], jti="1", council="loamshire")
    checked = await issuers.check(token)
    roles = frozenset({Role.PRACTITIONER, Role.FINANCE})
    assert (checked.actor, checked.token_id) == (Actor("amy", roles, "barset", frozenset({"north"})), "1")


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256", "EdDSA", "Ed25519"])
async def test_asymmetric_algorithms_are_accepted(issuers: Issuers, issuer: Issuer, algorithm: str) -> None:
    """Each with a key of its own type."""
    issuer.rotate(algorithm)
    assert (await issuers.check(issuer.token())).actor.subject == "amy"


async def test_the_public_key_is_no_secret_to_sign_with(issuers: Issuers, issuer: Issuer) -> None:
    """HS256 with the text of the RSA key, which everybody can read: the oldest way to forge a token."""
    assert isinstance(issuer.key, RSAKey)
    for text in (issuer.key.as_pem(private=False), issuer.key.as_der(private=False)):
        forged = issuer.signed(issuer.claims(), algorithm="HS256", key=OctKey.import_key(text.hex()))
        await assert_refused(issuers, forged, "not accepted")


async def test_a_token_without_a_signature_is_refused(issuers: Issuers, issuer: Issuer) -> None:
    """`none`, however it is written, and a signature that is cut off."""
    head, body, signature = issuer.token().split(".")
    for other in ("eyJhbGciOiJub25lIiwia2lkIjoiZmlyc3QifQ", "eyJhbGciOiJOb25lIiwia2lkIjoiZmlyc3QifQ"):
        await assert_refused(issuers, f"{other}.{body}.", "not accepted")
        await assert_refused(issuers, f"{other}.{body}.{signature}", "not accepted")
    await assert_refused(issuers, f"{head}.{body}.", "not accepted")


async def test_a_key_signs_by_the_algorithm_that_it_names(issuers: Issuers, issuer: Issuer) -> None:
    """A key for RS256 alone signs no PS256, and one of a type signs none of another."""
    assert isinstance(issuer.key, RSAKey)
    issuer.told = [RSAKey.import_key(issuer.key.as_dict(private=False), {"kid": "first", "alg": "RS256"})]
    assert (await issuers.check(issuer.token())).actor.subject == "amy"
    await assert_refused(issuers, issuer.signed(issuer.claims(), algorithm="PS256"), "not accepted")
    other = new_key("ES256", "first")
    await assert_refused(issuers, issuer.signed(issuer.claims(), algorithm="ES256", key=other), "not accepted")


async def test_a_forged_token_is_refused(issuers: Issuers, issuer: Issuer) -> None:
    """Signed by another key under the id of the issuer's, or with the key beside it in its header."""
    forger = new_key("RS256", "first")
    await assert_refused(issuers, issuer.signed(issuer.claims(), key=forger), "signature is wrong")
    with_key = issuer.signed(issuer.claims(), key=forger, jwk=forger.as_dict(private=False))
    await assert_refused(issuers, with_key, "cannot be read")


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"iss": "http://127.0.0.1:1/council"}, "no council here believes"),
        ({"iss": 5}, "no council here believes"),
        ({"aud": "api://payroll"}, f"another audience. Ask the issuer for one for {AUDIENCE}"),
        ({"aud": None}, "another audience"),
        ({"exp": time.time() - SKEW - 5}, "expired"),
        ({"exp": "tomorrow"}, "exp must be a number"),
        ({"exp": None}, "exp must be a number"),
        ({"iat": time.time() + SKEW + 3600}, "not valid yet"),
        ({"nbf": time.time() + SKEW + 3600}, "not valid yet"),
        ({"iat": None}, "iat must be a number"),
        ({"sub": ""}, "sub must be text"),
        ({"sub": None}, "sub must be text"),
        ({"sub": ["amy\n"]}, "sub must be text"),
        ({"sub": "journey"}, "must not be journey"),
        ({"jti": "x" * 300}, "id cannot be used"),
    ],
)
async def test_a_claim_that_is_wrong_is_refused(
    issuers: Issuers, issuer: Issuer, changed: dict[str, object], words: str
) -> None:
    """Issuer, audience, moments, subject and id, although the issuer itself has signed them."""
    fault = await refusal(issuers, issuer.token(**changed))
    assert fault.kind is Kind.UNAUTHENTICATED
    assert words in fault.detail


async def test_several_audiences_are_as_good_as_one(issuers: Issuers, issuer: Issuer) -> None:
    """A token may be for others, too."""
    assert (await issuers.check(issuer.token(aud=["account", AUDIENCE]))).actor.council == "barset"


@pytest.mark.parametrize("changed", [{"exp": -SKEW + 10}, {"iat": SKEW - 10}, {"nbf": SKEW - 10}])
async def test_clocks_may_differ_a_little(issuers: Issuers, issuer: Issuer, changed: dict[str, float]) -> None:
    """As far as the setting says, in either direction."""
    moments = {claim: time.time() + seconds for claim, seconds in changed.items()}
    assert (await issuers.check(issuer.token(**moments))).actor.subject == "amy"


async def test_no_token_is_good_for_ever(issuers: Issuers, issuer: Issuer) -> None:
    """Else a revocation could never be forgotten."""
    now = time.time()
    checked = await issuers.check(issuer.token(exp=now + 10**9))
    assert checked.expires <= now + LONGEST_LIFE + SKEW + 1


async def test_a_revocation_allows_for_clocks_that_differ(issuers: Issuers, issuer: Issuer) -> None:
    """What an issuer whose clock is ahead may have given out before is revoked; what is surely later is not."""
    now = time.time()
    checked = await issuers.check(issuer.token(iat=now))
    assert Revocation("barset", "amy", "", moment=now - SKEW + 1).concerns(checked)
    assert not Revocation("barset", "amy", "", moment=now - SKEW - 1).concerns(checked)


async def test_a_token_of_no_role_is_told_what_to_do(issuers: Issuers, issuer: Issuer) -> None:
    """It is in order, so another one of the same kind would not help: the refusal says which claim and which file."""
    fault = await refusal(issuers, issuer.token(roles=["Chief"]))
    assert (fault.kind, fault.reason) == (Kind.DENIED, "NO_ROLE")
    assert "roles would have to have a value" in fault.detail
    assert "barset/identity.yaml" in fault.detail


async def test_nobody_gives_themselves_the_suites_own_roles(issuers: Issuers, issuer: Issuer) -> None:
    """Roles with the names of the suite's own are unknown to the file."""
    assert (await refusal(issuers, issuer.token(roles=["journey", "service"]))).reason == "NO_ROLE"


async def test_a_key_that_is_new_is_fetched_when_a_token_names_it(
    issuers: Issuers, issuer: Issuer, no_pause: None
) -> None:
    """A rotation in the middle keeps nobody out; the former key is good for as long as the issuer tells it."""
    former = issuer.token()
    await issuers.check(former)
    issuer.rotate(keep=True)
    assert (await issuers.check(issuer.token(sub="bob"))).actor.subject == "bob"
    assert (await issuers.check(former)).actor.subject == "amy"
    issuer.rotate()
    assert (await issuers.check(issuer.token(sub="bob"))).actor.subject == "bob"
    await assert_refused(issuers, former, "has no key with the id")


async def test_odd_key_ids_do_not_make_us_a_burden_to_the_issuer(
    issuers: Issuers, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many come, the keys are fetched once in a while; whoever has a new key comes in a little later."""
    await issuers.check(issuer.token())
    odd = [issuer.signed(issuer.claims(), kid=str(number)) for number in range(300)]
    for found in await asyncio.gather(*(issuers.check(token) for token in odd), return_exceptions=True):
        assert isinstance(found, Fault)
        assert (found.kind, found.reason) == (Kind.UNAVAILABLE, "KEY_NOT_KNOWN_YET")
    assert issuer.asked["/council/keys"] == 1
    monkeypatch.setattr(keys_of, "PAUSE_SECONDS", 0.0)
    await assert_refused(issuers, odd[0], "has no key with the id")
    assert issuer.asked["/council/keys"] == 2


async def test_few_wait_for_keys(issuers: Issuers, issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the issuer is slow, a flood of callers does not pile up: whoever is one too many comes again."""
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(_: str) -> dict[str, object]:
        begun.set()
        await go_on.wait()
        return {}

    monkeypatch.setattr(http, "get", slow)
    waiting = [asyncio.create_task(issuers.check(issuer.token())) for _ in range(MOST_WAITING)]
    await begun.wait()
    await asyncio.sleep(0)
    fault = await refusal(issuers, issuer.token())
    assert (fault.kind, fault.reason) == (Kind.UNAVAILABLE, "ISSUER_UNAVAILABLE")
    go_on.set()
    await asyncio.gather(*waiting, return_exceptions=True)


async def test_while_the_issuer_is_down_at_first_its_callers_are_told_to_come_again(
    issuers: Issuers, issuer: Issuer, no_pause: None
) -> None:
    """It is not their token that is wrong. When it is up, they come in."""
    token = issuer.token()
    issuer.stop()
    with capture_logs() as logged:
        for _ in range(2):
            fault = await refusal(issuers, token)
    assert (fault.kind, fault.reason) == (Kind.UNAVAILABLE, "ISSUER_UNAVAILABLE")
    assert "does not answer" in fault.detail
    assert [line["log_level"] for line in logged] == ["error"]
    issuer.start()
    assert (await issuers.check(token)).actor.subject == "amy"


async def test_while_the_issuer_is_down_later_its_last_keys_are_good_for_a_while(
    issuers: Issuers, issuer: Issuer, no_pause: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not for ever: a key may have been withdrawn meanwhile. That holds for a token that is known, too."""
    token = issuer.token()
    await issuers.check(token)
    issuer.stop()
    (kept,) = issuers.all()
    await kept.fetch()
    assert kept.problem
    assert (await issuers.check(token)).actor.subject == "amy"
    monkeypatch.setattr(keys_of, "STALE_SECONDS", 0.0)
    assert (await refusal(issuers, token)).reason == "ISSUER_UNAVAILABLE"


async def test_keys_are_fetched_again_before_anybody_waits(
    issuers: Issuers, issuer: Issuer, monkeypatch: pytest.MonkeyPatch, no_pause: None
) -> None:
    """In the background, at the start and whenever they have become old: a key that is withdrawn is gone soon."""
    monkeypatch.setattr(keys_of, "FRESH_SECONDS", 0.05)
    monkeypatch.setattr("sevensteps.identity.issuers.LOOK_SECONDS", 0.02)
    former = issuer.token()
    keeping = asyncio.create_task(issuers.keep())
    try:
        async with asyncio.timeout(10):
            await until(lambda: issuer.asked["/council/keys"] > 0)
            await issuers.check(former)
            issuer.rotate()
            while True:
                await asyncio.sleep(0.02)
                with suppress(Fault):
                    await issuers.check(former)
                    continue
                break
    finally:
        keeping.cancel()
    await assert_refused(issuers, former, "has no key")


async def test_a_file_that_changes_is_believed_soon(
    issuers: Issuers, issuer: Issuer, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a restart: what a council believes no more is not believed although the token is known."""
    monkeypatch.setattr("sevensteps.identity.issuers.LOOK_SECONDS", 0.02)
    token = issuer.token()
    await issuers.check(token)
    keeping = asyncio.create_task(issuers.keep())
    (root / "barset/identity.yaml").unlink()
    try:
        async with asyncio.timeout(10):
            await until(lambda: not issuers.all())
    finally:
        keeping.cancel()
    await assert_refused(issuers, token, "no council here believes")


async def test_an_issuer_by_another_name_is_not_believed(issuers: Issuers, issuer: Issuer, root: Path) -> None:
    """Its own name has to be written, letter by letter: else one tenant's keys would do for another's tokens."""
    issuer.url += "/"
    other = issuer.url.removesuffix("/")
    fault = await refusal(issuers, issuer.token(iss=other))
    assert fault.reason == "ISSUER_UNAVAILABLE"
    assert "calls itself" in fault.detail


@pytest.mark.parametrize("answers", [b"", b"[]", b'{"keys": 5}', b"\xff", b"[" * 100_000])
def test_whatever_a_key_set_is_it_gives_keys_or_none(answers: bytes) -> None:
    """Nothing that an issuer sends as a key set breaks a service."""
    assert usable_keys(answers) == {}


@pytest.mark.parametrize(
    "key",
    [
        {"kty": "oct", "kid": "a", "k": "c2VjcmV0"},
        {"kty": "RSA", "kid": "a", "n": 5, "e": "AQAB"},
        {"kty": "RSA", "kid": "a", "n": "AQAB", "e": "AQAB"},
        {"kty": "EC", "kid": "a", "crv": "P-521", "x": "", "y": ""},
        {"kty": "?", "kid": "a"},
        {"kid": "a"},
        {"kty": "RSA"},
        5,
        None,
    ],
)
def test_a_key_that_cannot_be_used_is_passed_over(key: object) -> None:
    """A shared secret, a broken key, one that is too short, one of another kind: the others are still good."""
    good = new_key("ES256", "good").as_dict(private=False)
    assert list(usable_keys([key, good])) == ["good"]


def test_a_key_for_encryption_signs_nothing() -> None:
    """Keycloak tells both in one set."""
    written = new_key("RS256", "a").as_dict(private=False) | {"use": "enc"}
    assert usable_keys([written]) == {}
