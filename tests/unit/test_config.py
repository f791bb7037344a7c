"""Settings from the environment."""

from dataclasses import fields
from pathlib import Path

import pytest

from sevensteps.config import CLIENT, NUMBERS, POLICIES, SERVICES, Settings, SettingsError
from sevensteps.councils import Councils

INTERNAL = tuple(f"{name}_internal" for name in SERVICES)


def test_every_setting_has_a_default() -> None:
    """The suite runs on one machine, on SQLite, for the councils among the policies that come with it."""
    settings = Settings.from_environment({"PATH": "/bin", "HOME": "/nowhere"})
    assert settings == Settings()
    assert (settings.database, settings.policies, settings.pack) == ("", POLICIES, "")
    assert Councils(settings.policies).names() == ("example-council",)


def test_every_setting_can_be_set() -> None:
    """Each field has its environment variable, and a child process gets the same settings."""
    values = {field.name: f"the-{field.name}" for field in fields(Settings)}
    values |= {name: f"{name}.example:7700" for name in (*SERVICES, *INTERNAL, "temporal")}
    values |= dict.fromkeys(NUMBERS, "7")
    values |= {"log": "json", "database": "postgresql+asyncpg://amy:secret@db:5432/steps", "plaintext": "temporal"}
    values |= {"mode": "production", "issuer": "https://login.example/realms/council"}
    settings = Settings.from_environment({f"SEVENSTEPS_{name.upper()}": value for name, value in values.items()})
    assert {field.name: str(getattr(settings, field.name)) for field in fields(Settings)} == values
    assert isinstance(settings.data, Path)
    assert Settings.from_environment(settings.as_environment()) == settings


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
    others = ", ".join({"services", "temporal", "database"} - {word})
    with pytest.raises(SettingsError):
        Settings.from_environment(values | {"SEVENSTEPS_PLAINTEXT": others})


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


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("PLAINTEXT", "yes", "some of services, temporal, database, separated by commas, not yes"),
        ("LOG", "xml", "one of auto, console, json, not xml"),
        ("TEMPORAL_NAMESPACE", "", "a name"),
        ("TASK_QUEUE", "", "a name"),
        ("MODE", "live", "one of development, production, not live"),
        ("ISSUER", "http://login.example", "an address that begins with https://"),
        ("CLOCK_SKEW_SECONDS", "0", "a whole number from 1"),
        ("MOST_CALLS", "", "a whole number from 1 to 9999999, not nothing"),
        ("MOST_CALLS", "0", "a whole number from 1"),
        ("MOST_STREAMS_EACH", "٣", "a whole number from 1"),
        ("MOST_HOLDS_AN_HOUR", "0", "a whole number from 1 to 9999999, not 0"),
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
    assert len(set(addresses)) == 5
    assert getattr(Settings(), service) == Settings().address(service)
