"""From traces to data sets and adapters."""
