"""Settings, read once from the environment. An unknown SEVENSTEPS_ name is an error, so that a typing mistake shows."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Self

from sevensteps.installation import files

FOLDERS = ("data", "policies")
NUMBERS = (
    "most_calls",
    "most_calls_each",
    "most_streams_each",
    "most_streams_per_connection",
    "most_holds_an_hour",
)
SERVICES = ("feed", "assessment", "planning", "approval", "review")
"""The services, in the order in which they are started: the feed first, because the others send it their events."""
REGISTER = "assessment"
"""The service that settles which publications of packs are in force."""
LOGS = ("auto", "console", "json")
ADDRESS = re.compile(r"(?:[^\s:/\[\]]+|\[[0-9a-fA-F:.]+\]):(?P<port>[0-9]{1,5})", re.ASCII)
"""A host by name or number, an IPv6 one in brackets, and a port."""
HIGHEST_PORT = 65535
POSTGRES = "postgresql+asyncpg"
PREFIX = "SEVENSTEPS_"
POLICIES = files("policies")


class SettingsError(Exception):
    """A setting that cannot be used. The text says which one, and what was expected."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Where everything is. The environment variable SEVENSTEPS_<FIELD> sets a field."""

    data: Path = Path("data")
    """The folder of databases, keys and logs."""
    policies: Path = POLICIES
    """The folder of policy packs and of councils' choices."""
    pack: str = ""
    """The pack that decides for councils without a council.yaml. If it is empty, such councils are refused."""
    database: str = ""
    """PostgreSQL URL (postgresql+asyncpg://…), one schema a service; empty for SQLite files in `data`."""
    assessment: str = "127.0.0.1:7701"
    planning: str = "127.0.0.1:7702"
    approval: str = "127.0.0.1:7703"
    review: str = "127.0.0.1:7704"
    feed: str = "127.0.0.1:7705"
    temporal: str = "127.0.0.1:7233"
    temporal_namespace: str = "default"
    task_queue: str = "journeys"
    most_calls: int = 400
    """Calls under way in one process."""
    most_calls_each: int = 100
    """Calls under way of one subject."""
    most_streams_each: int = 100
    """Streams under way of one subject, such as those that watch the feed."""
    most_streams_per_connection: int = 200
    """Calls under way over one connection."""
    most_holds_an_hour: int = 30
    """Holds and releases of one case in an hour."""
    log: str = "auto"
    """json, console, or auto: console on a terminal, else json."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """The defaults, where the environment does not set something else.

        Raises SettingsError for a name that does not exist, or a value that cannot be used.
        """
        names = {PREFIX + field.name.upper(): field.name for field in fields(cls)}
        unknown = sorted(key for key in environment if key.startswith(PREFIX) and key not in names)
        if unknown:
            known = ", ".join(sorted(names))
            raise SettingsError(f"{', '.join(unknown)}: there is no such setting. The settings are {known}.")
        given = {name: environment[key] for key, name in names.items() if key in environment}
        settings = cls(**{name: value for name, value in given.items() if name not in (*FOLDERS, *NUMBERS)})  # type: ignore[arg-type]
        settings = replace(settings, **{name: Path(given[name]) for name in FOLDERS if name in given})  # type: ignore[arg-type]
        settings = replace(settings, **{name: _number(name, given[name]) for name in NUMBERS if name in given})  # type: ignore[arg-type]
        settings.check()
        return settings

    def check(self) -> None:
        """Raise SettingsError for the first value that cannot be used."""
        taken: dict[str, str] = {}
        for name in (*SERVICES, "temporal"):
            address = str(getattr(self, name))
            _check_address(name, address)
            if first := taken.get(address):
                raise _wrong(name, f"an address of its own, not {address}, which is {_setting(first)} already")
            taken[address] = name
        if self.log not in LOGS:
            raise _wrong("log", f"one of {', '.join(LOGS)}, not {self.log or 'nothing'}")
        for name in ("temporal_namespace", "task_queue"):
            if not getattr(self, name):
                raise _wrong(name, "a name, not nothing")
        if self.database:
            _check_database(self.database)

    def make_data_folder(self) -> None:
        """Make the data folder if there is none. Only its owner can read it: it holds what people say of their lives.

        Raises OSError where it cannot be made.
        """
        self.data.mkdir(parents=True, exist_ok=True, mode=0o700)

    def address(self, service: str) -> str:
        """The address of a service: host:port."""
        return {
            "assessment": self.assessment,
            "planning": self.planning,
            "approval": self.approval,
            "review": self.review,
            "feed": self.feed,
        }[service]

    @property
    def sign_of_life(self) -> Path:
        """The file that the worker touches every few seconds for as long as it works. It has since when it does."""
        return self.data / "worker.alive"

    def as_environment(self) -> dict[str, str]:
        """These settings as environment variables for a child process."""
        return {PREFIX + field.name.upper(): str(getattr(self, field.name)) for field in fields(self)}


def _number(name: str, given: str) -> int:
    if not re.fullmatch("[1-9][0-9]{0,6}", given, re.ASCII):
        raise _wrong(name, f"a whole number from 1 to 9999999, not {given or 'nothing'}")
    return int(given)


def _setting(name: str) -> str:
    return PREFIX + name.upper()


def _wrong(name: str, expected: str) -> SettingsError:
    return SettingsError(f"{_setting(name)}: expected {expected}.")


def _check_address(name: str, address: str) -> None:
    match = ADDRESS.fullmatch(address)
    if not match or not 1 <= int(match["port"]) <= HIGHEST_PORT:
        raise _wrong(
            name, f"host:port with a port from 1 to {HIGHEST_PORT}, such as 127.0.0.1:7701, not {address or 'nothing'}"
        )


def _check_database(database: str) -> None:
    """Raise SettingsError for anything but a PostgreSQL URL. The message does not repeat it: it may have a password."""
    from sqlalchemy.engine import make_url  # noqa: PLC0415  slow to import, and needed for PostgreSQL alone
    from sqlalchemy.exc import ArgumentError  # noqa: PLC0415

    try:
        driver = make_url(database).drivername
    except (ArgumentError, ValueError):
        driver = ""
    if driver != POSTGRES:
        raise _wrong("database", f"{POSTGRES}://user:password@host:port/name, or nothing for SQLite in the data folder")
