"""The questions that people ask of a policy, one file for each."""
