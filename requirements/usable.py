"""Why the Python that runs this cannot run the suite: prints one sentence, or nothing where it can.

Run by requirements/install.sh before anything is installed, so it uses the standard library alone.
"""

import importlib.util
import pathlib
import platform
import sys
import sysconfig

FIRST, LAST = (3, 11), (3, 14)


def why_not() -> str:
    """The first reason; empty where there is none."""
    version = sys.version_info[:2]
    name = f"python{version[0]}.{version[1]}"
    if platform.python_implementation() != "CPython":
        return f"it is {platform.python_implementation()}, and the rules engine is built for CPython alone."
    if not FIRST <= version <= LAST:
        return f"it is {name}; 3.11 to 3.14 are supported."
    if sysconfig.get_config_var("Py_GIL_DISABLED"):
        return "it is a free-threaded build, in which the rules engine is not safe; take the usual build."
    if not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
        return f"it cannot make virtual environments. On Debian or Ubuntu: apt-get install {name}-venv"
    if not pathlib.Path(sysconfig.get_path("include"), "Python.h").exists():
        return f"its C headers, which the engine needs, are missing. On Debian or Ubuntu: apt-get install {name}-dev"
    return ""


if __name__ == "__main__":
    sys.stdout.write(why_not())
