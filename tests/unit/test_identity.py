"""Keys, tokens and rights, without a server."""

import json
import math
import os
import re
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from hypothesis import example, given
from hypothesis import strategies as st
from joserfc.jwk import OKPKey

from sevensteps.config import Settings
from sevensteps.errors import Fault, Kind
from sevensteps.identity import tokens
from sevensteps.identity.actor import Actor, Role
from sevensteps.identity.own_tokens import tokens_of_command_line, tokens_of_process
from sevensteps.identity.rights import RIGHTS, authorise
from sevensteps.identity.tokens import ALGORITHM, AUDIENCE, ISSUER, MOST_CHECKED, Keys, machine_token

KEYS = Keys(OKPKey.generate_key("Ed25519"))
GOOD = KEYS.issue("amy", [Role.PRACTITIONER], "example", teams=["north"])


def test_a_token_says_who_it_speaks_for() -> None:
    """Subject, roles, council and teams come out as they went in."""
    actor = KEYS.check(GOOD).actor
    assert actor == Actor("amy", frozenset({Role.PRACTITIONER}), "example", frozenset({"north"}))


@given(st.one_of(st.text(), st.lists(st.text("AZaz09_-="), min_size=3, max_size=3).map(".".join)))
def test_any_text_is_a_good_token_or_refused(text: str) -> None:
    """Whatever somebody sends, the answer is UNAUTHENTICATED and nothing breaks."""
    with pytest.raises(Fault) as refused:
        KEYS.check(text)
    assert refused.value.kind is Kind.UNAUTHENTICATED


@given(st.integers(0, len(GOOD) - 1), st.sampled_from("ABZabz019_-."))
def test_a_token_with_one_other_letter_speaks_for_nobody_else(place: int, letter: str) -> None:
    """Every changed token is refused, or (a spare bit of base64) still speaks for the same person."""
    changed = GOOD[:place] + letter + GOOD[place + 1 :]
    with suppress(Fault):
        assert KEYS.check(changed) == KEYS.check(GOOD)


HEADERS = st.dictionaries(
    st.sampled_from(["alg", "crit", "b64", "typ", "cty", "kid", "jwk", "x5c", "x5t", "zip", "enc", "p2c", "x"]),
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just(ALGORITHM),
        lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
        max_leaves=4,
    ),
)
NUMBERS = st.integers() | st.floats() | st.booleans() | st.text(max_size=3) | st.none() | st.lists(st.integers())
CLAIMS = st.fixed_dictionaries(
    {},
    optional={
        "exp": NUMBERS,
        "iat": NUMBERS,
        "nbf": NUMBERS,
        "sub": st.text() | NUMBERS,
        "council": st.text() | NUMBERS,
        "roles": st.lists(st.text() | st.integers()) | NUMBERS,
        "teams": st.lists(st.text() | st.integers()) | NUMBERS,
        "aud": st.text() | NUMBERS,
    },
)


def said(**changed: object) -> dict[str, object]:
    """What a good token of these tests says, with some of it changed."""
    good = {"iss": ISSUER, "aud": AUDIENCE, "sub": "amy", "roles": ["practitioner"], "council": "example"}
    return good | {"jti": "1", "iat": time.time(), "exp": time.time() + 60} | changed


def raw(header: object, claims: object) -> str:
    """A token with any header and any claims, signed by the suite's own key as Ed25519 signs."""
    parts = [urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (header, claims)]
    private = load_pem_private_key(KEYS.key.as_pem(private=True), None)
    assert isinstance(private, Ed25519PrivateKey)
    signature = private.sign(b".".join(parts))
    return b".".join((*parts, urlsafe_b64encode(signature).rstrip(b"="))).decode()


@given(HEADERS, CLAIMS)
@example({"alg": ALGORITHM, "crit": 1}, {})
@example({"alg": ALGORITHM, "crit": ["b64"], "b64": False}, {})
@example({"alg": ALGORITHM}, {"exp": float("nan")})
@example({"alg": ALGORITHM}, {"exp": 10**400})
@example({"alg": ALGORITHM}, {})
def test_whatever_a_signed_token_says_it_names_an_actor_or_nobody(header: object, changed: dict[str, object]) -> None:
    """Of any header and any claims comes an actor who can be stored, valid until a moment, or UNAUTHENTICATED."""
    try:
        token = KEYS.check(raw(header, said(**changed)))
    except Fault as refused:
        assert refused.kind is Kind.UNAUTHENTICATED  # noqa: PT017 - it may also be accepted
    else:
        assert token.actor.subject == token.actor.subject.strip() != ""
        assert time.time() < token.expires < math.inf


@pytest.mark.parametrize(
    "changed",
    [{claim: value} for claim in ("exp", "iat", "nbf") for value in (math.nan, math.inf, -math.inf, "1", True, [1], -1)]
    + [{claim: time.time() + 3600} for claim in ("iat", "nbf")]
    + [{"sub": " amy"}, {"sub": "amy "}, {"council": "example "}, {"sub": "journey"}],
)
def test_a_claim_that_says_nothing_or_tomorrow_is_refused(changed: dict[str, object]) -> None:
    """Moments are numbers of seconds, tokens of the future are not valid yet, and no name has a space at its ends."""
    with pytest.raises(Fault) as refused:
        KEYS.check(raw({"alg": ALGORITHM}, said(**changed)))
    assert refused.value.reason == "UNAUTHENTICATED"


def test_a_clock_that_is_a_little_ahead_does_no_harm() -> None:
    """A token issued half a minute from now is valid: clocks differ."""
    soon = time.time() + 30
    actor = KEYS.check(raw({"alg": ALGORITHM}, said(iat=soon, nbf=soon))).actor
    assert actor.subject == "amy"


