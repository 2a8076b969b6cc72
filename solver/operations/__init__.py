"""Python's operations as data: one table, and what the layers compute from it."""
