"""Settings, read once from the environment. An unknown SEVENSTEPS_ name is an error: a slip of the pen is noticed."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Self

FOLDERS = ("data", "policies")
PREFIX = "SEVENSTEPS_"
POLICIES = Path(__file__).resolve().parent.parent / "policies"


class SettingsError(Exception):
    """A setting that cannot be used; the text says which and what was expected."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Where everything is. Each field can be set as SEVENSTEPS_<FIELD>."""

    data: Path = Path("data")
    """Folder of databases, keys and logs."""
    policies: Path = POLICIES
    """Folder of policy packs."""
    pack: str = "example-council"
    """The pack that decides."""
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
    log: str = "auto"
    """json, console, or auto: console on a terminal, else json."""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Self:
        """The defaults, changed by what the environment says. Raises SettingsError for a name that does not exist."""
        names = {PREFIX + field.name.upper(): field.name for field in fields(cls)}
        unknown = sorted(key for key in environment if key.startswith(PREFIX) and key not in names)
        if unknown:
            known = ", ".join(sorted(names))
            raise SettingsError(f"{', '.join(unknown)}: there is no such setting. The settings are {known}.")
        given = {name: environment[key] for key, name in names.items() if key in environment}
        settings = cls(**{name: value for name, value in given.items() if name not in FOLDERS})  # type: ignore[arg-type]
        return replace(settings, **{name: Path(given[name]) for name in FOLDERS if name in given})  # type: ignore[arg-type]

    def address(self, service: str) -> str:
        """Where a service listens: host:port."""
        return {
            "assessment": self.assessment,
            "planning": self.planning,
            "approval": self.approval,
            "review": self.review,
            "feed": self.feed,
        }[service]

    def as_environment(self) -> dict[str, str]:
        """These settings as environment variables for a child process."""
        return {PREFIX + field.name.upper(): str(getattr(self, field.name)) for field in fields(self)}
