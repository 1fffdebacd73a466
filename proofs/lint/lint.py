"""What is questionable about a model and its spec, though both can be used as they are.

Errors are certain, and a state that is shown can be reached. Warnings are for the reader to judge;
`docs/lint` has a page for every code. Raises nothing of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from twinrom.proofs.lint.clauses import check_clauses
from twinrom.proofs.lint.explore import LINTED_STATES
from twinrom.proofs.lint.flags import check_flags
from twinrom.proofs.lint.reached import check_reached
from twinrom.proofs.lint.static import check_torn, check_unused, check_writes

if TYPE_CHECKING:
    from twinrom.proofs.lint.findings import Finding
    from twinrom.proofs.spec.spec import Spec
    from twinrom.statemachine import Model

def lint(model: Model, spec: Spec | None = None, *,
         max_states: int = LINTED_STATES) -> list[Finding]:
    """Return all findings, in the order of the files: the model's, those it includes, the spec's.

    `spec` must have been put to the model before: `ask(model, path).spec`. Without it the checks
    of clauses and of what excuses are left out. The search looks at no more than about `max_states`
    pairs of state and table choice, with faults at any time; when there are more, the first finding
    says so.
    """
    found = [*check_reached(model, spec, max_states), *check_torn(model),
             *check_writes(model), *check_unused(model, spec)]
    if spec is not None:
        found += [*check_clauses(model, spec), *check_flags(model, spec, max_states)]
    files = {path: i for i, path in enumerate((*model.paths, *(spec.paths if spec else ())))}
    return sorted(set(found), key=lambda f: (
        files.get(f.problem.path, len(files)), f.problem.line, f.problem.column, f.code,
        f.problem.message))
