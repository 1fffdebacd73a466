"""Explicit-state search: breadth first over packed states, then fairness and liveness."""
