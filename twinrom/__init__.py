"""Firmware-redundancy policies, checked: every event sequence, every proof re-checked.

The only name that an installation puts on the import path. Its parts are `twinrom.statemachine`,
`twinrom.proofs` and `twinrom.diagrams`; its command line starts in `twinrom.command_line`.
"""
