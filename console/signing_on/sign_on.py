"""Signing on by an issuer: OpenID Connect's authorization code flow, with PKCE, state and nonce.

The browser brings a code, which only the console can use, and once. For it the issuer gives the console an access
token, which is what the services check, and an ID token, which only shows that it was this sign-on. No browser gets
either.
"""

import hmac
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

from console.signing_on.begun import Begun
from console.signing_on.places import Place, Places, away, with_query
from console.signing_on.sessions import BETWEEN_ROLES, SignedOn
from sevensteps.errors import Fault, Kind
from sevensteps.identity import http
from sevensteps.identity.claims import life_of
from sevensteps.identity.role_groups import PEOPLE

CODE_FLOW = {"response_type": "code", "code_challenge_method": "S256"}
OPENID = "openid"
SAYS_WHO_ANSWERS = "authorization_response_iss_parameter_supported"
"""Where an issuer says so, none of its answers lacks its name (RFC 9207)."""
TWICE = "invalid_grant"
"""How an issuer refuses a code that was used, or a refresh token that counts no more."""


@dataclass(frozen=True, slots=True)
class SignOn:
    """Signs people on by the issuers of their councils."""

    places: Places
    skew: float
    """How far the clocks of issuers and this machine's may differ, in seconds."""

    async def begin(self, council: str, wanted: str) -> tuple[str, Begun]:
        """Where a browser goes to sign in, and what it keeps until it is back.

        Raises Faults: SIGN_IN_UNKNOWN, and ISSUER_UNAVAILABLE.
        """
        place = self.places.place(council)
        await place.ensure_answers()
        address = place.address("authorization_endpoint")
        if not address:
            raise away(place.issuer.url, "it does not say where people sign in")
        begun = Begun.now(council, wanted, time.time())
        asked = {
            **CODE_FLOW,
            "client_id": place.client.client_id,
            "redirect_uri": place.redirect_address,
            "scope": " ".join(dict.fromkeys([OPENID, *place.client.scope.split()])),
            "state": begun.state,
            "nonce": begun.nonce,
            "code_challenge": begun.challenge,
        }
        return with_query(address, asked), begun

    async def finish(self, council: str, answer: Mapping[str, str], begun: Begun | None) -> SignedOn:
        """Who came back from an issuer, with what it says of them.

        Raises Faults: SIGN_IN_NOT_BEGUN where it was not this browser that began it, or too long ago; SIGN_IN_REFUSED
        and SIGN_IN_NOT_PROVEN by what the issuer answers; NO_ROLE for whom it gives no role here; those of `begin`.
        """
        if begun is None or not begun.fits(answer.get("state", ""), council, time.time()):
            raise _not_begun()
        place = self.places.place(council)
        unsaid = "" if place.issuer.about.get(SAYS_WHO_ANSWERS) is True else place.issuer.url
        if answer.get("iss", unsaid) != place.issuer.url:
            raise _not_proven("the answer came from another issuer than the one that was asked")
        if not answer.get("code"):
            raise _refused(place.issuer.url, answer.get("error", ""))
        await place.ensure_answers()
        form = {"grant_type": "authorization_code", "code": answer["code"], "code_verifier": begun.verifier}
        try:
            tokens = await place.ask_for_tokens(form | {"redirect_uri": place.redirect_address})
        except http.RefusedError as error:
            raise _refused(place.issuer.url, error.code) from error
        except http.NoAnswerError as error:
            raise away(place.issuer.url, str(error)) from error
        await self._ensure_meant(place, str(tokens.get("id_token", "")), begun.nonce)
        return await self.who(place, tokens)

    async def who(self, place: Place, tokens: Mapping[str, object]) -> SignedOn:
        """Whom an access token speaks for, as the services will find. Raises Faults as `finish` does."""
        token, refresh = tokens.get("access_token"), tokens.get("refresh_token", "")
        if not isinstance(token, str) or not isinstance(refresh, str):
            raise _not_proven("it gave no access token")
        if self.places.issuers.named_in(token) is not place.issuer:
            raise _not_proven(
                "its access token is not one for the suite: `scope` in identity.yaml may have to ask for it"
            )
        with _not_proven_where_not_authenticated():
            checked = await self.places.issuers.check(token)
        if not checked.actor.roles & PEOPLE:
            raise _not_proven("its token speaks for a program of the suite, and not for a person")
        roles = BETWEEN_ROLES.join(sorted(checked.actor.roles))
        ends = int(checked.expires - self.skew)
        return SignedOn(token, checked.actor.subject, roles, checked.actor.council, place.council, ends, refresh)

    async def _ensure_meant(self, place: Place, id_token: str, nonce: str) -> None:
        """Raise a Fault unless the issuer says that it is this sign-on, by this browser and for this console."""
        try:
            with _not_proven_where_not_authenticated():
                claims = await place.issuer.claims_of(id_token)
                _, expires = life_of(claims, self.skew)
        except KeyError as error:
            raise _not_proven("its ID token does not say when it was issued and when it expires") from error
        audience, ours = claims.get("aud"), place.client.client_id
        audiences = audience if isinstance(audience, list) else [audience]
        is_ours = ours in audiences and claims.get("azp", ours if len(audiences) == 1 else None) == ours
        if claims.get("iss") != place.issuer.url or not is_ours:
            raise _not_proven("its ID token is from another issuer, or for another program")
        if time.time() > expires + self.skew:
            raise _not_proven("its ID token has expired")
        if not hmac.compare_digest(str(claims.get("nonce", "")).encode(), nonce.encode()):
            raise _not_proven("its ID token is of another sign-on")


@contextmanager
def _not_proven_where_not_authenticated() -> Iterator[None]:
    """A token that is refused here is the issuer's affair: to sign in once more would not help."""
    try:
        yield
    except Fault as fault:
        if fault.kind is Kind.UNAUTHENTICATED:
            raise _not_proven(fault.detail) from fault
        raise


def _not_begun() -> Fault:
    return Fault(
        Kind.INVALID,
        "SIGN_IN_NOT_BEGUN",
        "This sign-in was not begun in this browser, or it took longer than ten minutes, or it is used a second time. "
        "Sign in again.",
    )


def _refused(issuer: str, code: str) -> Fault:
    told = f" ({code})" if code and http.is_code(code) else ""
    if code == TWICE:
        told += ": what it was shown counts no more, because it was used before or is too old"
    return Fault(Kind.DENIED, "SIGN_IN_REFUSED", f"The issuer {issuer} has not signed you in{told}. Sign in again.")


def _not_proven(why: str) -> Fault:
    return Fault(
        Kind.DENIED,
        "SIGN_IN_NOT_PROVEN",
        f"You are not signed in, because what the issuer gave cannot be used: {why.rstrip('.')}. If it happens again, "
        "tell whoever looks after this installation.",
    )
