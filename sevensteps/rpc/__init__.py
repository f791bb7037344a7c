"""gRPC as the suite speaks it: servers, channels, the interceptor that every call passes, errors on the wire."""
