"""The definition of the IR by execution: evaluation, frames, guards and meters."""
