"""TLS to callers, our own processes, Temporal and PostgreSQL: certificates, and what stops a connection."""
