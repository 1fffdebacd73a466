"""Execution: the running machines, their traces, and sessions by hand or from a script."""
