"""The files and tokens in docs/identity.md fit together: whoever copies them signs in."""

import json
import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from docs.pages import BLOCK, ROOT
from servers.issuer import new_key
from sevensteps.errors import Fault
from sevensteps.identity import claims, client_credentials, issuer
from sevensteps.identity.actor import EVERY_COUNCIL, Actor, Role
from sevensteps.identity.issuer import usable_keys
from sevensteps.identity.trust import Trust, actor_of
from sevensteps.service import revocations
from sevensteps.trusted_issuers import read_trusts

COUNCIL = "example-council"
ENTRA, KEYCLOAK = "microsoftonline", "barset"
BLOCKS = [(found["language"], found["text"]) for found in BLOCK.finditer((ROOT / "docs/identity.md").read_text())]
TOKENS = [json.loads(text) for language, text in BLOCKS if language == "json"]
FILES = [text for language, text in BLOCKS if language == "yaml"]


def trusts_of(product: str, tmp_path: Path, file: str = f"{COUNCIL}/identity.yaml") -> tuple[Trust, ...]:
    """What the page's file of that name believes of an issuer."""
    (text,) = (text for text in FILES if text.startswith(f"# policies/{file}\n") and product in text)
    (tmp_path / file).parent.mkdir(exist_ok=True)
    (tmp_path / file).write_text(text)
    return read_trusts(tmp_path, file, EVERY_COUNCIL if file == "identity.yaml" else COUNCIL)


def token_of(product: str) -> Mapping[str, object]:
    """The page's token of that issuer."""
    (token,) = (token for token in TOKENS if product in token["iss"])
    return dict(token)


@pytest.mark.parametrize(
    ("product", "subject", "roles", "teams", "token_id"),
    [
        (ENTRA, "oid", {Role.PRACTITIONER, Role.PLANNER}, set(), "uti"),
        (KEYCLOAK, "sub", {Role.PRACTITIONER}, {"north"}, "jti"),
    ],
)
def test_the_person_of_the_page_signs_in(  # noqa: PLR0917 - a row of the table above
    tmp_path: Path, product: str, subject: str, roles: set[Role], teams: set[str], token_id: str
) -> None:
    """With the roles and teams that the file gives them, in the council whose file it is."""
    token, trusts = token_of(product), trusts_of(product, tmp_path)
    assert {trust.issuer for trust in trusts} == {token["iss"]}
    actor, found = actor_of(token, trusts)
    assert actor == Actor(str(token[subject]), frozenset(roles), COUNCIL, frozenset(teams))
    assert found == token[token_id]


@pytest.mark.parametrize("product", [ENTRA, KEYCLOAK])
def test_the_program_of_the_page_is_what_its_client_is(tmp_path: Path, product: str) -> None:
    """Its own token; not that of a person who uses it, and not one of a program that is not named."""
    trusts = trusts_of(product, tmp_path)
    machines = trusts[0].machines
    assert machines
    (client,) = machines.clients.roles
    person = {**token_of(product), "azp": client}
    program = {name: value for name, value in person.items() if name != "scp"} | {"idtyp": "app"}
    assert actor_of(program, trusts)[0].roles == {Role.INTEGRATOR}
    assert Role.INTEGRATOR not in actor_of(person, trusts)[0].roles
    with pytest.raises(Fault, match="NO_ROLE"):
        actor_of(program | {"azp": "another"}, trusts)


def test_the_suites_own_programs_are_in_the_file_for_the_whole_installation(tmp_path: Path) -> None:
    """The worker, the services and the desk; people with their roles in it."""
    trusts = trusts_of(ENTRA, tmp_path, "identity.yaml")
    machines = trusts[0].machines
    assert machines
    assert {frozenset(roles) for roles in machines.clients.roles.values()} == {
        frozenset({Role.JOURNEY}),
        frozenset({Role.SERVICE}),
        frozenset({Role.OPERATIONS, Role.AUDITOR}),
    }
    olu, _ = actor_of(dict(token_of(ENTRA)) | {"roles": ["SevenSteps.Operations"]}, trusts)
    assert (olu.council, olu.roles) == (EVERY_COUNCIL, frozenset({Role.OPERATIONS}))


def test_a_person_of_both_files_is_of_one_council(tmp_path: Path) -> None:
    """Both files of the page believe one issuer; the roles tell whose actor a token makes."""
    trusts = (*trusts_of(ENTRA, tmp_path), *trusts_of(ENTRA, tmp_path, "identity.yaml"))
    assert actor_of(token_of(ENTRA), trusts)[0].council == COUNCIL
    with pytest.raises(Fault, match="COUNCIL_UNCLEAR"):
        actor_of({**token_of(ENTRA), "roles": ["SevenSteps.Auditor", "SevenSteps.Operations"]}, trusts)


def test_a_key_as_entra_tells_it_can_be_used() -> None:
    """With a certificate and its digest beside it, and words that no standard has."""
    written = new_key("RS256", "-KI3Q9nNR7bRofxmeZoXqbHZGew").as_dict(private=False) | {
        "x5t": "-KI3Q9nNR7bRofxmeZoXqbHZGew",
        "x5c": ["MIIDBTCCAe2gAwIBAgIQ"],
        "cloud_instance_name": "microsoftonline.com",
        "issuer": "https://login.microsoftonline.com/{tenantid}/v2.0",
    }
    assert list(usable_keys([written])) == [written["kid"]]


def test_what_the_page_says_of_times_is_so() -> None:
    """Minutes, hours and days in its words are those of the code."""
    text = re.sub(r"\s+", " ", (ROOT / "docs/identity.md").read_text())
    assert (issuer.FRESH_SECONDS, issuer.PAUSE_SECONDS) == (5 * 60, 10)
    assert (issuer.STALE_SECONDS, claims.LONGEST_LIFE) == (2 * 3600, 31 * 86_400)
    assert (revocations.KEPT.days, revocations.LOOK_SECONDS, client_credentials.LONGEST_PAUSE) == (32, 2, 30)
    for words in (
        "every five minutes, and when a token names one that is not known, at most every ten seconds",
        "good for two hours",
        "31 days after",
        "forgotten after 32 days",
        "every two seconds",
        "pauses of up to half a minute",
    ):
        assert words in text
