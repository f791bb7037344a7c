"""Turning traces on for a process."""

from sevensteps import program
from sevensteps.config import Settings
from sevensteps.telemetry import spans
from sevensteps.telemetry.trace_settings import TraceSettings


def turn_on(settings: Settings, service: str) -> None:
    """Record this process's spans, if the settings name a collector, until the program ends.

    Raises SettingsError for a setting that cannot be used.
    """
    wanted = TraceSettings.read(settings.plaintext)
    if wanted is None:
        return
    from sevensteps.telemetry.exporter import Exporter  # noqa: PLC0415  only who records traces pays for the import

    exporter = Exporter(wanted, service)
    exporter.start()
    spans.record_to(exporter)
    program.at_the_end.callback(exporter.close)
