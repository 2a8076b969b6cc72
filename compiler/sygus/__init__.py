"""SyGuS-IF 2.1 as a second front end: problems read, solved, checked, and written as SMT-LIB or Python."""