@pytest.mark.parametrize(
    ("subject", "council", "field"),
    [
        ("", "example", "subject"),
        ("x" * 256, "example", "subject"),
        ("amy\n", "example", "subject"),
        ("amy ", "example", "subject"),
    ]
    + [("amy", council, "council") for council in ("", " ", "x" * 65)],
)
def test_a_token_that_nobody_would_accept_is_not_made(subject: str, council: str, field: str) -> None:
    """A token that no service would accept is not issued: the refusal says what is wrong."""
    with pytest.raises(Fault) as refused:
        KEYS.issue(subject, [Role.PRACTITIONER], council)
    assert (refused.value.kind, refused.value.violations[0].field) == (Kind.INVALID, field)


def test_a_process_whose_clock_was_set_back_gets_a_token_that_is_valid_now(monkeypatch: pytest.MonkeyPatch) -> None:
    """A token made while the clock was an hour ahead is not kept until the hour is over: it is from the future."""
    token = machine_token(KEYS, "planning", Role.SERVICE)
    right = time.time()
    with monkeypatch.context() as ahead:
        ahead.setattr(time, "time", lambda: right + 3600)
        wrong = token()
    with pytest.raises(Fault, match="not valid yet"):
        KEYS.check(wrong)
    assert KEYS.check(token()).actor.subject == "planning"
    assert token() == token()


def test_the_longest_token_is_accepted() -> None:
    """255 characters of a subject, as OpenID Connect has it, and 64 of a council."""
    actor = KEYS.check(KEYS.issue("x" * 255, [Role.PRACTITIONER], "y" * 64)).actor
    assert (len(actor.subject), len(actor.council)) == (255, 64)


def test_remembering_has_an_end() -> None:
    """Many callers do not fill the memory."""
    keys = Keys(OKPKey.generate_key("Ed25519"))
    for number in range(MOST_CHECKED + 10):
        keys.check(keys.issue(str(number), [], "example"))
    assert len(keys._checked) <= MOST_CHECKED  # noqa: SLF001 - its size is the point


def test_the_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    """A token from one process is valid in another, and only the owner can read the key."""
    token = Keys.open(tmp_path).issue("amy", [Role.AUDITOR], "example")
    assert Keys.open(tmp_path).check(token).actor.subject == "amy"
    (key,) = (tmp_path / "keys").iterdir()
    assert key.stat().st_mode & 0o077 == 0
    assert key.parent.stat().st_mode & 0o077 == 0
    assert key.stat().st_uid == os.geteuid()


def test_services_that_start_together_share_one_key(tmp_path: Path) -> None:
    """The first process to make the key wins, and the others use it."""
    with ThreadPoolExecutor(8) as together:
        keys = list(together.map(lambda _: Keys.open(tmp_path), range(8)))
    token = keys[0].issue("amy", [Role.AUDITOR], "example")
    assert {each.check(token).actor.subject for each in keys} == {"amy"}


ROLES = st.frozensets(st.sampled_from(Role))


@given(ROLES, st.sampled_from(sorted(RIGHTS)))
def test_one_right_is_enough_and_none_is_too_little(roles: AbstractSet[Role], rpc: str) -> None:
    """A call is allowed exactly when one of the roles has the right to it."""
    actor = Actor("amy", frozenset(roles), "example")
    if roles & RIGHTS[rpc]:
        authorise(actor, rpc)
    else:
        with pytest.raises(Fault) as refused:
            authorise(actor, rpc)
        assert (refused.value.kind, refused.value.metadata) == (Kind.DENIED, {"rpc": rpc})


@given(ROLES)
def test_a_call_without_a_row_is_nobodys(roles: AbstractSet[Role]) -> None:
    """A call that is missing in the table cannot be made."""
    with pytest.raises(Fault, match="ROLE_LACKS_RIGHT"):
        authorise(Actor("amy", frozenset(roles), "*"), "/sevensteps.api.assessment.v1.AssessmentService/New")


@given(st.text(), st.text())
def test_a_council_sees_its_own(one: str, other: str) -> None:
    """Councils are compared letter by letter; only `*` stands for all."""
    actor = Actor("amy", frozenset(), one)
    assert actor.may_see(one)
    assert actor.may_see(other) is (one in (other, "*"))


OPENING_KEYS = {"identity/own_tokens.py", "identity/tokens.py", "local/suite.py", "rpc/identity.py"}


def test_development_keys_are_opened_where_production_is_thought_of() -> None:
    """Whatever else opened one would sign or accept tokens in production, too."""
    root = Path(tokens.__file__).parents[1]
    found = {
        str(file.relative_to(root))
        for file in root.rglob("*.py")
        if re.search(r"Keys\.(open|existing)\b", file.read_text())
    }
    others = [file for folder in ("services", "workflows") for file in (root.parent / folder).rglob("*.py")]
    assert found == OPENING_KEYS
    assert [file for file in others if "Keys" in file.read_text()] == []


@pytest.mark.parametrize("of", [tokens_of_process, tokens_of_command_line])
def test_in_production_nobody_signs_with_a_development_key(of: Callable[..., object], tmp_path: Path) -> None:
    """Neither a process nor the command line, although there is one."""
    Keys.open(tmp_path)
    of(Settings(data=tmp_path), "amy", Role.AUDITOR)
    with pytest.raises(Fault, match="SEVENSTEPS_ISSUER") as refused:
        of(Settings(data=tmp_path, mode="production"), "amy", Role.AUDITOR)
    assert refused.value.reason == "DEVELOPMENT_KEYS_REFUSED"
