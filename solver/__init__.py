"""Sorts, terms, domains, propagation, enumeration and Z3. Knows nothing of the other packages."""
