"""Which questions can be decided, and the evidence."""
