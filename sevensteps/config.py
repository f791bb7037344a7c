"""Settings, read once from the environment. An unknown SEVENSTEPS_ name is an error, so that a typing mistake shows."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Self

from sevensteps.addresses import addresses_of, problem_of_address
from sevensteps.command_words import problem_of_command
from sevensteps.database_url import parts_of, problem_of_database
from sevensteps.exposure import PAGES, problem_of_exposure, setting_name
from sevensteps.installation import files
from sevensteps.web_address import problem_of_origin, problem_of_web_address

FOLDERS = ("data", "policies")
NUMBERS = (
    "most_calls",
    "most_calls_each",
    "most_streams_each",
    "most_streams_per_connection",
    "most_holds_an_hour",
    "clock_skew_seconds",
    "feed_days",
    "alert_minutes",
)
DECIDING_SERVICES = ("assessment", "planning", "approval", "review")
"""The services that decide, each with its own records of cases."""
SERVICES = ("feed", *DECIDING_SERVICES, "operations")
"""The services, in the order in which they are started: the feed first, because the others send it their events."""
SEVERAL = (*SERVICES, *(f"{name}_internal" for name in SERVICES))
"""The settings that may have several addresses: one for each instance."""
LISTENING = ("listen", "listen_internal")
REGISTER = "assessment"
"""The service that settles which publications of packs are in force."""
LOGS = ("auto", "console", "json")
PRODUCTION = "production"
MODES = ("development", PRODUCTION)
FEWEST_FEED_DAYS = 32
"""For a month after a case has ended, a service may still have to close what is open: its journey asks for it."""
PREFIX = setting_name("")
CLIENT = ("issuer", "client_id", "client_secret_file")
"""What a process needs to get a token of its own."""
POLICIES = files("policies")
TEXTS = {
    "issuer": problem_of_web_address,
    "database": problem_of_database,
    "alert_command": problem_of_command,
    "console_url": problem_of_origin,
}
"""The settings whose text has a form, and what says what is wrong with it."""


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
    database_password_file: str = ""
    """The file with the password for it, which then is not in the URL."""
    assessment: str = "127.0.0.1:7701"
    planning: str = "127.0.0.1:7702"
    approval: str = "127.0.0.1:7703"
    review: str = "127.0.0.1:7704"
    feed: str = "127.0.0.1:7705"
    operations: str = "127.0.0.1:7706"
    assessment_internal: str = "127.0.0.1:7711"
    """Where assessment listens for the suite's own processes, which show a certificate there; so do the others."""
    planning_internal: str = "127.0.0.1:7712"
    approval_internal: str = "127.0.0.1:7713"
    review_internal: str = "127.0.0.1:7714"
    feed_internal: str = "127.0.0.1:7715"
    operations_internal: str = "127.0.0.1:7716"
    listen: str = ""
    """Where this process listens; empty for its service's address."""
    listen_internal: str = ""
    """The same for the suite's own processes."""
    certificates: str = ""
    """The folder of certificates for calls; empty for calls without encryption."""
    temporal_certificates: str = ""
    """The same for the connection to Temporal; may be the same folder."""
    database_certificates: str = ""
    """The same for the connections to PostgreSQL."""
    plaintext: str = ""
    """Which connections may go to other machines without encryption: some words, separated by commas."""
    console: str = "127.0.0.1:7780"
    """Where the console is served: over HTTPS where it has a certificate."""
    console_url: str = ""
    """What people type to open the console; empty where that is the address at which it is served, over HTTP."""
    console_certificates: str = ""
    """The folder of the certificate that browsers are shown; empty for pages without encryption."""
    console_secrets: str = ""
    """The folder with the secrets by which the console proves itself to issuers: a file each."""
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
    feed_days: int = 36500
    """How many days after its last event the feed keeps the events of a case that has ended."""
    alert_command: str = ""
    """The council's own program, with its arguments, that operations tell what is newly stuck; empty for none."""
    alert_minutes: int = 15
    """How many minutes at least are between two alerts that it gets."""
    rehearsal: str = ""
    """The file with the exercises of a rehearsal, in which nothing counts; empty where things do."""
    mode: str = "development"
    """development, or production, where only tokens of issuers are accepted."""
    issuer: str = ""
    """Where this process gets a token of its own; empty to sign one with the development key."""
    client_id: str = ""
    """What this process is called there."""
    client_secret_file: str = ""
    """The file with its secret."""
    client_scope: str = ""
    """What it asks for there, where the issuer wants that said."""
    token_file: str = ""
    """For the command line: the file with the token of whoever uses it."""
    clock_skew_seconds: int = 60
    """How far the clocks of issuers and this machine's may differ."""
    metrics: str = ""
    """Where this process answers what it measures and whether it is ready, over HTTP; empty for nowhere."""
    temporal_metrics: str = ""
    """Where the worker answers what Temporal's own library measures."""
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
        self._check_addresses()
        if self.log not in LOGS:
            raise _wrong("log", f"one of {', '.join(LOGS)}, not {self.log or 'nothing'}")
        _check_mode(self)
        for name, problem_of in TEXTS.items():
            if (text := getattr(self, name)) and (expected := problem_of(text)):
                raise _wrong(name, expected)
        if self.feed_days < FEWEST_FEED_DAYS:
            raise _wrong("feed_days", f"at least {FEWEST_FEED_DAYS}, not {self.feed_days}")
        given = [name for name in CLIENT if getattr(self, name)]
        if given and len(given) < len(CLIENT):
            missing = next(name for name in CLIENT if name not in given)
            raise _wrong(missing, f"a value, because {setting_name(given[0])} has one: all three or none")
        for name in ("temporal_namespace", "task_queue"):
            if not getattr(self, name):
                raise _wrong(name, "a name, not nothing")
        if self.database_password_file:
            self._check_database_password()
        _check_exposure(self)

    def _check_addresses(self) -> None:
        """Raise SettingsError for one in another form, and for one that two have."""
        taken: dict[str, str] = {}
        internal = tuple(f"{name}_internal" for name in SERVICES) if self.certificates else ()
        given = [each for each in (*LISTENING, *PAGES) if getattr(self, each)]
        for name in (*SERVICES, "console", "temporal", *internal, *given):
            setting = str(getattr(self, name))
            for address in addresses_of(setting) if name in SEVERAL else (setting,):
                if expected := problem_of_address(address):
                    raise _wrong(name, expected)
                if (first := taken.get(address)) and name not in LISTENING:
                    raise _wrong(name, f"an address of its own, not {address}, which is {setting_name(first)} already")
                taken[address] = name

    def _check_database_password(self) -> None:
        """Raise SettingsError where there are two passwords, or none, or nothing that one is for."""
        if not self.database:
            raise _wrong("database_password_file", f"nothing, because {setting_name('database')} names no database")
        if parts_of(self.database).password is not None:
            raise _wrong("database", f"no password in it: {setting_name('database_password_file')} has it")
        self.database_url()

    def database_url(self) -> str:
        """The URL of the database, with the password from its file where there is one. Not to be shown or logged.

        Raises SettingsError where the file cannot be read.
        """
        if not self.database_password_file:
            return self.database
        password = _password_in(self.database_password_file)
        return parts_of(self.database).set(password=password).render_as_string(hide_password=False)

    def make_data_folder(self) -> None:
        """Make the data folder if there is none. Only its owner can read it: it holds what people say of their lives.

        Raises OSError where it cannot be made.
        """
        self.data.mkdir(parents=True, exist_ok=True, mode=0o700)

    def address(self, service: str) -> str:
        """Where a service is called: host:port, or several, separated by commas."""
        return str(getattr(self, service))

    def internal_address(self, service: str) -> str:
        """Where the suite's own processes call a service: an address of its own where calls are encrypted."""
        return self.address(f"{service}_internal" if self.certificates else service)

    def own_address(self, service: str, *, is_internal: bool = False) -> str:
        """Where this process listens, an instance of a service. Raises SettingsError where that is not known."""
        own = ("listen_internal", f"{service}_internal") if is_internal and self.certificates else ("listen", service)
        address = str(getattr(self, own[0])) or self.address(own[1])
        if "," in address:
            raise _wrong(own[0], f"where this process listens, because {setting_name(own[1])} has several addresses")
        return address

    @property
    def sign_of_life(self) -> Path:
        """The file that the worker touches every few seconds for as long as it works. It has since when it does."""
        return self.data / "worker.alive"

    def as_environment(self) -> dict[str, str]:
        """These settings as environment variables for a child process."""
        return {PREFIX + field.name.upper(): str(getattr(self, field.name)) for field in fields(self)}


