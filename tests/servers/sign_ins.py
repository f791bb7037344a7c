"""How people sign in to a program by an issuer: codes, each good once, and refresh tokens, each good once."""

from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from urllib.parse import urlencode
from uuid import uuid4

CLIENT, CLIENT_SECRET = "seven-steps-console", "quiet"  # of the tests' own issuer


@dataclass
class SignIns:
    """Whoever is sent to the issuer is `person`, and has agreed already: it sends them straight back."""

    person: dict[str, object] = field(default_factory=lambda: {"sub": "olu", "roles": ["operations"]})
    """What their tokens say."""
    registered: set[str] = field(default_factory=set)
    """Where it sends people back to, letter by letter."""
    refuses_with: str = ""
    """The code of an error with which they come back instead."""
    id_claims: dict[str, object] = field(default_factory=dict)
    """What their ID tokens say otherwise than they should."""
    gives_refresh: bool = True
    asked: list[Mapping[str, str]] = field(default_factory=list)
    """What it was asked for by browsers."""
    _codes: dict[str, Mapping[str, str]] = field(default_factory=dict)
    _refresh: set[str] = field(default_factory=set)
    has_revoked: bool = False

    def sent_back(self, asked: Mapping[str, str], issuer: str) -> str:
        """Where a browser is sent; nowhere if the address is not registered or something is missing."""
        self.asked.append(asked)
        wanted = {"client_id": CLIENT, "response_type": "code", "code_challenge_method": "S256"}
        if asked.get("redirect_uri") not in self.registered or not wanted.items() <= asked.items():
            return ""
        answer = {"state": asked["state"], "iss": issuer}
        if self.refuses_with:
            answer["error"] = self.refuses_with
        else:
            answer["code"] = str(uuid4())
            self._codes[answer["code"]] = asked
        return asked["redirect_uri"] + "?" + urlencode(answer)

    def tokens(self, form: Mapping[str, str], seconds: float, token: Callable[..., str]) -> dict[str, object]:
        """What is given for a code or a refresh token; the code of an error where it is not."""
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT, CLIENT_SECRET):
            return {"error": "invalid_client"}
        given: dict[str, object] = {"expires_in": seconds, "token_type": "Bearer"}
        if form["grant_type"] == "authorization_code":
            asked = self._codes.pop(form["code"], {})
            digest = urlsafe_b64encode(sha256(form["code_verifier"].encode()).digest()).decode().rstrip("=")
            if (asked.get("code_challenge"), asked.get("redirect_uri")) != (digest, form["redirect_uri"]):
                return {"error": "invalid_grant"}
            said: dict[str, object] = {"aud": CLIENT, "nonce": asked["nonce"], "sub": self.person["sub"], "roles": []}
            given["id_token"] = token(**said | self.id_claims)
        elif form.get("refresh_token") not in self._refresh or self.has_revoked:
            self._refresh.clear()  # whoever shows one twice may have stolen it
            return {"error": "invalid_grant"}
        self._refresh.discard(form.get("refresh_token", ""))
        if self.gives_refresh:
            given["refresh_token"] = str(uuid4())
            self._refresh.add(str(given["refresh_token"]))
        return given | {"access_token": token(**self.person)}
