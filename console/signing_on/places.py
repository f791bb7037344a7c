"""Where people sign in: the issuers that councils, and the whole installation, name for the console."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

from sevensteps.config import Settings
from sevensteps.console_address import origin_of
from sevensteps.councils import Councils
from sevensteps.errors import Fault, Kind
from sevensteps.identity import http
from sevensteps.identity.actor import EVERY_COUNCIL
from sevensteps.identity.issuer import Issuer
from sevensteps.identity.issuers import Issuers
from sevensteps.identity.trust import ConsoleClient
from sevensteps.web_address import problem_of_web_address

BACK = "/sign-in/back"
"""Where an issuer sends people back to; after it the council, so that no issuer can send those of another one."""
EVERY = "Every council: those who look after the whole installation"


@dataclass(frozen=True, slots=True)
class Place:
    """A council whose people sign in by an issuer; or those of the whole installation."""

    council: str
    title: str
    issuer: Issuer
    client: ConsoleClient
    redirect_address: str
    """Where the issuer sends people back to, letter by letter as it is registered there."""
    secret_file: Path

    def address(self, what: str) -> str:
        """Where the issuer says that something is done; empty where it does not say it, or where it cannot be asked."""
        told = self.issuer.about.get(what)
        is_good = isinstance(told, str) and not problem_of_web_address(told.partition("?")[0])
        return str(told) if is_good else ""

    async def ask_for_tokens(self, form: Mapping[str, str]) -> Mapping[str, object]:
        """The tokens that the issuer gives for something. Raises NoAnswerError, and the Fault of `secret`."""
        fields = {**form, "client_id": self.client.client_id, "client_secret": self.secret()}
        return await http.post(self.address("token_endpoint"), fields)

    def secret(self) -> str:
        """Read each time: a new one needs no restart. Raises a Fault (PRECONDITION, CLIENT_SECRET_UNREADABLE)."""
        try:
            if secret := self.secret_file.read_text().strip():
                return secret
            why = "it is empty"
        except (OSError, ValueError) as error:
            why = type(error).__name__
        raise Fault(
            Kind.PRECONDITION,
            "CLIENT_SECRET_UNREADABLE",
            f"Nobody can sign in by {self.issuer.url}: the secret of the console is not to be had from "
            f"{self.secret_file} ({why}). SEVENSTEPS_CONSOLE_SECRETS names the folder, and identity.yaml the file. "
            "Tell whoever looks after this installation.",
        )

    async def ensure_answers(self) -> None:
        """Ask the issuer for what it says of itself, if that is not known. Raises a Fault (UNAVAILABLE)."""
        if not self.issuer.about or self.issuer.problem:
            await self.issuer.fetch_again()
        if self.issuer.problem:
            raise away(self.issuer.url, self.issuer.problem)


@dataclass(frozen=True, slots=True)
class Places:
    """All of them, as the councils' files say now."""

    settings: Settings
    issuers: Issuers
    councils: Councils

    def all(self) -> Mapping[str, Place]:
        """By council; that of the whole installation comes last."""
        found: dict[str, Place] = {}
        for trust in self.issuers.believed():
            issuer = self.issuers.issuer(trust.issuer)
            if trust.console and issuer:
                file = Path(self.settings.console_secrets) / trust.console.secret
                back = origin_of(self.settings) + path_back(trust.council)
                title = self._title(trust.council)
                found[trust.council] = Place(trust.council, title, issuer, trust.console, back, file)
        return dict(sorted(found.items(), key=lambda each: (each[0] == EVERY_COUNCIL, each[1].title)))

    def place(self, council: str) -> Place:
        """One of them. Raises a Fault (NOT_FOUND, SIGN_IN_UNKNOWN)."""
        found = self.all().get(council)
        if found is None:
            detail = "No council of this name has people sign in to the console by an issuer. Choose one from the list."
            raise Fault(Kind.NOT_FOUND, "SIGN_IN_UNKNOWN", detail)
        return found

    def _title(self, council: str) -> str:
        if council == EVERY_COUNCIL:
            return EVERY
        with suppress(Fault):  # its people can sign in, whatever is wrong with its other choices
            return self.councils.council(council).title
        return council


def path_back(council: str) -> str:
    """Where the people of a council come back to."""
    return BACK if council == EVERY_COUNCIL else f"{BACK}/{quote(council, safe='')}"


def with_query(address: str, fields: Mapping[str, str]) -> str:
    """An address of an issuer, which may have a question mark already, with fields more."""
    return address + ("&" if "?" in address else "?") + urlencode(fields)


def away(issuer: str, why: str) -> Fault:
    """For an issuer that gives no answer."""
    detail = f"The issuer {issuer}, by which you sign in, cannot be asked now: {why}. Try again a little later."
    return Fault(Kind.UNAVAILABLE, "ISSUER_UNAVAILABLE", detail)
