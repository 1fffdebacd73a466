"""The search teaches the proof: an inductive invariant generalised from all reachable states.

Each clause is the negation of a cube that no reachable state is in, so it holds by construction;
z3's step relation says which clauses are needed. Read in this order: `features` (what a clause
speaks of), `columns` (their values in every reachable state), `bit_sets` (which cubes are empty),
`mirrors` (the same clause of another machine), `relation` (counterexamples to induction), `teach`,
`prove` (the report).

A. R. Bradley, "SAT-based model checking without unrolling" (VMCAI 2011) generalises such cubes by
induction; here the reachable states themselves decide what may be said.
"""
