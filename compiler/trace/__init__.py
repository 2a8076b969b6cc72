"""The trace: its events, its file, and how it is shown."""
