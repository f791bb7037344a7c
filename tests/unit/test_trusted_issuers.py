"""Who may sign in: what identity.yaml may say, what is refused, and whose actor a token makes."""

import json
import os
from collections.abc import Mapping
from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from sevensteps.cli import policy_folder
from sevensteps.errors import Fault, Kind
from sevensteps.identity.actor import EVERY_COUNCIL, Actor, Role
from sevensteps.identity.trust import ConsoleClient, Trust, actor_of
from sevensteps.trusted_issuers import FOR_THE_SUITE, TrustedIssuers, check, read_trusts

ISSUER = "https://login.example/tenant/v2.0"
FILE = f"""
issuers:
  - issuer: {ISSUER}
    audience: seven-steps
    subject: oid
    token id: uti
    only: {{tid: [t1, t2]}}
    people:
      roles:
        claim: realm_access.roles
        are:
          worker: [practitioner, planner]
          money: finance
      teams:
        claim: [https://login.example/teams]
        are: {{g1: north}}
    machines:
      known by: {{idtyp: app}}
      lacking: [scp]
      client: azp
      are:
        reporting: integrator
"""
CLAIMS = {"aud": "seven-steps", "oid": "amy", "tid": "t1", "uti": "7", "realm_access": {"roles": ["worker"]}}
MACHINE = CLAIMS | {"idtyp": "app", "azp": "reporting"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A folder of policies with two councils."""
    for council in ("barset", "loamshire"):
        (tmp_path / council).mkdir()
        (tmp_path / council / "council.yaml").touch()
    return tmp_path


def write(root: Path, text: str = FILE, council: str = "barset") -> None:
    """A council's file, or that of the whole installation, with another moment of change."""
    path = root / ("" if council == EVERY_COUNCIL else council) / "identity.yaml"
    before = path.stat().st_mtime_ns if path.exists() else 0
    path.write_text(text)
    os.utime(path, ns=(before + 10**9, before + 10**9))


def believed(root: Path) -> tuple[Trust, ...]:
    return TrustedIssuers(root).read()


def refusal(root: Path, claims: Mapping[str, object]) -> Fault:
    with pytest.raises(Fault) as refused:
        actor_of(claims, believed(root))
    return refused.value


CONSOLE = "    console: {client: seven-steps-console, secret: barset, scope: offline_access}\n"


def test_people_sign_in_to_the_console_by_one_issuer_of_a_file(root: Path) -> None:
    """As a client of its own, whose secret is in a file of a folder: a second one in the file is refused."""
    write(root, FILE + CONSOLE)
    [trust] = believed(root)
    assert trust.console == ConsoleClient("seven-steps-console", "barset", "offline_access")
    write(root, FILE + CONSOLE + (FILE + CONSOLE).replace("issuers:", ""))
    [problem] = check(root, "barset")
    assert str(problem).endswith("each council has one, to which its people are sent")
    write(root, FILE + CONSOLE.replace("barset", "../barset"))
    [problem] = check(root, "barset")
    assert "the name of a file in the folder SEVENSTEPS_CONSOLE_SECRETS" in str(problem)


def test_claims_mean_what_the_file_says(root: Path) -> None:
    """Paths with and without dots, one value for several roles, teams by their names, the id of the token."""
    write(root)
    claims = CLAIMS | {"https://login.example/teams": ["g1", "g2"]}
    roles = frozenset({Role.PRACTITIONER, Role.PLANNER})
    assert actor_of(claims, believed(root)) == (Actor("amy", roles, "barset", frozenset({"north"})), "7")


@pytest.mark.parametrize(
    "changed",
    [
        {"tid": "t3"},
        {"tid": None},
        {"realm_access": {"roles": ["unknown"]}},
        {"realm_access": ["worker"]},
        {"realm_access": "worker"},
        {"realm_access": {"roles": [{"worker": 1}, 5, None]}},
    ],
)
def test_a_token_without_a_role_is_nobodys(root: Path, changed: dict[str, object]) -> None:
    """Another tenant, a role that is not listed, a claim of another form: nothing is guessed."""
    write(root)
    fault = refusal(root, CLAIMS | changed)
    assert (fault.kind, fault.reason) == (Kind.DENIED, "NO_ROLE")


def test_a_program_is_what_its_client_is_and_nothing_else(root: Path) -> None:
    """Roles in its token do not count, as it could be given them without anybody naming it here."""
    write(root)
    actor, _ = actor_of(MACHINE, believed(root))
    assert (actor.subject, actor.roles) == ("amy", frozenset({Role.INTEGRATOR}))
    assert refusal(root, MACHINE | {"azp": "other"}).reason == "NO_ROLE"


def test_a_person_who_uses_a_program_is_not_that_program(root: Path) -> None:
    """Their token has the program's id, too, but also a scope, or another type."""
    write(root)
    for person in (MACHINE | {"scp": "use"}, MACHINE | {"idtyp": "user"}):
        assert actor_of(person, believed(root))[0].roles == {Role.PRACTITIONER, Role.PLANNER}


def test_the_suites_own_programs_are_named_for_the_whole_installation(root: Path) -> None:
    """The journeys are `journey` in all records, whatever the issuer calls them; they act for every council."""
    write(root, FILE.replace("reporting: integrator", "worker: journey\n        services: service"), EVERY_COUNCIL)
    journeys, _ = actor_of(MACHINE | {"azp": "worker"}, believed(root))
    assert journeys == Actor("journey", frozenset({Role.JOURNEY}), EVERY_COUNCIL)
    assert actor_of(MACHINE | {"azp": "services"}, believed(root))[0].roles == {Role.SERVICE}


def test_a_council_names_no_program_of_the_suite(root: Path) -> None:
    """Whoever is one writes for every council: the problem is told with its line, and nothing is believed."""
    write(root, FILE.replace("reporting: integrator", "reporting: [integrator, journey]"))
    (problem,) = check(root, "barset")
    assert str(problem).startswith("barset/identity.yaml:22: reporting: a role other than journey")
    with capture_logs() as logged:
        assert believed(root) == ()
    assert [line["log_level"] for line in logged] == ["error"]


def test_an_issuers_token_is_of_a_council_that_believes_it(root: Path) -> None:
    """What a token itself says of a council counts nothing."""
    write(root)
    write(root, FILE.replace(ISSUER, "https://other.example"), "loamshire")
    of_barset = [trust for trust in believed(root) if trust.issuer == ISSUER]
    assert actor_of(CLAIMS | {"council": "loamshire"}, of_barset)[0].council == "barset"


def test_councils_that_share_an_issuer_are_told_apart(root: Path) -> None:
    """By a claim or by the audience. A token that would do in both does in neither: nobody is in the wrong council."""
    write(root)
    write(root, FILE, "loamshire")
    fault = refusal(root, CLAIMS)
    assert (fault.kind, fault.reason) == (Kind.DENIED, "COUNCIL_UNCLEAR")
    assert "barset/identity.yaml, loamshire/identity.yaml" in fault.detail
    write(root, FILE.replace("[t1, t2]", "t2"), "loamshire")
    assert actor_of(CLAIMS, believed(root))[0].council == "barset"
    write(root, FILE.replace("audience: seven-steps", "audience: loamshires"), "loamshire")
    assert actor_of(CLAIMS | {"aud": ["x", "loamshires"]}, believed(root))[0].council == "loamshire"


@pytest.mark.parametrize(
    ("was", "becomes", "problem"),
    [
        (ISSUER, "http://login.example", "barset/identity.yaml:3: issuer: an address that begins with https://"),
        (ISSUER, "login", "barset/identity.yaml:3: issuer: an address such as https://"),
        ("    audience: seven-steps\n", "", "barset/identity.yaml:3: 'audience' is a required property"),
        ("money: finance", "money: treasurer", "barset/identity.yaml:13: are: money: "),
        ("money: finance", "money: journey", "barset/identity.yaml:13: are: money: "),
        (
            "claim: realm_access.roles",
            "claim: realm access",
            "barset/identity.yaml:10: roles: claim: the path of a claim",
        ),
        (
            "      known by: {idtyp: app}\n      lacking: [scp]\n",
            "",
            "barset/identity.yaml:17: machines: how a program's",
        ),
        ("tid: [t1, t2]", "tid: 5", "barset/identity.yaml:7: only: tid: a value that the claim must have, in quotes"),
        ("token id", "token-id", "barset/identity.yaml:3: "),
    ],
)
def test_what_is_wrong_is_said_with_its_line(root: Path, was: str, becomes: str, problem: str) -> None:
    """`policy check` lists it."""
    assert was in FILE
    write(root, FILE.replace(was, becomes))
    (found,) = check(root, "barset")
    assert str(found).startswith(problem)


def test_a_file_without_a_council_is_a_problem(root: Path) -> None:
    """It would be believed by nobody, and somebody wonders why."""
    (root / "elsewhere").mkdir()
    (root / "elsewhere/identity.yaml").write_text(FILE)
    (problem,) = check(root, "elsewhere")
    assert "council.yaml beside it" in str(problem)
    assert believed(root) == ()


def test_a_change_is_taken_and_a_bad_one_is_not(root: Path) -> None:
    """What was believed before stays, and the log says why, once."""
    write(root)
    trusted = TrustedIssuers(root)
    (before,) = trusted.read()
    write(root, FILE.replace("money: finance", "money: treasurer"))
    with capture_logs() as logged:
        assert trusted.read() == trusted.read() == (before,)
    assert [line["log_level"] for line in logged] == ["error"]
    write(root, FILE.replace("seven-steps", "steps"))
    assert trusted.read()[0].audience == "steps"


def test_the_form_knows_every_role() -> None:
    """A person's are all but the suite's own."""
    form = json.loads((files("sevensteps.policy.packs") / "schema" / "identity.json").read_text())["$defs"]
    assert set(form["role of a person"]["enum"]) == set(Role) - FOR_THE_SUITE
    assert set(form["role of a machine"]["enum"]) == set(Role)


def test_a_file_is_read_whole(root: Path) -> None:
    """Every issuer of it."""
    write(root, FILE + FILE.partition("issuers:")[2].replace("seven-steps", "steps"))
    assert [trust.audience for trust in read_trusts(root, "barset/identity.yaml", "barset")] == ["seven-steps", "steps"]


def test_policy_check_checks_who_may_sign_in(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """For a council with its choices, and for the whole installation where nothing is named."""
    (root / "england").mkdir()
    (root / "england/pack.yaml").touch()
    write(root, FILE.replace("finance", "treasurer"))
    write(root, FILE.replace("finance", "treasurer"), EVERY_COUNCIL)
    monkeypatch.setenv("SEVENSTEPS_POLICIES", str(root))
    names = [name for _, name in policy_folder.folders_to_check(None)]
    assert names == ["england", "barset", "loamshire", "identity.yaml"]
    for name, file in (("barset", "barset/identity.yaml"), ("identity.yaml", "identity.yaml")):
        problems = policy_folder.check(root, name, date(2026, 4, 1), {})
        assert file in {problem.file for problem in problems}
