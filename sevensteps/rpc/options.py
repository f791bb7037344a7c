"""What both sides of a channel set: message sizes, keepalive, reconnecting.

Neither side sends pings to find out how fast the network is: to a busy server they look like an attack, and it hangs up
(GOAWAY, too_many_pings). Clients give room for what is under way to them instead.
"""

MESSAGE_BYTES = 1024 * 1024
MOST_PENDING = 100_000
SERVER_OPTIONS = (
    ("grpc.max_receive_message_length", MESSAGE_BYTES),
    ("grpc.max_send_message_length", 4 * MESSAGE_BYTES),
    ("grpc.http2.min_recv_ping_interval_without_data_ms", 10_000),
    ("grpc.http2.bdp_probe", 0),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.so_reuseport", 0),
    ("grpc.server.max_pending_requests", MOST_PENDING),  # beyond it, gRPC cancels whichever call comes next, whoever's
    ("grpc.server.max_pending_requests_hard_limit", MOST_PENDING),
)
CHANNEL_OPTIONS = (
    ("grpc.max_receive_message_length", 4 * MESSAGE_BYTES),
    ("grpc.http2.bdp_probe", 0),
    ("grpc.http2.lookahead_bytes", MESSAGE_BYTES),
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_permit_without_calls", 1),
    ("grpc.initial_reconnect_backoff_ms", 200),
    ("grpc.max_reconnect_backoff_ms", 2_000),
)
