"""Settings from the environment."""

from dataclasses import fields
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from sevensteps.config import (
    CLIENT,
    FEWEST_FEED_DAYS,
    LISTENING,
    NUMBERS,
    POLICIES,
    SERVICES,
    Settings,
    SettingsError,
)
from sevensteps.councils import Councils
from sevensteps.exposure import PAGES
from workflows.delivery.rebuild import CLOSING_PERIOD

INTERNAL = tuple(f"{name}_internal" for name in SERVICES)


def test_every_setting_has_a_default() -> None:
    """The suite runs on one machine, on SQLite, for the councils among the policies that come with it."""
    settings = Settings.from_environment({"PATH": "/bin", "HOME": "/nowhere"})
    assert settings == Settings()
    assert (settings.database, settings.policies, settings.pack) == ("", POLICIES, "")
    assert Councils(settings.policies).names() == ("example-council",)


def test_every_setting_can_be_set(tmp_path: Path) -> None:
    """Each field has its environment variable, and a child process gets the same settings."""
    password = tmp_path / "password"
    password.write_text("secret")
    values = {field.name: f"the-{field.name}" for field in fields(Settings)}
    values |= {name: f"{name}.example:7700" for name in (*SERVICES, *INTERNAL, *LISTENING, "temporal", *PAGES)}
    values |= dict.fromkeys(NUMBERS, "70")
    values |= {"log": "json", "plaintext": "temporal,metrics", "console": "localhost:7780"}
    values |= {"console_url": "https://console.example"}
    values |= {"mode": "production", "issuer": "https://login.example/realms/council", "rehearsal": ""}
    values |= {"database": "postgresql+asyncpg://amy@db:5432/steps", "database_password_file": str(password)}
    settings = Settings.from_environment({f"SEVENSTEPS_{name.upper()}": value for name, value in values.items()})
    assert {field.name: str(getattr(settings, field.name)) for field in fields(Settings)} == values
    assert isinstance(settings.data, Path)
    assert Settings.from_environment(settings.as_environment()) == settings


def test_pages_go_to_other_machines_encrypted_or_by_a_web_server_that_encrypts() -> None:
    """By a certificate of the console's own; or somebody has said in so many words that another server does it."""
    console = {"SEVENSTEPS_CONSOLE": "10.0.0.1:7780"}
    with pytest.raises(SettingsError, match=r"SEVENSTEPS_CONSOLE: 10.0.0.1:7780 is not on this machine") as refused:
        Settings.from_environment(console)
    assert "or, if a web server in front encrypts them" in str(refused.value)
    Settings.from_environment(console | {"SEVENSTEPS_PLAINTEXT": "console"})
    Settings.from_environment(console | {"SEVENSTEPS_CONSOLE_CERTIFICATES": "/etc/certificates"})


def test_the_feed_keeps_a_case_for_a_month_at_least() -> None:
    """For so long after its ending a service may have to close what is open, and a journey is rebuilt to ask for it."""
    assert timedelta(days=FEWEST_FEED_DAYS) > CLOSING_PERIOD
    with pytest.raises(SettingsError, match="SEVENSTEPS_FEED_DAYS: expected at least 32, not 31"):
        Settings.from_environment({"SEVENSTEPS_FEED_DAYS": "31"})


