"""z3's answers as terms of ours: from the formula of an inductive invariant to its clauses."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Any

import z3

from twinrom.proofs.solver.linear import UnreadableError, balanced, minus, plus, positive, total
from twinrom.statemachine import terms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from twinrom.proofs.solver.linear import Linear
    from twinrom.proofs.solver.theory import Theory
    from twinrom.statemachine.terms import Term

MAX_CASES = 1024


class Reader:
    """Reads formulas over a theory's state variables and tables."""

    def __init__(self, theory: Theory) -> None:
        self.theory = theory
        self.variables = {
            x.get_id(): v.term() for x, v in zip(theory.state, theory.system.variables, strict=True)
        }
        self.labels = {
            z.decl().name(): code
            for codes in theory.labels.codes.values()
            for code, z in codes.items()
            if theory.dialect.enumerations
        }
        self.tables = {z.get_id(): name for name, z in theory.tables.items()}
        self.memo: dict[int, Term] = {}
        self.kept: list[Any] = []  # z3 may give the id of a dropped expression to another one

    def clauses(self, formula: Any) -> list[Term]:
        """Return the conjuncts of a formula, short ones first; raises `UnreadableError`."""
        found = self.truth(formula)
        parts = found.arguments if found.operator == "and" else (found,)
        return sorted(map(_in_order, parts), key=lambda t: (len(t.arguments), _reads(t)))

    def truth(self, e: Any) -> Term:
        """Return a z3 truth value as a term; raises `UnreadableError`."""
        found = self.memo.get(e.get_id())
        if found is None:
            self.kept.append(e)
            try:
                found = self._truth(e)
            except UnreadableError as error:
                found = self._by_cases(e, error)
            self.memo[e.get_id()] = found
        return found

    def _of_each_value(self, e: Any) -> Term:
        """Return what a quantifier over few values says of each of them."""
        values = [_values(e.var_sort(i)) for i in range(e.num_vars())]
        if e.is_lambda() or math.prod(map(len, values)) > MAX_CASES:
            raise UnreadableError("a quantifier")
        cases = (
            self.truth(z3.simplify(z3.substitute_vars(e.body(), *reversed(case))))
            for case in itertools.product(*values)
        )
        return terms.conjunction(cases) if e.is_forall() else terms.disjunction(cases)

    def _by_cases(self, e: Any, error: UnreadableError) -> Term:
        """Return a comparison of numbers as the values for which it holds: bits wrap around."""
        inside = {} if any(map(z3.is_bool, e.children())) else self._numbers(e)
        count = math.prod(v.high - v.low + 1 for _, v in inside.values())
        if not inside or count > MAX_CASES:
            raise error
        found = []
        constants, variables = zip(*inside.values(), strict=True)
        for codes in itertools.product(*(range(v.low, v.high + 1) for v in variables)):
            values = map(self.theory.number, codes)
            holds = z3.simplify(z3.substitute(e, *zip(constants, values, strict=True)))
            if z3.is_true(holds):
                found.append(terms.conjunction(map(_is, variables, codes)))
            elif not z3.is_false(holds):
                raise error
        return terms.disjunction(found)

    def _numbers(self, e: Any) -> dict[int, tuple[Any, Term]]:
        """Return the state variables that are numbers in an expression."""
        own = self.variables.get(e.get_id())
        if own is not None:
            return {e.get_id(): (e, own)} if z3.is_bv(e) or z3.is_int(e) else {}
        found: dict[int, tuple[Any, Term]] = {}
        for inner in e.children():
            found |= self._numbers(inner)
        return found

    def _truth(self, e: Any) -> Term:  # noqa: C901, PLR0911, PLR0912 - one match, a branch an operator
        own = self.variables.get(e.get_id())
        if own is not None:
            return own
        if z3.is_quantifier(e):
            return self._of_each_value(e)
        inner = e.children()
        match e.decl().kind():
            case z3.Z3_OP_TRUE:
                return terms.TRUE
            case z3.Z3_OP_FALSE:
                return terms.FALSE
            case z3.Z3_OP_AND:
                return terms.conjunction(map(self.truth, inner))
            case z3.Z3_OP_OR:
                return terms.disjunction(map(self.truth, inner))
            case z3.Z3_OP_NOT:
                return terms.negation(self.truth(inner[0]))
            case z3.Z3_OP_IMPLIES:
                a, b = map(self.truth, inner)
                return terms.disjunction([terms.negation(a), b])
            case z3.Z3_OP_ITE:
                return terms.choose(*map(self.truth, inner))
            case z3.Z3_OP_EQ | z3.Z3_OP_IFF:
                return self._equal(*inner)
            case z3.Z3_OP_XOR | z3.Z3_OP_DISTINCT if len(inner) == 2:  # noqa: PLR2004 - a pair
                return terms.negation(self._equal(*inner))
            case z3.Z3_OP_DT_IS | z3.Z3_OP_DT_RECOGNISER:
                return self._is(inner[0], e.decl().params()[0].name())
            case z3.Z3_OP_SELECT:
                return self._entry(e)
            case z3.Z3_OP_LE | z3.Z3_OP_ULEQ | z3.Z3_OP_SLEQ:
                return self._at_most(inner[0], inner[1], 0)
            case z3.Z3_OP_GE | z3.Z3_OP_UGEQ | z3.Z3_OP_SGEQ:
                return self._at_most(inner[1], inner[0], 0)
            case z3.Z3_OP_LT | z3.Z3_OP_ULT | z3.Z3_OP_SLT:
                return self._at_most(inner[0], inner[1], -1)
            case z3.Z3_OP_GT | z3.Z3_OP_UGT | z3.Z3_OP_SGT:
                return self._at_most(inner[1], inner[0], -1)
            case z3.Z3_OP_BIT2BOOL:
                return self._bits(inner[0], e.params()[0], e.params()[0], 1)
            case _:
                raise UnreadableError(f"`{e.decl().name()}`")

    def _is(self, e: Any, label: str) -> Term:
        variable = self.variables.get(e.get_id())
        if variable is None:
            raise UnreadableError(f"`is` of `{e}`")
        return terms.equal(variable, terms.constant(self.labels[label]))

    def _equal(self, a: Any, b: Any) -> Term:
        if z3.is_bool(a):
            return terms.equal(self.truth(a), self.truth(b))
        for x, y in ((a, b), (b, a)):
            if x.decl().kind() == z3.Z3_OP_EXTRACT and z3.is_bv_value(y):
                high, low = x.params()
                return self._bits(x.children()[0], high, low, y.as_long())
        if a.sort().kind() == z3.Z3_DATATYPE_SORT:
            return self._same_label(self._label(a), self._label(b))
        (left, m), (right, n) = self._linear(a), self._linear(b)
        return terms.equal(*balanced(minus(left, right), m - n))

    def _label(self, e: Any) -> Term:
        found = self.variables.get(e.get_id())
        if found is None and e.decl().kind() == z3.Z3_OP_DT_CONSTRUCTOR:
            found = terms.constant(self.labels[e.decl().name()])
        if found is None:
            raise UnreadableError(f"`{e.decl().name()}`")
        return found

    def _same_label(self, a: Term, b: Term) -> Term:
        """Machines are compared state by state: their language has no word for the same state."""
        if any(t.operator == "constant" for t in (a, b)):
            return terms.equal(a, b)
        return terms.disjunction(
            terms.conjunction([_is(a, code), _is(b, code)])
            for code in range(max(a.low, b.low), min(a.high, b.high) + 1)
        )

    def _entry(self, e: Any) -> Term:
        name = self.tables.get(e.children()[0].get_id())
        if name is None:
            raise UnreadableError(f"`{e}`")
        table = self.theory.system.tables[name]
        row = []
        for x, sort in zip(e.children()[1:], table.of, strict=True):
            if sort.boolean:
                row.append(self.truth(x))
            elif sort.ordered:
                row.append(self._number(x))
            else:
                row.append(self._label(x))
        return terms.table(name, row)

    def _bits(self, e: Any, high: int, low: int, value: int) -> Term:
        """Return that some bits of a number have a value, as the codes for which they have."""
        number = self._number(e)
        if number.operator != "variable":
            raise UnreadableError(f"bits of `{e}`")
        mask = (1 << (high - low + 1)) - 1
        codes = [c for c in range(number.low, number.high + 1) if (c >> low) & mask == value]
        return terms.disjunction(_is(number, c) for c in codes)

    def _number(self, e: Any) -> Term:
        found, constant = self._linear(e)
        return total([t for t, n in found.items() for _ in range(positive(n))], constant)

    def _remainder(self, e: Any, by: int) -> Term:
        """Return `e % by`, of whose multiples only the remainders count."""
        found, constant = self._linear(e)
        summands = [t for t, n in found.items() for _ in range(n % by)]
        return terms.modulo(total(summands, constant % by), terms.constant(by))

    def _at_most(self, a: Any, b: Any, slack: int) -> Term:
        """Return `a <= b + slack`, with every summand on the side where it is positive."""
        (left, x), (right, y) = self._linear(a), self._linear(b)
        return terms.at_most(*balanced(minus(left, right), x - y - slack))

    def _linear(self, e: Any) -> Linear:  # noqa: PLR0911 - one match, a branch an operator
        """Return a number as multiples of variables and a constant."""
        own = self.variables.get(e.get_id())
        if own is not None:
            return {own: 1}, 0
        inner = e.children()
        match e.decl().kind():
            case z3.Z3_OP_ANUM:
                return {}, e.as_long()
            case z3.Z3_OP_MOD if z3.is_int_value(inner[1]) and inner[1].as_long() > 0:
                return {self._remainder(inner[0], inner[1].as_long()): 1}, 0
            case z3.Z3_OP_BNUM:
                return {}, e.as_signed_long() if self.theory.signed else e.as_long()
            case z3.Z3_OP_ADD if self.theory.dialect.integers:
                found: Linear = {}, 0
                for x in map(self._linear, inner):
                    found = plus(found, x, 1)
                return found
            case z3.Z3_OP_SUB if self.theory.dialect.integers:
                return plus(self._linear(inner[0]), self._linear(inner[1]), -1)
            case z3.Z3_OP_UMINUS if self.theory.dialect.integers:
                return plus(({}, 0), self._linear(inner[0]), -1)
            case z3.Z3_OP_MUL if z3.is_int_value(inner[0]) and len(inner) == 2:  # noqa: PLR2004 - a pair
                return plus(({}, 0), self._linear(inner[1]), inner[0].as_long())
            case _:
                raise UnreadableError(f"`{e.decl().name()}`")


def _in_order(clause: Term) -> Term:
    """Return a clause with its parts in the order of the variables that they read."""
    if clause.operator != "or":
        return clause
    return terms.disjunction(sorted(clause.arguments, key=_reads))


def _reads(term: Term) -> tuple[int, ...]:
    return tuple(sorted(terms.variables([term])))


def _values(sort: Any) -> Sequence[Any]:
    """Return every value of a z3 sort, if there are few."""
    context = sort.ctx
    match sort.kind():
        case z3.Z3_BOOL_SORT:
            return [z3.BoolVal(value, context) for value in (False, True)]
        case z3.Z3_BV_SORT if 1 << sort.size() <= MAX_CASES:
            return [z3.BitVecVal(value, sort) for value in range(1 << sort.size())]
        case z3.Z3_DATATYPE_SORT:
            return [sort.constructor(i)() for i in range(sort.num_constructors())]
        case _:
            raise UnreadableError("a quantifier")


def _is(variable: Term, code: int) -> Term:
    return terms.equal(variable, terms.constant(code))
