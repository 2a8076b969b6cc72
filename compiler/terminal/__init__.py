"""What a user of the command sees: reports, progress, files written whole, endings."""
