"""gRPC as the suite speaks it: servers, channels, the gate that every call passes, errors on the wire."""
