"""The real servers that tests run against, each started for those who ask for it, once a test process."""

import os
import resource

from hypothesis import settings

# Tests start programs, as another user where they are root, and that forks: then gRPC's fork handlers disturb parent
# and child alike ("epoll_wait error: Bad file descriptor"). Read by grpc when it is first imported.
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "false")

# Every suite that a test starts keeps its ports until the end, so that no other program gets them.
OPEN_FILES, (_, most) = 16_384, resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (OPEN_FILES if most < 0 else min(OPEN_FILES, most), most))

# How long an example takes says more of the machine than of what is tested.
settings.register_profile("suite", deadline=None)
settings.load_profile("suite")

pytest_plugins = ["servers.postgres", "servers.prometheus", "servers.temporal", "servers.time_skipping"]
