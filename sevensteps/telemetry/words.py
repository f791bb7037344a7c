"""What can be asked of a process, over HTTP and as names of gRPC's health check; light, for whoever asks often."""

LIVE, READY, STARTED = "live", "ready", "started"
ASKED = (LIVE, READY, STARTED)
WELL = "ok"
"""What is said of a part that is well."""
