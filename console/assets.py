"""GOV.UK Frontend's own files: fetched once by npm, checked by hash, and put where they are served.

`python -m console.assets` does it. They are never committed; a wheel takes them along. Nothing needs npm or Node later.
GOV.UK's crest and typeface are for GOV.UK alone, so that neither is taken: pages have the typeface of the system.
"""

import base64
import hashlib
import io
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

TARGET = Path(__file__).with_name("static") / "govuk"
DONE = "fetched.txt"
"""Names what is there. It is written last: a fetch that was broken off is begun anew."""
WAIT_SECONDS = 180
FONT = "system-ui,-apple-system,Segoe UI,Roboto,Noto Sans,Liberation Sans,Arial,sans-serif"
FONT_FACE = re.compile(r"@font-face\{[^}]*\}")
GOVUK_FONT = re.compile(r"GDS Transport(,arial,sans-serif)?")
CREST = "url(/assets/images/govuk-crest.svg)"
MAP = re.compile(r"/\*# sourceMappingURL=.*?\*/|//# sourceMappingURL=.*")


class NotFetchedError(Exception):
    """The files are not to be had. The text says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Package:
    """A package of one version, by the hash of its archive, as npm writes it."""

    name: str
    version: str
    integrity: str

    def __str__(self) -> str:
        """As npm calls it."""
        return f"{self.name}@{self.version}"


FRONTEND = Package(
    "govuk-frontend",
    "6.3.0",
    "sha512-cXIQxm5PHCsbic47GXZrVBZhAeeshTLRL6ZBKilLsR6rMCjJuWb7Fruq0VUNMBJFlJk/srsRj/q8d5bM9cgKoA==",
)
"""The version whose markup govuk-frontend-jinja writes. Its README says that it is under the MIT License."""
WANTED: Mapping[str, str] = {
    "package/dist/govuk/govuk-frontend.min.css": "govuk-frontend.min.css",
    "package/dist/govuk/govuk-frontend.min.js": "govuk-frontend.min.js",
    "package/README.md": "README.md",
}


def fetch(package: Package) -> bytes:
    """The archive of a package. Raises NotFetchedError where it cannot be had, or is not the one that was promised."""
    npm = shutil.which("npm")
    if npm is None:
        raise NotFetchedError("npm was not found. On Debian or Ubuntu: apt-get install npm. Then set up again.")
    try:
        content = _packed(npm, package)
    except (subprocess.SubprocessError, OSError, ValueError) as error:
        why = f"npm could not fetch {package} ({type(error).__name__}): is its registry to be reached from here?"
        raise NotFetchedError(why) from error
    ensure_promised(package, content)
    return content


def _packed(npm: str, package: Package) -> bytes:
    with TemporaryDirectory() as folder:
        command = [npm, "pack", str(package), "--ignore-scripts", "--silent", "--pack-destination", folder]
        subprocess.run(command, check=True, capture_output=True, timeout=WAIT_SECONDS)  # noqa: S603 - no shell
        [archive] = Path(folder).iterdir()
        return archive.read_bytes()


def ensure_promised(package: Package, content: bytes) -> None:
    """End the program unless an archive has the hash that is written here."""
    algorithm, _, promised = package.integrity.partition("-")
    found = base64.b64encode(hashlib.new(algorithm, content).digest()).decode()
    if found != promised:
        sys.exit(f"{package} is not what it was: its hash is {algorithm}-{found}. Nothing of it is used.")


def unpack(content: bytes, target: Path) -> None:
    """Put the files that are wanted of an archive into a folder, without GOV.UK's typeface and crest."""
    target.mkdir(parents=True, exist_ok=True)
    with tarfile.open(fileobj=io.BytesIO(content)) as archive:
        for name, wanted in WANTED.items():
            with archive.extractfile(name) or io.BytesIO() as file:
                (target / wanted).write_text(plainly(file.read().decode()))


def plainly(text: str) -> str:
    """A file without what is for GOV.UK alone, and without the name of a map that is not served."""
    return MAP.sub("", GOVUK_FONT.sub(FONT, FONT_FACE.sub("", text)).replace(CREST, "none"))


def is_there(target: Path = TARGET) -> bool:
    """Whether the files of this version are in place."""
    done = target / DONE
    return done.is_file() and done.read_text() == FRONTEND.integrity


def main() -> None:
    """Fetch them unless they are there. What is not to be had is told, and the suite runs without its console."""
    if is_there():
        return
    try:
        content = fetch(FRONTEND)
    except NotFetchedError as error:
        sys.stderr.write(f"The console is left out, because GOV.UK Frontend's files are not here. {error}\n")
        return
    unpack(content, TARGET)
    (TARGET / DONE).write_text(FRONTEND.integrity)


if __name__ == "__main__":
    main()
