"""`make compose-test`: brings docker-compose.yml up as it is, plays cases through it, hurts it, and takes it down.

Not part of pytest's run: it makes images and containers. Without a registry, images of the same names stand in for
those of PostgreSQL and of Temporal; Temporal's user interface, behind a profile, has none. With `--after-tests` it is
left out, and says so, where it cannot be run or the stand-ins have not been made: that takes half an hour.
"""

import subprocess
import sys

from compose.engine import CannotRunError, Engine, engine
from compose.images import SUITE, make_images, require_stand_ins, size

AFTER_TESTS = "--after-tests"


def _say(text: str) -> None:
    print(text, flush=True)


def main(arguments: list[str]) -> int:
    """Make the images, and try them; answers the exit code."""
    after_tests = AFTER_TESTS in arguments
    try:
        with engine() as found:
            if after_tests:
                require_stand_ins(found)
            return _try(found)
    except CannotRunError as error:
        _say(f"Containers were left out. {error}")
        return 0 if after_tests else 1
    except subprocess.SubprocessError as error:
        _say(f"FAILED. {error}")
    return 1


def _try(found: Engine) -> int:
    _say("Containers, ten minutes ...")
    found.install_compose()
    make_images(found, _say)
    _say(f"The image of the suite has {size(found, SUITE):.0f} MB.")
    trial = ["unshare", "--net", "--mount", sys.executable, "-m", "compose.trial"]
    return subprocess.run(trial, env=found.environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
