"""The executable intermediate representation: nodes, verifier, lowering, interpreter."""
