"""What council IT is given beside the wheel: units for systemd, and what catalogues of public software read."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from sevensteps.config import SERVICES, Settings
from sevensteps.local.devserver import DYNAMIC_CONFIG

ROOT = Path(__file__).parents[2]
UNITS = sorted((ROOT / "deploy" / "systemd").iterdir())
INSTALLED = "/opt/sevensteps/bin/sevensteps"
VERIFY = shutil.which("systemd-analyze")
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
VARIABLE = re.compile(r"\$\{(STEPS_\w+):([-+])([^}]*)\}")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


@pytest.mark.skipif(VERIFY is None, reason="systemd-analyze is not here")
def test_systemd_takes_the_units_without_a_word(tmp_path: Path) -> None:
    """A misspelt directive, or a unit that names one that is not there, would be told."""
    for unit in UNITS:
        text = unit.read_text().replace(INSTALLED, sys.executable)
        (tmp_path / unit.name).write_text(text)
    names = [str(tmp_path / unit.name) for unit in UNITS]
    said = subprocess.run([str(VERIFY), "verify", "--man=no", *names], capture_output=True, text=True, check=False)
    assert (said.returncode, said.stderr) == (0, "")


def test_the_target_starts_every_process() -> None:
    """No service is forgotten, and none that does not exist is waited for."""
    wanted = set(re.findall(r"[\w@-]+\.service", (ROOT / "deploy" / "systemd" / "sevensteps.target").read_text()))
    beside = {"sevensteps-worker.service", "sevensteps-console.service"}
    assert wanted == {*(f"sevensteps@{name}.service" for name in SERVICES), *beside}


def test_the_units_set_what_is_a_setting() -> None:
    """An unknown setting would keep every process from starting."""
    for unit in UNITS:
        Settings.from_environment(dict(re.findall(r"\b(SEVENSTEPS_\w+)=(\S+)", unit.read_text())))


def test_publiccode_tells_the_version_and_licence_of_the_package() -> None:
    """Catalogues of public software and the package's index say the same."""
    told = yaml.safe_load((ROOT / "publiccode.yml").read_text())
    assert (told["softwareVersion"], told["legal"]["license"]) == (PROJECT["version"], PROJECT["license"])


def test_the_changelog_has_the_version() -> None:
    """Whoever installs a version reads what changed in it."""
    assert f"\n## {PROJECT['version']}\n" in (ROOT / "CHANGELOG.md").read_text()


def test_what_it_needs_may_be_published_with_it() -> None:
    """No package that a running suite imports has a licence that the suite's own rules out."""
    said = subprocess.run([sys.executable, ROOT / "deploy/licences.py"], capture_output=True, text=True, check=False)
    assert (said.returncode, said.stderr) == (0, "")
    assert "durable-rules 2.0.28: MIT License" in said.stdout


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ("touch something", "changes that are not committed"),
        ("true", "does not have the tag v"),
        ("git tag v9.9.9", "does not have the tag v"),
    ],
)
def test_a_release_is_of_a_commit_with_its_tag(tmp_path: Path, change: str, why: str) -> None:
    """Nothing is built of anything else, and it says why."""
    subprocess.run(["git", "clone", "--quiet", "--no-tags", ROOT, tmp_path / "clone"], check=True)
    programs = tmp_path / "clone" / ".venv" / "bin"
    programs.mkdir(parents=True)
    (programs / "python").symlink_to(sys.executable)
    subprocess.run(["sh", "-c", change], cwd=tmp_path / "clone", check=True)
    said = subprocess.run([tmp_path / "clone/deploy/release.sh"], capture_output=True, text=True, check=False)
    assert said.returncode == 1
    assert "No release: " in said.stderr
    assert why in said.stderr
    assert not (tmp_path / "clone/dist").exists()


def _variables() -> dict[str, str]:
    """What can be set of the compose file, with its default."""
    text = (ROOT / "docker-compose.yml").read_text()
    return {name: value for name, operator, value in VARIABLE.findall(text) if operator == "-"}


