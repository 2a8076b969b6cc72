"""Filling holes: asking models, searching, repairing near-misses."""
