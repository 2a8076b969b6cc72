"""What a candidate does: child processes, generated inputs, behaviour vectors, verdicts."""
