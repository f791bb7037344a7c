"""What can be asked of a process, over HTTP and as names of gRPC's health check; light, for whoever asks often."""

LIVE, READY, STARTED = "live", "ready", "started"
ASKED = (LIVE, READY, STARTED)
READY_PART = f"{READY}/{{part}}"
"""The name of gRPC's health check under which one part of being ready is asked for, such as "ready/feed"."""
WELL = "ok"
"""What is said of a part that is well."""
