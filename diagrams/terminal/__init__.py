"""Views for a terminal: tables, stories, the simulator, live progress."""
