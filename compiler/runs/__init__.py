"""Compiles in number: engines, batches, workers, replays, the store, and what compiles have taught."""
