"""Mutants: the program made wrong on purpose, one place at a time, to see that a test notices."""
