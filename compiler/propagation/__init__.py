"""The partial program of a specification, and what constraints leave of its domains."""
