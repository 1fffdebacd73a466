"""What every policy of the shipped systems must keep, as spec files."""
