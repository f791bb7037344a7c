"""Settings from the environment."""

from dataclasses import fields
from pathlib import Path

import pytest

from sevensteps.config import POLICIES, Settings, SettingsError


def test_without_any_there_are_defaults() -> None:
    """The suite runs where it is, on SQLite, with the example council's policies."""
    settings = Settings.from_environment({"PATH": "/bin", "HOME": "/nowhere"})
    assert settings == Settings()
    assert (settings.database, settings.policies) == ("", POLICIES)
    assert (POLICIES / settings.pack / "pack.yaml").is_file()


def test_every_setting_can_be_set() -> None:
    """Each field has its name in the environment, and a child process gets the same settings."""
    environment = {f"SEVENSTEPS_{field.name.upper()}": f"the-{field.name}" for field in fields(Settings)}
    settings = Settings.from_environment(environment)
    assert {field.name: str(getattr(settings, field.name)) for field in fields(Settings)} == {
        field.name: f"the-{field.name}" for field in fields(Settings)
    }
    assert isinstance(settings.data, Path)
    assert Settings.from_environment(settings.as_environment()) == settings


def test_a_slip_of_the_pen_is_noticed() -> None:
    """An unknown name is an error that lists the known ones."""
    with pytest.raises(SettingsError, match=r"SEVENSTEPS_DATABSE: there is no such setting\. .*SEVENSTEPS_DATABASE"):
        Settings.from_environment({"SEVENSTEPS_DATABSE": "x"})


@pytest.mark.parametrize("service", ["assessment", "planning", "approval", "review", "feed"])
def test_every_service_has_an_address_of_its_own(service: str) -> None:
    """By default they stand side by side on one machine."""
    addresses = [Settings().address(name) for name in ("assessment", "planning", "approval", "review", "feed")]
    assert len(set(addresses)) == 5
    assert getattr(Settings(), service) == Settings().address(service)
