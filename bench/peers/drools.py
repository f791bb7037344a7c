"""Drools DMN on Java: fetched with Maven and run, where both are installed."""

import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from bench.peers.answer import Answer, Facts
from sevensteps.local.downloads import cache_folder, scratch_folder

HERE = Path(__file__).parent
WARM_PASSES = 5


class UnavailableError(Exception):
    """Drools cannot be run on this machine. The message says why."""


def decide(cases: Sequence[Facts]) -> Answer:
    """Decide one by one, after some passes in which Java warms up.

    Raises:
        UnavailableError: there is no Java, or Maven cannot fetch Drools.
        CalledProcessError: the program failed; standard error says why.
    """
    if not all(shutil.which(program) for program in ("java", "javac", "mvn")):
        raise UnavailableError("no Java 17 with Maven")
    program = ["java", "-XX:+UseSerialGC", "-cp", f"{_jars()}/*", str(HERE / "Eligibility.java")]
    completed = subprocess.run(  # noqa: S603 - the program beside this file
        [*program, str(HERE / "eligibility.dmn"), str(WARM_PASSES)],
        input="\n".join(json.dumps(case) for case in cases),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    *verdicts, rate = completed.stdout.split()
    return Answer(verdicts, float(rate))


def _jars() -> Path:
    """The folder with the jars that pom.xml names, fetched once."""
    with scratch_folder() as scratch:
        target, pom = cache_folder() / "drools", HERE / "pom.xml"
        if not (target / pom.name).exists() or (target / pom.name).read_text() != pom.read_text():
            shutil.rmtree(target, ignore_errors=True)
            fetched = scratch / "jars"
            maven = ["mvn", "-q", "-B", "-f", str(pom), "dependency:copy-dependencies", f"-DoutputDirectory={fetched}"]
            fetching = subprocess.run([*maven, "-Dstyle.color=never"], check=False)  # noqa: S603 - our own project
            if fetching.returncode:
                raise UnavailableError("Maven cannot fetch it")
            shutil.copy(pom, fetched)
            shutil.move(fetched, target)
        return target
