"""Name resolution: from the syntax tree to ground terms, every name and sort checked."""
