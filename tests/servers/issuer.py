"""A small issuer of tokens (OpenID Connect): tells its keys, changes them, and gives programs and people tokens."""

import json
import threading
import time
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, parse_qsl, urlsplit
from uuid import uuid4

from joserfc import jwt
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from servers.sign_ins import SignIns
from sevensteps.identity.actor import Role

AUDIENCE = "api://seven-steps"
SECRET = "hush"  # noqa: S105 - of the test's own issuer
Key = RSAKey | ECKey | OKPKey


def new_key(algorithm: str, key_id: str) -> Key:
    """A key that signs by an algorithm."""
    parameters = {"kid": key_id, "use": "sig"}
    if algorithm in ("RS256", "PS256"):
        return RSAKey.generate_key(2048, parameters)  # type: ignore[arg-type]
    if algorithm == "ES256":
        return ECKey.generate_key("P-256", parameters)  # type: ignore[arg-type]
    return OKPKey.generate_key("Ed25519", parameters)  # type: ignore[arg-type]


@dataclass
class Issuer:
    """An issuer that runs on this machine while it is not stopped."""

    url: str = ""
    key: Key = field(default_factory=lambda: new_key("RS256", "first"))
    algorithm: str = "RS256"
    told: list[Key] = field(default_factory=list)
    """The keys that it tells."""
    asked: Counter[str] = field(default_factory=Counter)
    """How often it was asked at which path."""
    seconds: float = 3600.0
    """How long its tokens live."""
    answers: bool = True
    """Whether it answers what it should."""
    sign_ins: SignIns = field(default_factory=SignIns)
    """Who signs in to which program by it."""
    _port: int = 0
    _server: ThreadingHTTPServer | None = None

    def start(self) -> None:
        """Begin to answer; again at the same address."""
        self._server = ThreadingHTTPServer(("127.0.0.1", self._port), self._handler())
        self._port = self._server.server_port
        self.url = f"http://127.0.0.1:{self._port}/council"
        self.told = self.told or [self.key]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        """Answer nobody any more."""
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def rotate(self, algorithm: str = "RS256", *, keep: bool = False) -> None:
        """Sign with another key from now on; `keep` tells the former one, too."""
        self.algorithm, self.key = algorithm, new_key(algorithm, str(uuid4()))
        self.told = [*(self.told if keep else []), self.key]

    def claims(self, **changed: object) -> dict[str, object]:
        """What a token says."""
        good = {"iss": self.url, "aud": AUDIENCE, "sub": "amy", "jti": str(uuid4()), "roles": ["Practitioner"]}
        now = time.time()
        return good | {"iat": now, "exp": now + self.seconds} | changed

    def token(self, **changed: object) -> str:
        """A token of somebody."""
        return self.signed(self.claims(**changed))

    def signed(
        self, claims: dict[str, object], *, algorithm: str = "", key: Key | OctKey | None = None, **header: object
    ) -> str:
        """A token that says just that."""
        algorithm = algorithm or self.algorithm
        head = {"alg": algorithm, "kid": self.key.kid} | header
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SecurityWarning)  # of EdDSA, and of odd keys
            return jwt.encode(head, claims, key or self.key, algorithms=[algorithm])

    def issue(self, subject: str, roles: Iterable[Role], council: str) -> str:
        """A token for one of the people of an example, as the development keys issue one."""
        return self.token(sub=subject, roles=[role.value for role in roles], groups=[council])

    def of_client(self, client: str) -> str:
        """A program's own token."""
        return self.token(sub=client, azp=client, idtyp="app", roles=[])

    def _answer(self, path: str, form: dict[str, list[str]]) -> dict[str, object] | None:
        self.asked[path] += 1
        if path == "/council/.well-known/openid-configuration":
            told: dict[str, object] = {"issuer": self.url, "jwks_uri": f"{self.url}/keys"}
            told |= {"authorization_endpoint": f"{self.url}/authorize", "end_session_endpoint": f"{self.url}/end"}
            told |= {"authorization_response_iss_parameter_supported": True}
            return told | {"token_endpoint": f"{self.url}/token"}
        if path == "/council/keys":
            return {"keys": [key.as_dict(private=False) for key in self.told]}
        if path == "/council/token" and form.get("client_secret") == [SECRET] and "client_credentials" in str(form):
            return {"access_token": self.of_client(form["client_id"][0]), "expires_in": self.seconds}
        if path == "/council/token" and form.get("grant_type") != ["client_credentials"]:
            fields = {name: values[0] for name, values in form.items()}
            return self.sign_ins.tokens(fields, self.seconds, self.token)
        return None

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        issuer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked = urlsplit(self.path)
                if asked.path in ("/council/authorize", "/council/end") and issuer.answers:
                    issuer.asked[asked.path] += 1
                    fields = dict(parse_qsl(asked.query))
                    back = fields.get("post_logout_redirect_uri") or issuer.sign_ins.sent_back(fields, issuer.url)
                    self.send_response(302 if back else 400)
                    self.send_header("Location", back)
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                else:
                    self._reply({})

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                self._reply(parse_qs(body))

            def _reply(self, form: dict[str, list[str]]) -> None:
                answer = issuer._answer(self.path, form) if issuer.answers else None
                answer = answer or {"error": "invalid_client"}
                body = json.dumps(answer).encode()
                self.send_response({"invalid_client": 401}.get(str(answer["error"]), 400) if "error" in answer else 200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None: ...

        return Handler


@contextmanager
def run_issuer() -> Iterator[Issuer]:
    """An issuer for as long as the context lasts."""
    issuer = Issuer()
    issuer.start()
    try:
        yield issuer
    finally:
        issuer.stop()


def identity_yaml(issuer: Issuer, *, only: str = "", machines: str = "") -> str:
    """A council's file that believes it: roles by their names, and Practitioner as in Entra's app roles."""
    roles = "".join(f"\n          {role}: {role}" for role in Role if role not in (Role.JOURNEY, Role.SERVICE))
    return f"""
issuers:
  - issuer: {issuer.url}
    audience: {AUDIENCE}
    {f"only: {only}" if only else ""}
    people:
      roles:
        claim: roles
        are:
          Practitioner: practitioner{roles}
      teams:
        claim: groups
        are: {{n: north}}
    machines:
      known by: {{idtyp: app}}
      client: azp
      are: {machines or "{reporting: integrator}"}
"""
