"""The executable intermediate representation: nodes, text form, verifier, lowering, interpreter."""
