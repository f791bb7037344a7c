"""The certificates of one process, read again when their files change."""

from functools import cache
from os import memfd_create
from pathlib import Path
from ssl import CERT_REQUIRED, PROTOCOL_TLS_CLIENT, PROTOCOL_TLS_SERVER, SSLContext, TLSVersion
from threading import Lock
from time import monotonic

from cryptography.hazmat.primitives.serialization import Encoding

from sevensteps import clock, log
from sevensteps.config import Settings
from sevensteps.encryption.certificates import AUTHORITY, COMMAND_LINE, Files, file_of, key_of, unusable
from sevensteps.errors import Fault

DER = Encoding.DER
LOOK_SECONDS = 1.0
"""Between two looks at the files, however often they are asked for."""


class Certificates:
    """The certificates of a process in a folder: `authority.pem`, and its own as `<process>.pem` and `<process>.key`.

    Files that do not go together, such as those written half, are not taken: what was read before stays, and the log
    says why. Any thread may ask.
    """

    def __init__(self, folder: Path, process: str) -> None:
        """Read the files. Raises a Fault (PRECONDITION, CERTIFICATES_UNUSABLE)."""
        self.folder = folder
        self.process = process
        self._lock = Lock()
        self._told: set[str] = set()
        self._refused = ""
        self._seen = self._state()
        self._looked = monotonic()
        self._files = self._read()

    def files(self) -> Files:
        """The newest that go together."""
        with self._lock:
            if monotonic() - self._looked >= LOOK_SECONDS:
                self._looked = monotonic()
                self._look()
            return self._files

    def context(self) -> SSLContext:
        """What a client of Python's own shows and trusts now: TLS 1.2 or later, the host's name checked."""
        files = self.files()
        context = SSLContext(PROTOCOL_TLS_CLIENT)
        context.minimum_version = TLSVersion.TLSv1_2
        context.verify_mode = CERT_REQUIRED
        context.load_verify_locations(cadata=b"".join(each.content.public_bytes(DER) for each in files.authorities))
        if files.chain:
            _show(files, context)
        return context

    def server_context(self) -> SSLContext:
        """What a server of Python's own shows. See `show_newest`."""
        context = SSLContext(PROTOCOL_TLS_SERVER)
        context.minimum_version = TLSVersion.TLSv1_2
        self.show_newest(context)
        return context

    def show_newest(self, context: SSLContext) -> None:
        """Have connections that are made from now on show the newest certificate."""
        _show(self.files(), context)

    @property
    def has_ended(self) -> bool:
        """Whether nobody trusts the process any more, because a certificate has ended."""
        return self.files().has_ended(clock.now())

    def tell(self) -> None:
        """Log what ends within a month, or has ended, once: it says in how many days, so every day it is new."""
        now = clock.now()
        warnings = self.files().warnings(now)
        for warning in warnings:
            if warning not in self._told:
                say = log.get().error if self.has_ended else log.get().warning
                say("a certificate ends", process=self.process, detail=warning)
        self._told = {*warnings}

    def _look(self) -> None:
        state = self._state()
        if state == self._seen and not self._refused:  # what is refused may be good later: it may only not be valid yet
            return
        self._seen = state
        try:
            files = self._read()
            if self._files.chain and not files.chain:
                raise unusable(f"{self._files.chain[0].found} is gone.")
        except Fault as fault:
            if fault.detail != self._refused:
                log.get().error("new certificates are not taken", process=self.process, detail=fault.detail)
            self._refused = fault.detail
            return
        self._files, self._refused = files, ""
        log.get().info("new certificates are taken", process=self.process, folder=str(self.folder))

    def _read(self) -> Files:
        return Files.read(self.folder, self.process, clock.now())

    def _state(self) -> tuple[tuple[int, int, int] | None, ...]:
        """What changes when a file does."""
        names = (file_of(self.folder, AUTHORITY), file_of(self.folder, self.process), key_of(self.folder, self.process))
        return tuple(map(_state_of, names))


def _show(files: Files, context: SSLContext) -> None:
    with open(memfd_create("pair"), "wb") as pair:  # noqa: PTH123 - ssl takes a key from a file only: this has no disk
        pair.write(files.chain_pem + b"\n" + files.key_pem)
        pair.flush()
        context.load_cert_chain(f"/proc/self/fd/{pair.fileno()}")


@cache
def certificates_in(folder: str, process: str) -> Certificates | None:
    """Those of a process in a folder that a setting names; None where it names none. Each process has them once.

    Raises a Fault (PRECONDITION, CERTIFICATES_UNUSABLE).
    """
    return Certificates(Path(folder), process) if folder else None


def certificates_for_calls(settings: Settings, process: str) -> Certificates | None:
    """The same for who calls the services, or is one. The command line needs no certificate of its own."""
    found = certificates_in(settings.certificates, process)
    if found and process != COMMAND_LINE and not found.files().chain:
        raise unusable(f"There is no {file_of(found.folder, process)}: {process} needs a certificate of its own there.")
    return found


def _state_of(file: Path) -> tuple[int, int, int] | None:
    try:
        state = file.stat()
    except OSError:
        return None
    return state.st_mtime_ns, state.st_size, state.st_ino
