"""The licence of every package in requirements/run.txt, a line each. Ends with 1 where one does not suit ours."""

import re
import sys
from importlib.metadata import Distribution, distribution, metadata
from pathlib import Path

from packaging.requirements import Requirement

PINNED = re.compile(r"^\w[^\\\n]*", re.MULTILINE)
RUN = Path(__file__).parents[1] / "requirements" / "run.txt"
LESSER = re.compile(r"LGPL|Lesser General Public", re.IGNORECASE)
NOT_ALLOWED = re.compile(r"GPL|General Public|Affero", re.IGNORECASE)


def licence_of(package: str) -> str:
    """What a package says of its licence: the expression, or the classifiers, or the first line of the text."""
    said = metadata(package)
    if expression := said.get("License-Expression"):
        return expression
    classifiers = [
        each.rpartition(" :: ")[2] for each in said.get_all("Classifier", []) if each.startswith("License :: ")
    ]
    if classifiers:
        return ", ".join(classifiers)
    lines = (said.get("License") or _text(distribution(package))).strip().splitlines()
    return lines[0].strip() if lines else "not said"


def _text(of: Distribution) -> str:
    """The licence file that comes with a package; empty where there is none."""
    for file in of.files or ():
        if "LICEN" in file.name.upper():
            return file.read_text()
    return ""


def is_allowed(licence: str) -> bool:
    """Whether a package under it may be needed by one under the Apache licence."""
    return licence != "not said" and not NOT_ALLOWED.search(LESSER.sub("", licence))


def main() -> int:
    """Print all of them. Returns 1 where one is not allowed."""
    pinned = map(Requirement, PINNED.findall(RUN.read_text(encoding="utf-8")))
    packages = [each.name for each in pinned if each.marker is None or each.marker.evaluate()]
    licences = {package: licence_of(package) for package in packages}
    for package, licence in licences.items():
        print(f"{package} {metadata(package)['Version']}: {licence}")  # noqa: T201  it is what it is for
    refused = [package for package, licence in licences.items() if not is_allowed(licence)]
    for package in refused:
        print(f"{package}: its licence does not allow it.", file=sys.stderr)  # noqa: T201
    return 1 if refused else 0


if __name__ == "__main__":
    sys.exit(main())
