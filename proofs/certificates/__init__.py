"""Certificates: inductive invariants as data, their proof obligations, and who confirms them."""
