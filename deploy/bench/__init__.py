"""Measure throughput as ratios of two runs, on servers of their own. Tests never run these
benchmarks.
"""
