"""Starts the command line: `python -m twinrom`."""

from twinrom.command_line import main

if __name__ == "__main__":
    main()
