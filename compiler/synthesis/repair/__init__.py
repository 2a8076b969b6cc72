"""Candidates from near-misses: small edits, and suspected expressions reopened as holes."""
