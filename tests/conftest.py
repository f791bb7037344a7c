"""The real servers that tests run against, each started for those who ask for it, once a test process."""

import os

from hypothesis import settings

# Tests start programs, as another user where they are root, and that forks: then gRPC's fork handlers disturb parent
# and child alike ("epoll_wait error: Bad file descriptor"). Read by grpc when it is first imported.
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "false")

# How long an example takes says more of the machine than of what is tested.
settings.register_profile("suite", deadline=None)
settings.load_profile("suite")

pytest_plugins = ["servers.postgres", "servers.prometheus", "servers.temporal", "servers.time_skipping"]
