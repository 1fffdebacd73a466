"""Model checking engines: search, bounded checking, induction, Spacer, and their portfolio."""
