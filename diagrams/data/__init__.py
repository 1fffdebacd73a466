"""Results for other programs: JSON and Markdown."""
