"""Mutation testing of specs: mutants, distinguishing runs, and what becomes of each mutant."""
