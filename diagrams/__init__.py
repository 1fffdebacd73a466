"""What people look at: tables, stories, progress."""