def test_the_example_explains_every_variable_of_the_compose_file() -> None:
    """With the same default, and with none that nothing reads."""
    explained = dict(re.findall(r"^#(STEPS_\w+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert explained.keys() == _variables().keys()
    for name, default in _variables().items():
        assert default in {"", "certificates", "console-secrets", "/dev/null", explained[name]}, name


def _settings_of(service: str, variables: dict[str, str]) -> dict[str, str]:
    """The settings of a container, where these variables are set."""

    def value(match: re.Match[str]) -> str:
        name, operator, other = match.groups()
        given = variables.get(name, "")
        return (other if given else "") if operator == "+" else given or other

    environment = COMPOSE["services"][service].get("environment", {})
    return {name: VARIABLE.sub(value, each) for name, each in environment.items() if name.startswith("SEVENSTEPS_")}


@pytest.mark.parametrize("variables", [{}, {"STEPS_MODE": "production", "STEPS_ISSUER": "https://login.example"}])
@pytest.mark.parametrize("service", sorted(COMPOSE["services"]))
def test_the_compose_file_sets_what_is_a_setting(tmp_path: Path, service: str, variables: dict[str, str]) -> None:
    """To values that are accepted, by themselves and with an issuer."""
    clients = {f"STEPS_{each}_CLIENT": each.lower() for each in ("SERVICES", "WORKER", "DESK")}
    given = _settings_of(service, variables | (clients if variables else {}))
    assert given or COMPOSE["services"][service]["image"] != COMPOSE["services"]["feed"]["image"]
    password = tmp_path / "password"
    password.write_text("secret")
    Settings.from_environment(
        {name: value.replace("/passwords/sevensteps/password", str(password)) for name, value in given.items()}
    )


def test_every_container_has_the_secrets_that_it_names() -> None:
    """And none has the password of a user of PostgreSQL that it does not need."""
    for name, service in COMPOSE["services"].items():
        named = re.findall(r"/run/secrets/([\w-]+)", str(service.get("environment", "")))
        assert set(named) <= set(service.get("secrets", [])), name
    users = {"postgres", "sevensteps", "temporal"}
    needed = {"postgres": users, "passwords": {*users, "grafana"}, "grafana": {"grafana"}}
    needed |= {name: {"temporal"} for name in ("temporal", "temporal-schema")}
    for name, service in COMPOSE["services"].items():
        given = re.findall(r"password-(\w+):/passwords/\1", str(service.get("volumes", "")))
        suites_own = service["image"] == COMPOSE["services"]["feed"]["image"]
        assert set(given) == needed.get(name, {"sevensteps"} if suites_own else set()), name


def test_every_password_is_made_once(tmp_path: Path) -> None:
    """Each anew for each installation; made again, all stay."""
    users = COMPOSE["services"]["passwords"]["command"]
    script = (ROOT / "deploy" / "passwords" / "passwords.sh").read_text().replace("/passwords/", f"{tmp_path}/")
    for user in users:
        (tmp_path / user).mkdir()
    for _ in range(2):
        subprocess.run(["sh", "-c", script, "passwords.sh", *users], check=True)
    made = {user: (tmp_path / user / "password").read_text() for user in users}
    assert all(re.fullmatch("[0-9a-f]{48}", password) for password in made.values())
    assert len({*made.values()}) == len(users)
    (tmp_path / users[0] / "password").unlink()
    subprocess.run(["sh", "-c", script, "passwords.sh", *users], check=True)
    assert (tmp_path / users[0] / "password").read_text() != made[users[0]]
    assert all((tmp_path / user / "password").read_text() == made[user] for user in users[1:])


def test_temporal_reads_its_queues_as_often_as_the_development_server() -> None:
    """So that steps open as soon as there."""
    dynamic = yaml.safe_load((ROOT / "deploy" / "temporal" / "dynamic.yaml").read_text())
    assert {name: values[0]["value"] for name, values in dynamic.items()} == DYNAMIC_CONFIG
