"""Refinement: observable behaviour, and inclusion of one system's in another's."""
