"""Grounding: from a model's rules and templates to its transition system."""
