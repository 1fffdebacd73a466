"""Verdicts, runs and rules in words: what every view says alike."""
