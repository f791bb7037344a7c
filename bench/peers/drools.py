"""Drools DMN, on Java: got from Maven, built and run when both are there."""

import json
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from bench.peers.answer import Answer, Facts
from sevensteps.local.downloads import cache_folder, scratch_folder

HERE = Path(__file__).parent
WARM_PASSES = 5


class NotHereError(Exception):
    """Drools cannot be had on this machine. The message says why."""


def decide(cases: Sequence[Facts]) -> Answer:
    """Decide one by one, once Java has had some passes to warm up.

    Raises:
        NotHereError: there is no Java, or Drools cannot be got from Maven.
        CalledProcessError: the program has failed, and said why on standard error.
    """
    if not all(shutil.which(program) for program in ("java", "javac", "mvn")):
        raise NotHereError("no Java 17 with Maven")
    program = ["java", "-XX:+UseSerialGC", "-cp", f"{_jars()}/*", str(HERE / "Eligibility.java")]
    said = subprocess.run(  # noqa: S603 - the program beside this file
        [*program, str(HERE / "eligibility.dmn"), str(WARM_PASSES)],
        input="\n".join(json.dumps(case) for case in cases),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    *verdicts, rate = said.stdout.split()
    return Answer(verdicts, float(rate))


def _jars() -> Path:
    """The folder with what pom.xml asks for, fetched once."""
    with scratch_folder() as scratch:
        target, pom = cache_folder() / "drools", HERE / "pom.xml"
        if not (target / pom.name).exists() or (target / pom.name).read_text() != pom.read_text():
            shutil.rmtree(target, ignore_errors=True)
            fetched = scratch / "jars"
            maven = ["mvn", "-q", "-B", "-f", str(pom), "dependency:copy-dependencies", f"-DoutputDirectory={fetched}"]
            got = subprocess.run([*maven, "-Dstyle.color=never"], check=False)  # noqa: S603 - our own project
            if got.returncode:
                raise NotHereError("Maven cannot fetch it")
            shutil.copy(pom, fetched)
            shutil.move(fetched, target)
        return target
