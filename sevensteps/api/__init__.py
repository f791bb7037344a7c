"""The wire contract in Python. Generated from protos/ by `make protos`; never edited."""