def _password_in(file: str) -> str:
    try:
        password = Path(file).read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, ValueError) as error:
        expected = f"a file that can be read ({type(error).__name__}): {file}"
        raise _wrong("database_password_file", expected) from None
    if not password:
        raise _wrong("database_password_file", f"a file with the password: {file} is empty")
    return password


def _check_mode(settings: Settings) -> None:
    """Raise SettingsError for one that there is not, and for a rehearsal in production."""
    if settings.mode not in MODES:
        raise _wrong("mode", f"one of {', '.join(MODES)}, not {settings.mode or 'nothing'}")
    if settings.rehearsal and settings.mode == PRODUCTION:
        raise _wrong("rehearsal", f"nothing, because {setting_name('mode')} is {PRODUCTION}: there everything counts")


def _check_exposure(settings: Settings) -> None:
    """Raise SettingsError for a connection that other machines can see, and that nothing encrypts or excuses."""
    given = {field.name: str(getattr(settings, field.name)) for field in fields(settings)}
    if problem := problem_of_exposure(given, (*SERVICES, "listen")):
        raise SettingsError(problem)


def _number(name: str, given: str) -> int:
    if not re.fullmatch("[1-9][0-9]{0,6}", given, re.ASCII):
        raise _wrong(name, f"a whole number from 1 to 9999999, not {given or 'nothing'}")
    return int(given)


def _wrong(name: str, expected: str) -> SettingsError:
    return SettingsError(f"{setting_name(name)}: expected {expected}.")
