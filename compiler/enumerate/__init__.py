"""The Python operations that search builds programs from, and the search over expressions."""
