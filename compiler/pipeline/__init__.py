"""One compile as a sequence of named steps, and what it gives back."""
