"""Satisfiability modulo theories: terms as z3 expressions, the step relation, its unrolling."""
