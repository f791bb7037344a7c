"""`make compose-test`: brings docker-compose.yml up as it is, plays cases through it, hurts it, and takes it down.

Not part of pytest's run: it makes images and containers. Without a registry, images of the same names stand in for
those of PostgreSQL and of Temporal; Temporal's user interface, behind a profile, has none.
"""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from shutil import rmtree

from compose.engine import ROOT, CannotRunError, engine
from compose.images import SUITE, make_images, size

SECRETS = ROOT / "secrets"


def _say(text: str) -> None:
    print(text, flush=True)


def main() -> int:
    """Make the images, and try them; answers the exit code."""
    try:
        with engine() as found, _secrets():
            make_images(found, _say)
            _say(f"The image of the suite has {size(found, SUITE):.0f} MB.")
            trial = ["unshare", "--net", "--mount", sys.executable, "-m", "compose.trial"]
            return subprocess.run(trial, env=found.environment, check=False).returncode
    except CannotRunError as error:
        _say(f"Nothing was tried. {error}")
    except subprocess.SubprocessError as error:
        _say(f"FAILED. {error}")
    return 1


@contextmanager
def _secrets() -> Iterator[None]:
    """Those that deploy/secrets.sh makes, gone afterwards where there were none before."""
    were_there = SECRETS.exists()
    subprocess.run([ROOT / "deploy" / "secrets.sh"], check=True)
    try:
        yield
    finally:
        if not were_there:
            rmtree(SECRETS)


if __name__ == "__main__":
    sys.exit(main())
