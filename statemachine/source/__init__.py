"""Source text: files, the places of keys and values in them, and errors that point there."""
