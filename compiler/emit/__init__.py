"""From the IR to Python text: whole modules, and files filled in place."""
