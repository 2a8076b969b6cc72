"""Candidates from search: partial programs with small holes, and what fits in all of them at once."""
