"""Specifications: clauses, properties and observers, put to a model as one question."""
