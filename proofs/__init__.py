"""Which questions can be decided, and the evidence: specs, engines, verdicts.

z3 is imported here only, and only by the engine that uses it.
"""

from proofs.at_rest import rest_findings
from proofs.baseline import (
    baseline,
    drift,
    read_baseline,
    refuse_another_file,
    write_baseline,
)
from proofs.certificate import Answer, Certificate, Clause
from proofs.certificate_files import Recheck, certify_folders, write_certificate
from proofs.check import check
from proofs.compare import Comparison, Difference, Effort, OneWay, VerdictChange, compare
from proofs.export import FORMATS, export, write_export
from proofs.faults import Cut, FaultNumber, count_faults, fault_numbers
from proofs.folding import Folded, fold_reachable
from proofs.gaps import Read, read_gaps
from proofs.lasso import owed_since
from proofs.lint import CODES, Finding, lint
from proofs.lint_files import lint_files
from proofs.merge import Evidence, merge
from proofs.mutants import Mutant, mutants, mutated
from proofs.mutate import Mutated, mutate
from proofs.question import Question, ask, pose
from proofs.recipe import ENGINES, Options, Recipe, recipe
from proofs.replayed import EngineDisagreementError, holds_at, holds_in
from proofs.results import Counts, Fate, Found, Judged, Report, Rest, Run
from proofs.schema import json_schema as spec_json_schema
from proofs.spec import Property, Spec, load_spec, parse_spec, shipped_specs, spec_for
from proofs.supervise import WorkerDiedError
from proofs.sweep import Point, axes_of, grid, policies, row_data, sweep
from proofs.verdict import (
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
    "CODES", "ENGINES", "FORMATS", "Answer", "Bounded", "Certificate", "Checked", "Clause",
    "ClauseResult", "Comparison", "Counts", "Cut", "Difference", "Effort",
    "EngineDisagreementError", "Evidence", "Fate", "FaultNumber", "Finding", "Folded", "Found",
    "Judged", "Mutant", "Mutated", "NotChecked", "OneWay", "Options", "Point", "Property",
    "Proved", "Question", "Read", "Recheck", "Recipe", "Report", "Rest", "Result", "Run",
    "Spec", "Unknown", "Vacuous", "Verdict", "VerdictChange", "Violated", "WorkerDiedError",
    "ask", "axes_of", "baseline", "certify_folders", "check", "compare", "count_faults",
    "drift", "export", "fault_numbers", "fold_reachable", "grid", "holds_at", "holds_in",
    "lint", "lint_files", "load_spec", "merge", "mutants", "mutate", "mutated", "owed_since",
    "parse_spec", "policies", "pose", "read_baseline", "read_gaps", "recipe",
    "refuse_another_file", "rest_findings", "row_data", "shipped_specs", "spec_for",
    "spec_json_schema", "sweep", "weight", "word",
    "write_baseline", "write_certificate", "write_export",
]  # fmt: skip
