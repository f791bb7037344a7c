"""requirements/install.sh: which Python it takes, and what it says of one that cannot run the suite."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOOLS = ("bash", "cat", "cc", "cmp", "cp", "cut", "dirname", "env", "flock", "gcc", "grep", "id", "mkdir")

# It answers as the real Python would if that were another one; makes an environment that has itself as its Python;
# and installs nothing, but notes what it is asked to install.
PYTHON = """\
#!/bin/sh
case "$1 $2" in
    "-m venv") mkdir -p "$4/bin" && cp "$0" "$4/bin/python"; exit ;;
    "-m pip") echo "CPPFLAGS='$CPPFLAGS' $*" >>"{log}"; exit ;;
esac
exec "{real}" -c '
import importlib.util, platform, runpy, sys, sysconfig
{change}
if sys.argv[1] == "-c":
    exec(sys.argv[2])
elif sys.argv[1] == "--version":
    print("Python", *sys.version_info[:2])
else:
    sys.argv = sys.argv[1:]
    runpy.run_path(sys.argv[0], run_name="__main__")
' "$@"
"""
VERSION = "sys.version_info = (3, {minor}, 0, 'final', 0)"
CHANGES = {
    "it is python3.10; 3.11 to 3.14 are supported.": VERSION.format(minor=10),
    "it is python3.15; 3.11 to 3.14 are supported.": VERSION.format(minor=15),
    "it is PyPy, and the rules engine is built for CPython alone.": "platform.python_implementation = lambda: 'PyPy'",
    "it is a free-threaded build, in which the rules engine is not safe; take the usual build.": (
        "known = sysconfig.get_config_var; "
        "sysconfig.get_config_var = lambda name: 1 if name == 'Py_GIL_DISABLED' else known(name)"
    ),
    "it cannot make virtual environments. On Debian or Ubuntu: apt-get install python{}-venv": (
        "known = importlib.util.find_spec; "
        "importlib.util.find_spec = lambda name: None if name == 'ensurepip' else known(name)"
    ),
    "its C headers, which the engine needs, are missing. On Debian or Ubuntu: apt-get install python{}-dev": (
        "sysconfig.get_path = lambda name: '/nowhere'"
    ),
}
"""What each kind of Python that cannot run the suite is told, and how to make one of the real Python."""
OWN_VERSION = f"{sys.version_info[0]}.{sys.version_info[1]}"


class Machine:
    """A machine with a copy of what set-up reads, the tools that it uses, and no Python yet."""

    def __init__(self, folder: Path) -> None:
        self.repository = folder / "repository"
        self.programs = folder / "bin"
        self.log = folder / "pip.log"
        self.programs.mkdir()
        for tool in TOOLS:
            if found := shutil.which(tool):
                (self.programs / tool).symlink_to(found)
        shutil.copytree(ROOT / "requirements", self.repository / "requirements")
        shutil.copy(ROOT / "pyproject.toml", self.repository)

    def has_python(self, name: str, change: str = "") -> Path:
        """Put a Python on its PATH."""
        quoted = change.replace("'", '"')
        program = self.programs / name
        program.write_text(PYTHON.format(log=self.log, real=Path(sys.executable).resolve(), change=quoted))
        program.chmod(0o755)
        return program

    def set_up(self, what: str = "run", **environment: str) -> subprocess.CompletedProcess[str]:
        """Run the script."""
        return subprocess.run(
            [self.repository / "requirements" / "install.sh", what],
            env={"PATH": str(self.programs), "TMPDIR": str(self.repository.parent), **environment},
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine without Python."""
    return Machine(tmp_path)


@pytest.mark.parametrize("reason", CHANGES)
def test_a_python_that_cannot_run_the_suite_is_refused_before_anything_is_installed(
    machine: Machine, reason: str
) -> None:
    """One sentence says which Python it is and why; no environment is made."""
    machine.has_python("python3", CHANGES[reason])
    refused = machine.set_up()
    assert refused.returncode == 1
    assert f"python3 cannot be used: {reason.format(OWN_VERSION)}\n" in refused.stderr
    assert "Set-up stopped: Python 3.11 to 3.14 is needed and none that can be used was found." in refused.stderr
    assert not (machine.repository / ".venv").exists()
    assert not machine.log.exists()


def test_the_first_python_that_can_run_it_is_taken(machine: Machine) -> None:
    """One that cannot is passed over, and one that PYTHONS names comes before those on PATH."""
    machine.has_python("python3.11", CHANGES[next(iter(CHANGES))])
    machine.has_python("python3")
    machine.has_python("another", "sys.version_info = sys.version_info[:2] + (99,)")
    taken = machine.set_up(PYTHONS="another")
    assert "python3.11" not in taken.stderr
    assert (machine.repository / ".venv/bin/python").read_text() == (machine.programs / "another").read_text()
    shutil.rmtree(machine.repository / ".venv")
    taken = machine.set_up()
    assert "python3.11 cannot be used: it is python3.10" in taken.stderr
    assert (machine.repository / ".venv/bin/python").read_text() == (machine.programs / "python3").read_text()


def test_the_rules_engine_is_built_so_that_it_works_on_every_python(machine: Machine) -> None:
    """Its C calls a function by a name that Python has dropped in 3.13: the build is given the one that there is."""
    machine.has_python("python3")
    assert machine.set_up(CPPFLAGS="-DOURS").returncode == 0
    [engine] = [line for line in machine.log.read_text().splitlines() if "requirements/run.txt" in line]
    assert engine.startswith("CPPFLAGS='-DOURS -DPyEval_CallObject=PyObject_CallObject' ")


def test_without_a_compiler_nothing_is_installed(machine: Machine) -> None:
    """The rules engine is published as C source only."""
    machine.has_python("python3")
    for compiler in ("cc", "gcc"):
        (machine.programs / compiler).unlink(missing_ok=True)
    assert "Set-up stopped: a C compiler is needed" in machine.set_up().stderr
    assert not (machine.repository / ".venv").exists()


def test_what_is_installed_is_not_installed_again(machine: Machine) -> None:
    """A second run takes no time: it asks pip for nothing."""
    machine.has_python("python3")
    machine.set_up()
    asked = machine.log.read_text()
    assert machine.set_up().returncode == 0
    assert machine.log.read_text().replace(asked, "").count(" install ") == 0


def test_every_other_python_gets_an_environment_and_a_missing_one_is_named(machine: Machine) -> None:
    """The main one is not checked twice; one that is missing, or cannot run the suite, is said to be."""
    others = [version for version in ("3.11", "3.12", "3.13", "3.14") if version != OWN_VERSION]
    machine.has_python("python3")
    machine.set_up()
    found, unusable, *missing = others
    machine.has_python(
        f"python{found}", f"{VERSION.format(minor=found[2:])}; sysconfig.get_path = lambda _: '{machine.repository}'"
    )
    machine.has_python(f"python{unusable}", f"{VERSION.format(minor=unusable[2:])}; sysconfig.get_path = lambda _: '/'")
    (machine.repository / "Python.h").touch()
    installed = machine.set_up("others")
    assert installed.returncode == 0, installed.stderr
    assert f"python{unusable} cannot be used: its C headers" in installed.stderr
    for version in missing:
        assert f"Python {version} was not found; nothing is checked on it.\n" in installed.stderr
    assert installed.stdout == f".venvs/{found}\n"
    assert (machine.repository / ".venvs" / found / "installed" / "test.txt").exists()
    assert not (machine.repository / ".venvs" / unusable).exists()
