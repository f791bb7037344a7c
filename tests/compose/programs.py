"""Programs that are built from their Go modules, at the versions that docker-compose.yml has."""

import shutil
from collections.abc import Mapping
from pathlib import Path

from compose.engine import ROOT, Engine

TEMPORAL = "go.temporal.io/server"
TEMPORAL_VERSION = "v1.29.1"
JAEGER = "github.com/jaegertracing/jaeger"
JAEGER_VERSION = "v1.76.0"
"""Jaeger 2.13.0: its modules still count as those of its first version."""
COLLECTOR = "go.opentelemetry.io/collector"
COLLECTOR_VERSION = "v0.165.0"
COLLECTOR_PARTS = (
    *("exporter/otlpexporter", "otelcol", "processor/batchprocessor", "processor/memorylimiterprocessor"),
    *("receiver/otlpreceiver", "service"),
)
LONGEST_BUILD = 7200.0


class Workshop:
    """A Go module of our own, in which programs are built."""

    def __init__(self, engine: Engine, scratch: Path) -> None:
        """`scratch` is an empty folder, which goes when the programs are built."""
        self.modules = scratch / "modules"
        self._module = scratch / "module"
        self._module.mkdir()
        (self._module / "go.mod").write_text("module stand.in/programs\n")
        folders = {"GOMODCACHE": str(self.modules), "GOCACHE": str(scratch / "cache")}
        others = {"GOFLAGS": "-modcacherw -mod=mod", "CGO_ENABLED": "0"}
        self._go = Engine(engine.folder, engine.environment | folders | others)

    def fetch(self, *modules: str) -> None:
        """Fetch modules: `name@version`."""
        self._go.run("go", "get", *modules, cwd=self._module)

    def build(self, programs: Mapping[Path, str]) -> None:
        """Build packages into files."""
        imports = "\n".join(f'import _ "{package}"' for package in programs.values() if package != ".")
        if imports:  # by which Go fetches what they need
            (self._module / "tools.go").write_text(f"//go:build tools\npackage tools\n{imports}\n")
        for file, package in programs.items():
            self._go.run(
                *("go", "build", "-ldflags=-s -w", "-o", file, package), cwd=self._module, seconds=LONGEST_BUILD
            )

    def write(self, source: Path) -> None:
        """Put a source file into the module itself, whose package is `.`."""
        shutil.copy(source, self._module)


def build_temporal(workshop: Workshop, target: Path) -> None:
    """Temporal's server and its SQL tool, with their schemas: five minutes on two cores."""
    workshop.fetch(f"{TEMPORAL}@{TEMPORAL_VERSION}")
    workshop.build(
        {
            target / "temporal-server": f"{TEMPORAL}/cmd/server",
            target / "temporal-sql-tool": f"{TEMPORAL}/cmd/tools/sql",
        }
    )
    shutil.copytree(workshop.modules / f"{TEMPORAL}@{TEMPORAL_VERSION}" / "schema", target / "schema")


def build_jaeger(workshop: Workshop, target: Path) -> None:
    """Jaeger."""
    workshop.fetch(f"{JAEGER}@{JAEGER_VERSION}")
    workshop.build({target / "jaeger": f"{JAEGER}/cmd/jaeger"})


def build_collector(workshop: Workshop, target: Path) -> None:
    """The OpenTelemetry collector, put together from its parts as its own image is."""
    workshop.fetch(*(f"{COLLECTOR}/{part}@{COLLECTOR_VERSION}" for part in COLLECTOR_PARTS))
    workshop.write(ROOT / "tests" / "compose" / "collector" / "main.go")
    workshop.build({target / "otelcol": "."})
