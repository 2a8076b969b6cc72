"""Hypothesis test files for accepted programs."""
