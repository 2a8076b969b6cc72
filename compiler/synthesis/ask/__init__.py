"""Candidates from a model: the prompt, the answer, and its fit to the specification."""
