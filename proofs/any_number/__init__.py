"""Any number of machines of a symmetric template: cutoffs, and clauses said of all of them."""
