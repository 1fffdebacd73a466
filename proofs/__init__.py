"""Which questions can be decided, and the evidence: specs, engines, verdicts.

z3 is imported here only, and only by the engine that uses it.
"""

from twinrom.proofs.certificates.certificate import Answer, Certificate, Clause, Recheck
from twinrom.proofs.certificates.folder import write_certificate
from twinrom.proofs.engines.processes import WorkerDiedError
from twinrom.proofs.engines.search.folding import Folded, fold_reachable
from twinrom.proofs.export import FORMATS, export, write_export
from twinrom.proofs.lint.files import lint_files
from twinrom.proofs.lint.findings import CODES, Finding
from twinrom.proofs.lint.lint import lint
from twinrom.proofs.mutation.mutants import Mutant, mutants, mutated
from twinrom.proofs.questions.baseline import (
    baseline,
    drift,
    read_baseline,
    refuse_another_file,
    write_baseline,
)
from twinrom.proofs.questions.certify import recheck_folders
from twinrom.proofs.questions.check import check
from twinrom.proofs.questions.compare import (
    Comparison,
    Difference,
    Effort,
    OneWay,
    VerdictChange,
    compare,
)
from twinrom.proofs.questions.faults import Cut, FaultNumber, count_faults, fault_numbers
from twinrom.proofs.questions.gaps import Read, read_gaps
from twinrom.proofs.questions.mutate import Mutated, mutate
from twinrom.proofs.questions.sweep import Point, axes_of, grid, policies, row_data, sweep
from twinrom.proofs.report import Counts, Fate, Found, Judged, Report, Rest
from twinrom.proofs.run import Run
from twinrom.proofs.spec.question import Question, ask, pose
from twinrom.proofs.spec.request import ENGINES, Options, Recipe, recipe
from twinrom.proofs.spec.schema import json_schema as spec_json_schema
from twinrom.proofs.spec.spec import Property, Spec, load_spec, parse_spec, shipped_specs, spec_for
from twinrom.proofs.verdicts.at_rest import rest_findings
from twinrom.proofs.verdicts.combine import Evidence, merge
from twinrom.proofs.verdicts.lasso import owed_since
from twinrom.proofs.verdicts.replay import EngineDisagreementError, holds_at, holds_in
from twinrom.proofs.verdicts.verdict import (
    Bounded,
    Checked,
    ClauseResult,
    NotChecked,
    Proved,
    Result,
    Unknown,
    Vacuous,
    Verdict,
    Violated,
    weight,
    word,
)

__all__ = [
    "CODES",
    "ENGINES",
    "FORMATS",
    "Answer",
    "Bounded",
    "Certificate",
    "Checked",
    "Clause",
    "ClauseResult",
    "Comparison",
    "Counts",
    "Cut",
    "Difference",
    "Effort",
    "EngineDisagreementError",
    "Evidence",
    "Fate",
    "FaultNumber",
    "Finding",
    "Folded",
    "Found",
    "Judged",
    "Mutant",
    "Mutated",
    "NotChecked",
    "OneWay",
    "Options",
    "Point",
    "Property",
    "Proved",
    "Question",
    "Read",
    "Recheck",
    "Recipe",
    "Report",
    "Rest",
    "Result",
    "Run",
    "Spec",
    "Unknown",
    "Vacuous",
    "Verdict",
    "VerdictChange",
    "Violated",
    "WorkerDiedError",
    "ask",
    "axes_of",
    "baseline",
    "check",
    "compare",
    "count_faults",
    "drift",
    "export",
    "fault_numbers",
    "fold_reachable",
    "grid",
    "holds_at",
    "holds_in",
    "lint",
    "lint_files",
    "load_spec",
    "merge",
    "mutants",
    "mutate",
    "mutated",
    "owed_since",
    "parse_spec",
    "policies",
    "pose",
    "read_baseline",
    "read_gaps",
    "recheck_folders",
    "recipe",
    "refuse_another_file",
    "rest_findings",
    "row_data",
    "shipped_specs",
    "spec_for",
    "spec_json_schema",
    "sweep",
    "weight",
    "word",
    "write_baseline",
    "write_certificate",
    "write_export",
]  # fmt: skip
