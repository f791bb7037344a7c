"""Why the Python that runs this cannot run the suite: prints one sentence, or nothing where it can.

Run by requirements/install.sh before anything is installed, so it uses the standard library alone.
"""

import importlib.util
import pathlib
import platform
import sys
import sysconfig

FIRST, LAST = (3, 11), (3, 14)


def main() -> None:
    """Print the first reason."""
    version = sys.version_info[:2]
    major_minor = ".".join(str(part) for part in version)
    if platform.python_implementation() != "CPython":
        print(f"it is {platform.python_implementation()}, and the rules engine is built for CPython alone.")
    elif not FIRST <= version <= LAST:
        print(f"it is Python {major_minor}; 3.11 to 3.14 are supported.")
    elif sysconfig.get_config_var("Py_GIL_DISABLED"):
        print("it is a free-threaded build, in which the rules engine is not safe; use the usual build.")
    elif not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
        print(f"it cannot make virtual environments. On Debian or Ubuntu: apt-get install python{major_minor}-venv")
    elif not pathlib.Path(sysconfig.get_path("include"), "Python.h").exists():
        print(
            "its C headers are missing, and the rules engine is built from C. "
            f"On Debian or Ubuntu: apt-get install python{major_minor}-dev"
        )


if __name__ == "__main__":
    main()
