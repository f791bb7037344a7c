"""The real servers that tests run against, each started for those who ask for it, once a test process."""

pytest_plugins = ["servers.postgres", "servers.temporal", "servers.time_skipping"]
