"""Running the whole suite on one machine: processes, ports, a Temporal development server."""
