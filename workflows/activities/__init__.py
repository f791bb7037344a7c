"""Activities: thin gRPC clients, one class a service. Each is named after the request that it makes."""
