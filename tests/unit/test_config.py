"""Settings from the environment."""

from dataclasses import fields
from pathlib import Path

import pytest

from sevensteps.config import POLICIES, SERVICES, Settings, SettingsError
from sevensteps.councils import Councils


def test_without_any_there_are_defaults() -> None:
    """The suite runs where it is, on SQLite, with the policies that come with it, for the councils that have a file."""
    settings = Settings.from_environment({"PATH": "/bin", "HOME": "/nowhere"})
    assert settings == Settings()
    assert (settings.database, settings.policies, settings.pack) == ("", POLICIES, "")
    assert Councils(settings.policies).names() == ("example-council",)


def test_every_setting_can_be_set() -> None:
    """Each field has its name in the environment, and a child process gets the same settings."""
    given = {field.name: f"the-{field.name}" for field in fields(Settings)}
    given |= {name: f"{name}.example:7700" for name in (*SERVICES, "temporal")}
    given |= {"log": "json", "database": "postgresql+asyncpg://amy:secret@db:5432/steps"}
    settings = Settings.from_environment({f"SEVENSTEPS_{name.upper()}": value for name, value in given.items()})
    assert {field.name: str(getattr(settings, field.name)) for field in fields(Settings)} == given
    assert isinstance(settings.data, Path)
    assert Settings.from_environment(settings.as_environment()) == settings


@pytest.mark.parametrize("name", [*SERVICES, "temporal"])
@pytest.mark.parametrize(
    "address",
    ["", "localhost", "7705", ":7705", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:99999", "::1:7705", "a b:1", "h:7٥"],
)
def test_an_address_is_a_host_and_a_port(name: str, address: str) -> None:
    """Anything else is said to be wrong, with the setting's name and what was expected there."""
    expected = rf"SEVENSTEPS_{name.upper()}: expected host:port with a port from 1 to 65535"
    with pytest.raises(SettingsError, match=expected):
        Settings.from_environment({f"SEVENSTEPS_{name.upper()}": address})


@pytest.mark.parametrize("address", ["localhost:1", "0.0.0.0:65535", "[::1]:7705", "feed.suite.svc:7705"])
def test_hosts_may_be_names_and_numbers(address: str) -> None:
    """Of IPv4, and of IPv6 in brackets."""
    assert Settings.from_environment({"SEVENSTEPS_FEED": address}).feed == address


def test_two_services_on_one_address_are_noticed() -> None:
    """Only one of them could listen there."""
    with pytest.raises(
        SettingsError, match=r"SEVENSTEPS_REVIEW: expected an address of its own, .*SEVENSTEPS_PLANNING"
    ):
        Settings.from_environment({"SEVENSTEPS_REVIEW": Settings().planning})


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("LOG", "xml", "one of auto, console, json, not xml"),
        ("TEMPORAL_NAMESPACE", "", "a name"),
        ("TASK_QUEUE", "", "a name"),
    ],
)
def test_a_value_that_cannot_be_used_is_noticed(name: str, value: str, expected: str) -> None:
    """It is said which setting it is, and what was expected."""
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
def test_a_database_is_postgresql_by_its_url(database: str) -> None:
    """What was given is not repeated: it may hold a password."""
    with pytest.raises(SettingsError, match=r"SEVENSTEPS_DATABASE: expected postgresql\+asyncpg://") as refused:
        Settings.from_environment({"SEVENSTEPS_DATABASE": database})
    assert "secret" not in str(refused.value)


def test_the_data_folder_is_its_owners_alone(tmp_path: Path) -> None:
    """Whoever else has an account on the machine does not read what people say of their lives."""
    settings = Settings(data=tmp_path / "data")
    settings.make_data_folder()
    assert settings.data.stat().st_mode & 0o777 == 0o700
    settings.make_data_folder()


def test_a_slip_of_the_pen_is_noticed() -> None:
    """An unknown name is an error that lists the known ones."""
    with pytest.raises(SettingsError, match=r"SEVENSTEPS_DATABSE: there is no such setting\. .*SEVENSTEPS_DATABASE"):
        Settings.from_environment({"SEVENSTEPS_DATABSE": "x"})


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_has_an_address_of_its_own(service: str) -> None:
    """By default they stand side by side on one machine."""
    addresses = [Settings().address(name) for name in SERVICES]
    assert len(set(addresses)) == 5
    assert getattr(Settings(), service) == Settings().address(service)
