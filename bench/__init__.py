"""Measurements: mostly ratios within one run, because machines differ. `make bench` prints them."""
