"""Benchmarks: throughput as ratios measured in one run, on servers of their own. Never part of a
test.
"""
