"""A program's own token from an issuer (OAuth 2.0 client credentials): fetched, kept, and renewed before it expires."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from sevensteps import log
from sevensteps.errors import Fault, Kind
from sevensteps.identity import http
from sevensteps.identity.issuer import discover
from sevensteps.identity.shared_task import SharedTask
from sevensteps.retrying import Pauses

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
RENEWED_AT = 2 / 3
"""The share of its life after which a token is renewed."""
LAST_SECONDS = 5.0
"""A token that is left so long is not used for a new call."""
SHORTEST_LIFE, LONGEST_LIFE, USUAL_LIFE = 1.0, 86_400.0, 300.0


@dataclass(frozen=True, slots=True)
class Client:
    """What a program is to its issuer."""

    issuer: str
    client_id: str
    secret_file: Path
    scope: str
    """What it asks for, where the issuer wants that said; else empty."""


class ClientCredentials:
    """Gives the program's token of the moment."""

    def __init__(self, client: Client) -> None:
        """Nothing has been fetched yet."""
        self._client = client
        self._token = ""
        self._renew_at = self._ends = float("-inf")
        self._fetching = SharedTask(self._fetch)

    async def __call__(self) -> str:
        """The token. Raises a Fault (UNAVAILABLE, NO_TOKEN) where there is none and the issuer gives none."""
        if monotonic() > self._ends - LAST_SECONDS:
            try:
                await self._fetching.done()
            except http.NoAnswerError as error:
                raise Fault(
                    Kind.UNAVAILABLE, "NO_TOKEN", f"This program has no token of its own to call with: {error}."
                ) from error
        return self._token

    async def keep(self) -> None:
        """Renew the token before it expires, until cancelled; after a failure, again after longer and longer pauses."""
        pauses, problem = Pauses(FIRST_PAUSE, LONGEST_PAUSE), ""
        while True:
            await asyncio.sleep(max(self._renew_at - monotonic(), 0.0))
            try:
                await self._fetching.done()
            except http.NoAnswerError as error:
                if str(error) != problem:
                    problem = str(error)
                    log.get().error("the issuer gives this program no token", detail=problem)
                await pauses.pause()
            else:
                if problem:
                    log.get().info("the issuer gives this program tokens again")
                pauses.begin_anew()
                problem = ""

    async def _fetch(self) -> None:
        asked = monotonic()
        about = await discover(self._client.issuer)
        form = {
            "grant_type": "client_credentials",
            "client_id": self._client.client_id,
            "client_secret": await asyncio.to_thread(self._secret),
        }
        if self._client.scope:
            form["scope"] = self._client.scope
        answer = await http.post(str(about.get("token_endpoint")), form)
        token = answer.get("access_token")
        if not isinstance(token, str) or not token:
            raise http.NoAnswerError(f"{self._client.issuer} answers without a token")
        life = _life_of(answer)
        self._token, self._renew_at, self._ends = token, asked + life * RENEWED_AT, asked + life

    def _secret(self) -> str:
        """Read each time, so that a new secret needs no restart."""
        try:
            return self._client.secret_file.read_text().strip()
        except (OSError, UnicodeDecodeError) as error:
            detail = (
                f"SEVENSTEPS_CLIENT_SECRET_FILE: {self._client.secret_file} cannot be read ({type(error).__name__})"
            )
            raise http.NoAnswerError(detail) from error


def _life_of(answer: Mapping[str, object]) -> float:
    """How long a token lives, as the issuer says; five minutes where it does not."""
    told = answer.get("expires_in")
    is_number = isinstance(told, int | float) and not isinstance(told, bool)
    return min(max(float(told), SHORTEST_LIFE), LONGEST_LIFE) if is_number else USUAL_LIFE  # type: ignore[arg-type]
