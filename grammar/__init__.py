"""The Python subset as one portable Lark grammar, its narrowing by type and scope, and its export to engines."""
