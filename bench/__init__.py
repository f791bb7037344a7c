"""Measurements: ratios in one run, because machines differ. `make bench` prints them."""
