"""How sure liftc is of a program: behaviour groups, selection, description length, evidence, final verification."""
