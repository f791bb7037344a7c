"""What both sides of a channel set: message sizes, keepalive, reconnecting.

A server never hangs up because of pings (GOAWAY, too_many_pings): on a busy machine those of our own processes come
together, and look like an attack. Neither side sends pings to find out how fast the network is; clients give room for
what is under way to them instead.
"""

from collections.abc import Sequence
from typing import TypeAlias

Options: TypeAlias = Sequence[tuple[str, str | int]]
MESSAGE_BYTES = 1024 * 1024
MOST_PENDING = 100_000
SERVER_OPTIONS: Options = (
    ("grpc.max_receive_message_length", MESSAGE_BYTES),
    ("grpc.max_send_message_length", 4 * MESSAGE_BYTES),
    ("grpc.http2.max_ping_strikes", 0),
    ("grpc.http2.bdp_probe", 0),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.so_reuseport", 0),
    ("grpc.server.max_pending_requests", MOST_PENDING),  # beyond it, gRPC cancels whichever call comes next, whoever's
    ("grpc.server.max_pending_requests_hard_limit", MOST_PENDING),
)
CHANNEL_OPTIONS: Options = (
    ("grpc.max_receive_message_length", 4 * MESSAGE_BYTES),
    ("grpc.http2.bdp_probe", 0),
    ("grpc.http2.lookahead_bytes", MESSAGE_BYTES),
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.initial_reconnect_backoff_ms", 200),
    ("grpc.max_reconnect_backoff_ms", 2_000),
)
SEVERAL_OPTIONS: Options = (
    *(option for option in CHANNEL_OPTIONS if not option[0].startswith("grpc.keepalive")),
    ("grpc.keepalive_time_ms", 1_500),
    ("grpc.keepalive_timeout_ms", 2_000),
    ("grpc.http2.ping_timeout_ms", 2_000),  # without it, the timeout above is not kept
    ("grpc.keepalive_permit_without_calls", 0),
    ("grpc.http2.max_pings_without_data", 0),  # a stream that is read sends none
    ("grpc.min_reconnect_backoff_ms", 2_000),
    ("grpc.dns_min_time_between_resolutions_ms", 1_000),
    ("grpc.service_config", '{"loadBalancingConfig": [{"round_robin": {}}]}'),
)
"""Where there are several instances, one that hangs is noticed within four seconds while a call waits for it. Its ping
is answered by gRPC's own threads, however busy the process is. The addresses of a name are taken in turn."""
