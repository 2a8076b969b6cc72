"""Text in and out: sources with spans, diagnostics, colour, and files written whole or not at all."""
