"""An issuer of tokens (OpenID Connect): where its keys are, which it has now, and whether it signed a token."""

import warnings
from collections.abc import Mapping
from contextlib import suppress
from time import monotonic

from joserfc import jws, jwt
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, OKPKey, RSAKey, import_key

from sevensteps import clock, log
from sevensteps.errors import Fault, Kind
from sevensteps.identity import http
from sevensteps.identity.claims import unauthenticated
from sevensteps.identity.shared_task import SharedTask

DISCOVERY = "/.well-known/openid-configuration"
FRESH_SECONDS = 300.0
"""How old keys may become before they are fetched again."""
STALE_SECONDS = 7_200.0
"""How old keys may become while the issuer does not answer. Tokens live shorter than that."""
PAUSE_SECONDS = 10.0
"""Between two fetches, whoever asks: odd key ids in tokens must not make us a burden to the issuer."""
MOST_WAITING = 64
"""Calls that wait for keys at once. Further ones are told to come again."""
FEWEST_RSA_BITS = 2048

Key = RSAKey | ECKey | OKPKey


class Issuer:
    """One issuer, and its keys as they were last fetched."""

    def __init__(self, url: str) -> None:
        """Nothing has been fetched yet."""
        self.url = url
        self.fetched_at = ""
        """When its keys were last fetched (ISO text, UTC); empty before."""
        self.problem = ""
        """Why the last fetch failed; empty where it did not."""
        self.about: Mapping[str, object] = {}
        """What it said of itself when its keys were last fetched: the addresses at which people sign in and out."""
        self.version = 0
        """Changes whenever its keys do."""
        self._keys: Mapping[str, Key] = {}
        self._fetched = self._tried = float("-inf")
        self._fetching = SharedTask(self._fetch)
        self._waiting = 0

    @property
    def is_due(self) -> bool:
        """Whether the keys should be fetched again, and may be."""
        now = monotonic()
        return now - self._fetched >= FRESH_SECONDS and now - self._tried >= PAUSE_SECONDS

    def ensure_usable(self) -> None:
        """Raise a Fault (UNAVAILABLE) where there are no keys, or they are too old to be believed."""
        if monotonic() - self._fetched > STALE_SECONDS:
            problem = f" ({self.problem})" if self.problem else ""
            raise _unavailable(
                f"The issuer {self.url} has not told its keys{problem}, so no token of it can be checked."
            )

    async def claims_of(self, token: str) -> Mapping[str, object]:
        """What a token says that this issuer has signed.

        Raises Faults: UNAUTHENTICATED, and UNAVAILABLE while the issuer's keys are not known.
        """
        key_id = _key_id(token)
        may_fetch = self._may_fetch
        if key_id not in self._keys and may_fetch:
            await self._wait_for_fetch()
        self.ensure_usable()
        key = self._keys.get(key_id)
        if key is not None:
            return _verified(token, key)
        if may_fetch:
            raise unauthenticated(f"The issuer {self.url} has no key with the id that the token names. Sign in again.")
        raise Fault(
            Kind.UNAVAILABLE,
            "KEY_NOT_KNOWN_YET",
            f"The key that the token names was not among those of the issuer {self.url} a moment ago. "
            f"Send the same request again in {PAUSE_SECONDS:.0f} seconds.",
        )

    async def fetch(self) -> None:
        """Fetch the keys; one fetch at a time. A failure is only noted."""
        if not self._fetching.is_under_way:
            self._tried = monotonic()
        await self._fetching.done()

    async def fetch_again(self) -> None:
        """The same, unless that was tried a moment ago."""
        if self._may_fetch:
            await self.fetch()

    @property
    def _may_fetch(self) -> bool:
        return self._fetching.is_under_way or monotonic() - self._tried >= PAUSE_SECONDS

    async def _wait_for_fetch(self) -> None:
        if self._waiting >= MOST_WAITING:
            raise _unavailable(f"The keys of the issuer {self.url} are being fetched.")
        self._waiting += 1
        try:
            await self.fetch()
        finally:
            self._waiting -= 1

    async def _fetch(self) -> None:
        try:
            about = await discover(self.url)
            keys = usable_keys((await http.get(str(about.get("jwks_uri")))).get("keys"))
            _ensure_some(keys, self.url)
        except http.NoAnswerError as error:
            if self.problem != str(error):
                self.problem = str(error)
                log.get().error("an issuer's keys cannot be fetched", issuer=self.url, detail=self.problem)
            return
        differ = _thumbprints(keys) != _thumbprints(self._keys)
        if differ or self.problem:
            log.get().info("an issuer's keys are fetched", issuer=self.url, keys=len(keys), differ=differ)
        self.version += differ
        self._keys, self.about, self.problem = keys, about, ""
        self._fetched, self.fetched_at = monotonic(), clock.as_text(clock.now())


async def discover(url: str) -> Mapping[str, object]:
    """What an issuer says of itself. Raises NoAnswerError, also where it calls itself by another name."""
    about = await http.get(url.rstrip("/") + DISCOVERY)
    if about.get("issuer") != url:
        name = str(about.get("issuer"))[:200]
        raise http.NoAnswerError(f"{url} calls itself {name}; that has to be written, letter by letter")
    return about


def _ensure_some(keys: Mapping[str, Key], url: str) -> None:
    if not keys:
        raise http.NoAnswerError(f"{url} tells no key that may sign a token")


def usable_keys(written: object) -> Mapping[str, Key]:
    """The keys of a key set that may sign tokens, by id. Others are passed over: sets have keys for other ends, too."""
    found: dict[str, Key] = {}
    for each in written if isinstance(written, list) else ():
        if isinstance(each, dict) and isinstance(each.get("kid"), str) and each.get("use", "sig") == "sig":
            public = {name: value for name, value in each.items() if name != "d"}
            with suppress(Exception), warnings.catch_warnings():  # it may be anything that an issuer sends
                warnings.simplefilter("ignore", SecurityWarning)
                key = import_key(public)
                if isinstance(key, Key) and algorithms_of(key):
                    found[each["kid"]] = key
    return found


def algorithms_of(key: Key) -> frozenset[str]:
    """The algorithms by which a key may have signed: those of its type, and only its own one where it names it."""
    named = key.get("alg")
    if isinstance(key, RSAKey):
        fitting = {"RS256", "PS256"} if key.public_key.key_size >= FEWEST_RSA_BITS else set()
    elif isinstance(key, ECKey):
        fitting = {"ES256"} if key.curve_name == "P-256" else set()
    else:
        fitting = {"EdDSA", "Ed25519"} if key.curve_name == "Ed25519" else set()
    return frozenset(fitting if named is None else fitting & {str(named)})


def _key_id(token: str) -> str:
    try:
        key_id = jws.extract_compact(token.encode()).headers().get("kid")
    except Exception as error:
        raise unauthenticated("The token cannot be read.") from error
    if not isinstance(key_id, str):
        raise unauthenticated("The token does not name the key that signed it (kid).")
    return key_id


def _verified(token: str, key: Key) -> Mapping[str, object]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SecurityWarning)  # of the name EdDSA, which issuers still use
            return jwt.decode(token, key, algorithms=sorted(algorithms_of(key))).claims
    except Exception as error:
        raise unauthenticated("The token's signature is wrong, or made in a way that is not accepted.") from error


def _thumbprints(keys: Mapping[str, Key]) -> set[tuple[str, str]]:
    return {(key_id, key.thumbprint()) for key_id, key in keys.items()}


def _unavailable(what: str) -> Fault:
    return Fault(Kind.UNAVAILABLE, "ISSUER_UNAVAILABLE", f"{what} Send the same request again a little later.")
