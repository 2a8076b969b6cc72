"""What one compile is given: its unit, its options, its budget."""
