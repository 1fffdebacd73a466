"""Proofs for any number of machines: lifted clauses, and which of them are inductive."""
