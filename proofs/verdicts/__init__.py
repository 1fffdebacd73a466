"""Verdicts: what the engines' evidence amounts to, with every counterexample replayed."""
