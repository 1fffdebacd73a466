"""Model files: their schema, their notations, includes and overlays, as declarations and rules."""
