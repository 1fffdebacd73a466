"""Drawing: which picture is wanted, in which form, and where it goes."""
