"""Benchmarks: each prints figures measured in one run, as ratios where it can."""
