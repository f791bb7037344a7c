"""A console in production, encrypted, whose people sign in by the issuers of two councils; and browsers before it."""

import shutil
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlencode

import httpx

from console.serving import Serving
from servers.authority import Authority
from servers.console import OURS, THEIRS, Browser, Suite, run_with_cases
from servers.issuer import Issuer, identity_yaml, run_issuer
from servers.sign_ins import CLIENT, CLIENT_SECRET
from sevensteps.config import POLICIES
from sevensteps.local.ports import free_port

CONSOLE = f"    console: {{client: {CLIENT}, secret: the-console}}\n"


@dataclass(frozen=True)
class Production:
    """The suite, its console at `origin`, and the issuers of the two councils."""

    suite: Suite
    origin: str
    ours: Issuer
    theirs: Issuer
    trusted: ssl.SSLContext
    authority: Authority
    """Who has signed the console's certificate."""

    @asynccontextmanager
    async def browser(self, origin: str = "") -> AsyncIterator[Browser]:
        """A browser that has no cookies yet; `origin` is that of another instance of the console."""
        async with httpx.AsyncClient(base_url=origin or self.origin, verify=self.trusted) as http:
            yield Browser(http)

    @asynccontextmanager
    async def signed_on(self, council: str = OURS, **says: object) -> AsyncIterator[Browser]:
        """A browser in which somebody has signed in, whose tokens say this."""
        issuer = self.theirs if council == THEIRS else self.ours
        issuer.sign_ins.person = {"sub": "olu", "roles": ["operations"], **says}
        async with self.browser() as browser:
            answer = await browser.open(address(council))
            assert answer.url.path == "/", answer.text
            yield browser


def address(council: str = OURS, wanted: str = "/") -> str:
    """Where a browser goes whose owner has chosen a council."""
    return "/sign-in/go?" + urlencode({"council": council, "next": wanted})


def write_policies(folder: Path, issuers: Mapping[str, Issuer]) -> Path:
    """Policies of two councils, each with an issuer of its own; the first one's is for the whole installation, too."""
    shutil.copytree(POLICIES, folder)
    shutil.copytree(folder / OURS, folder / THEIRS)
    council = folder / THEIRS / "council.yaml"
    council.write_text(council.read_text().replace(OURS, THEIRS, 1).replace("Example Council", "Another Council"))
    for name, issuer in issuers.items():
        (folder / name / "identity.yaml").write_text(identity_yaml(issuer) + CONSOLE)
    everywhere = identity_yaml(issuers[OURS]).replace("claim: roles", "claim: suite_roles")
    (folder / "identity.yaml").write_text(everywhere + CONSOLE)
    return folder


@asynccontextmanager
async def run_in_production(folder: Path, **seen: str) -> AsyncIterator[Production]:
    """All of it. `seen` is what is set otherwise for the console."""
    authority, port = Authority(), free_port()
    (folder / "certificates").mkdir(parents=True)
    authority.write(folder / "certificates", "console")
    (folder / "secrets").mkdir()
    (folder / "secrets" / "the-console").write_text(f"{CLIENT_SECRET}\n")
    origin = f"https://localhost:{port}"
    settings = {
        "mode": "production",
        "console": f"127.0.0.1:{port}",
        "console_url": origin,
        "console_certificates": str(folder / "certificates"),
        "console_secrets": str(folder / "secrets"),
    }
    trusted = ssl.create_default_context(cadata=authority.pem.decode())
    async with AsyncExitStack() as stack:
        ours, theirs = (stack.enter_context(run_issuer()) for _ in range(2))
        ours.sign_ins.registered = {f"{origin}/sign-in/back", f"{origin}/sign-in/back/{OURS}"}
        theirs.sign_ins.registered = {f"{origin}/sign-in/back/{THEIRS}"}
        policies = write_policies(folder / "policies", {OURS: ours, THEIRS: theirs})
        running = run_with_cases(folder / "data", policies=policies, **settings | seen)  # type: ignore[arg-type]  # texts
        suite = await stack.enter_async_context(running)
        yield Production(suite, origin, ours, theirs, trusted, authority)


@asynccontextmanager
async def run_another(production: Production, **changed: str) -> AsyncIterator[str]:
    """Another instance of the console over the same records, behind the same public address. Answers where it is."""
    port = free_port()
    settings = replace(production.suite.console.settings, console=f"127.0.0.1:{port}", **changed)  # type: ignore[arg-type]
    async with Serving(settings):
        yield f"https://localhost:{port}"