@pytest.mark.parametrize("name", [*SERVICES, "temporal"])
@pytest.mark.parametrize(
    "address",
    ["", "localhost", "7705", ":7705", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:99999", "::1:7705", "a b:1", "h:7٥"],
)
def test_an_address_is_a_host_and_a_port(name: str, address: str) -> None:
    """Anything else is an error with the name of the setting and what was expected."""
    expected = rf"SEVENSTEPS_{name.upper()}: expected host:port with a port from 1 to 65535"
    with pytest.raises(SettingsError, match=expected):
        Settings.from_environment({f"SEVENSTEPS_{name.upper()}": address})


@pytest.mark.parametrize("address", ["localhost:1", "0.0.0.0:65535", "[::1]:7705", "feed.suite.svc:7705"])
def test_a_host_is_a_name_or_a_number(address: str) -> None:
    """A name, an IPv4 address, or an IPv6 address in brackets."""
    values = {"SEVENSTEPS_FEED": address, "SEVENSTEPS_CERTIFICATES": "folder"}
    assert Settings.from_environment(values).feed == address


@pytest.mark.parametrize(
    ("name", "value", "folder", "word"),
    [
        ("FEED", "feed:7705", "CERTIFICATES", "services"),
        ("PLANNING", "0.0.0.0:7702", "CERTIFICATES", "services"),
        ("REVIEW", "[2001:db8::1]:7702", "CERTIFICATES", "services"),
        ("REVIEW", "127.0.0.1.example:7702", "CERTIFICATES", "services"),
        ("TEMPORAL", "temporal:7233", "TEMPORAL_CERTIFICATES", "temporal"),
        ("DATABASE", "postgresql+asyncpg://amy:secret@db/steps", "DATABASE_CERTIFICATES", "database"),
        ("DATABASE", "postgresql+asyncpg:///steps?host=127.0.0.1:1&host=db:2", "DATABASE_CERTIFICATES", "database"),
    ],
)
def test_plaintext_leaves_this_machine_only_where_somebody_says_so(
    name: str, value: str, folder: str, word: str
) -> None:
    """The sentence names the settings that help; nothing of a password is in it."""
    values = {f"SEVENSTEPS_{name}": value}
    with pytest.raises(SettingsError) as refused:
        Settings.from_environment(values)
    said = str(refused.value)
    assert said.startswith(f"SEVENSTEPS_{name}: ")
    assert f"Set SEVENSTEPS_{folder} to a folder of certificates" in said
    assert said.endswith(f"put {word} into SEVENSTEPS_PLAINTEXT.")
    assert "secret" not in said
    Settings.from_environment(values | {f"SEVENSTEPS_{folder}": "certificates"})
    Settings.from_environment(values | {"SEVENSTEPS_PLAINTEXT": word})
    others = ", ".join({"services", "temporal", "database", "telemetry"} - {word})
    with pytest.raises(SettingsError):
        Settings.from_environment(values | {"SEVENSTEPS_PLAINTEXT": others})


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_for_this_machine_unless_somebody_says_otherwise(name: str) -> None:
    """Whoever reaches it needs no token. Without the setting there is none."""
    assert getattr(Settings(), name) == ""
    there = {f"SEVENSTEPS_{name.upper()}": "0.0.0.0:7720"}
    with pytest.raises(SettingsError, match=f"SEVENSTEPS_{name.upper()}: .*put metrics into SEVENSTEPS_PLAINTEXT"):
        Settings.from_environment(there)
    assert getattr(Settings.from_environment(there | {"SEVENSTEPS_PLAINTEXT": "metrics"}), name) == "0.0.0.0:7720"
    with pytest.raises(SettingsError, match=f"SEVENSTEPS_{name.upper()}: expected host:port"):
        Settings.from_environment({f"SEVENSTEPS_{name.upper()}": "7720"})
    with pytest.raises(SettingsError, match=f"SEVENSTEPS_{name.upper()}: expected an address of its own"):
        Settings.from_environment({f"SEVENSTEPS_{name.upper()}": "127.0.0.1:7705"})


@pytest.mark.parametrize(
    "database", ["@localhost/x", "@127.1.2.3:5432/x", "@[::1]/x", "/x?host=/var/run/postgresql", "/x"]
)
def test_plaintext_stays_on_this_machine(database: str) -> None:
    """By a loopback address or a socket, a database needs nothing."""
    url = f"postgresql+asyncpg://{database}"
    assert Settings.from_environment({"SEVENSTEPS_DATABASE": url}).database == url


def test_a_database_without_a_host_has_that_of_the_driver() -> None:
    """PGHOST names another machine: that is seen too."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("PGHOST", "db.example")
        with pytest.raises(SettingsError, match=r"SEVENSTEPS_DATABASE: db\.example is not on this machine"):
            Settings.from_environment({"SEVENSTEPS_DATABASE": "postgresql+asyncpg:///x"})


def test_encryption_is_not_said_in_the_url() -> None:
    """Two places could say different things; `ssl=require` would check nothing."""
    with pytest.raises(SettingsError, match="expected no ssl in it: SEVENSTEPS_DATABASE_CERTIFICATES encrypts"):
        Settings.from_environment({"SEVENSTEPS_DATABASE": "postgresql+asyncpg://localhost/x?ssl=require"})


def test_two_services_with_one_address_are_an_error() -> None:
    """Only one of them could listen there."""
    with pytest.raises(
        SettingsError, match=r"SEVENSTEPS_REVIEW: expected an address of its own, .*SEVENSTEPS_PLANNING"
    ):
        Settings.from_environment({"SEVENSTEPS_REVIEW": Settings().planning})


def test_a_service_that_runs_several_times_has_several_addresses() -> None:
    """Each is checked as one alone would be, and each process says where it listens itself."""
    both = "127.0.0.1:7705, 127.0.0.1:7805"
    settings = Settings.from_environment({"SEVENSTEPS_FEED": both, "SEVENSTEPS_LISTEN": "127.0.0.1:7805"})
    assert settings.own_address("feed") == "127.0.0.1:7805"
    wrong = {
        "SEVENSTEPS_FEED: expected host:port .*, not nothing": {"SEVENSTEPS_FEED": "127.0.0.1:7705,"},
        r"SEVENSTEPS_ASSESSMENT: expected an address of its own, not 127\.0\.0\.1:7701": {
            "SEVENSTEPS_FEED": "127.0.0.1:7705,127.0.0.1:7701"
        },
        r"SEVENSTEPS_FEED: 10\.0\.0\.2:7705 is not on this machine": {
            "SEVENSTEPS_FEED": "127.0.0.1:7705,10.0.0.2:7705"
        },
        r"SEVENSTEPS_LISTEN: 0\.0\.0\.0:7705 is not on this machine": {"SEVENSTEPS_LISTEN": "0.0.0.0:7705"},
        "SEVENSTEPS_TEMPORAL: expected host:port": {"SEVENSTEPS_TEMPORAL": "127.0.0.1:7233,127.0.0.1:7234"},
    }
    for said, environment in wrong.items():
        with pytest.raises(SettingsError, match=said):
            Settings.from_environment(environment)


def test_where_a_process_listens_must_be_clear() -> None:
    """Of several addresses nobody can tell which is its own; with encryption the same goes for the other one."""
    settings = Settings(feed="127.0.0.1:7705,127.0.0.1:7805", certificates="x", feed_internal="a:1,b:1")
    assert settings.own_address("planning", is_internal=True) == settings.planning_internal
    with pytest.raises(SettingsError, match=r"SEVENSTEPS_LISTEN: .* because SEVENSTEPS_FEED has several"):
        settings.own_address("feed")
    with pytest.raises(SettingsError, match=r"SEVENSTEPS_LISTEN_INTERNAL: .* SEVENSTEPS_FEED_INTERNAL has several"):
        settings.own_address("feed", is_internal=True)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        (
            "PLAINTEXT",
            "yes",
            "some of services, temporal, database, metrics, telemetry, console, separated by commas, not yes",
        ),
        ("LOG", "xml", "one of auto, console, json, not xml"),
        ("TEMPORAL_NAMESPACE", "", "a name"),
        ("TASK_QUEUE", "", "a name"),
        ("MODE", "live", "one of development, production, not live"),
        ("ISSUER", "http://login.example", "an address that begins with https://"),
        ("CONSOLE_URL", "http://console.example", "an address that begins with https://"),
        ("CONSOLE_URL", "https://console.example/", "an address without anything after the host and port"),
        ("CLOCK_SKEW_SECONDS", "0", "a whole number from 1"),
        ("MOST_CALLS", "", "a whole number from 1 to 9999999, not nothing"),
        ("MOST_CALLS", "0", "a whole number from 1"),
        ("MOST_STREAMS_EACH", "٣", "a whole number from 1"),
        ("MOST_HOLDS_AN_HOUR", "0", "a whole number from 1 to 9999999, not 0"),
        ("ALERT_MINUTES", "0", "a whole number from 1 to 9999999, not 0"),
        ("ALERT_COMMAND", "mail 'it", "a program and its arguments, as a shell splits them"),
    ],
)
def test_a_value_that_cannot_be_used_is_an_error(name: str, value: str, expected: str) -> None:
    """The message names the setting and what was expected."""
    with pytest.raises(SettingsError, match=f"SEVENSTEPS_{name}: expected {expected}"):
        Settings.from_environment({f"SEVENSTEPS_{name}": value})


@pytest.mark.parametrize(
    "database",
    [
        "garbage-secret",
        "postgresql://amy:secret@db/steps",
        "sqlite:///secret.db",
        "postgresql+asyncpg://amy:secret@db:port/x",
    ],
)
def test_a_database_is_the_url_of_a_postgresql_database(database: str) -> None:
    """The message does not repeat the value, because it may have a password."""
    with pytest.raises(SettingsError, match=r"SEVENSTEPS_DATABASE: expected postgresql\+asyncpg://") as refused:
        Settings.from_environment({"SEVENSTEPS_DATABASE": database})
    assert "secret" not in str(refused.value)


URL = "postgresql+asyncpg://amy@localhost:5432/steps"


def _with_password(file: Path, url: str = URL) -> dict[str, str]:
    return {"SEVENSTEPS_DATABASE": url, "SEVENSTEPS_DATABASE_PASSWORD_FILE": str(file)}


def test_the_password_of_the_database_is_in_a_file(tmp_path: Path) -> None:
    """Whatever it is made of. It comes into the URL for the connection alone: child processes get the file's name."""
    file = tmp_path / "password"
    file.write_text("p@ss/w:rd %\n")
    settings = Settings.from_environment(_with_password(file))
    url = make_url(settings.database_url())
    assert (url.password, url.username, url.host, url.database) == ("p@ss/w:rd %", "amy", "localhost", "steps")
    assert "p@ss" not in str(settings.as_environment())


def test_without_a_file_the_url_is_as_it_is_set() -> None:
    """With a password in it, or without."""
    url = "postgresql+asyncpg://amy:secret@localhost/steps"
    assert Settings.from_environment({"SEVENSTEPS_DATABASE": url}).database_url() == url


@pytest.mark.parametrize(
    ("url", "content", "expected"),
    [
        ("", "secret", "_PASSWORD_FILE: expected nothing, because SEVENSTEPS_DATABASE names no database"),
        (URL.replace("amy", "amy:secret"), "secret", ": expected no password in it: SEVENSTEPS_DATABASE_PASSWORD_FILE"),
        (URL, "\n", "_PASSWORD_FILE: expected a file with the password: .*password is empty"),
        (URL, None, r"_PASSWORD_FILE: expected a file that can be read \(FileNotFoundError\): .*password"),
    ],
)
def test_a_password_that_cannot_be_used_is_an_error(
    tmp_path: Path, url: str, content: str | None, expected: str
) -> None:
    """It says what is wrong of which setting, and never the password."""
    if content is not None:
        (tmp_path / "password").write_text(content)
    with pytest.raises(SettingsError, match=f"SEVENSTEPS_DATABASE{expected}") as refused:
        Settings.from_environment(_with_password(tmp_path / "password", url))
    assert "secret" not in str(refused.value)


def test_only_its_owner_can_read_the_data_folder(tmp_path: Path) -> None:
    """Other accounts on the machine must not read what people say about their lives."""
    settings = Settings(data=tmp_path / "data")
    settings.make_data_folder()
    assert settings.data.stat().st_mode & 0o777 == 0o700
    settings.make_data_folder()


def test_an_unknown_setting_is_an_error() -> None:
    """The message lists the settings that there are, so that a typing mistake shows."""
    with pytest.raises(SettingsError, match=r"SEVENSTEPS_DATABSE: there is no such setting\. .*SEVENSTEPS_DATABASE"):
        Settings.from_environment({"SEVENSTEPS_DATABSE": "x"})


@pytest.mark.parametrize("given", CLIENT)
def test_a_client_has_an_issuer_a_name_and_a_secret(given: str) -> None:
    """With one of them alone no token can be got: the message names what is missing."""
    value = "https://login.example" if given == "issuer" else "x"
    missing = next(name for name in CLIENT if name != given)
    with pytest.raises(SettingsError, match=f"SEVENSTEPS_{missing.upper()}: .*SEVENSTEPS_{given.upper()} has one"):
        Settings.from_environment({f"SEVENSTEPS_{given.upper()}": value})


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_has_an_address_of_its_own(service: str) -> None:
    """By default all services run on one machine."""
    addresses = [Settings().address(name) for name in SERVICES]
    assert len(set(addresses)) == len(SERVICES)
    assert getattr(Settings(), service) == Settings().address(service)
