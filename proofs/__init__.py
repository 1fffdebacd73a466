"""Which questions can be decided, and the evidence: specs, engines, verdicts.

z3 is imported here only, and only by the engine that uses it.
"""

from proofs.check import check
from proofs.faults import Cut, FaultNumber, fault_numbers
from proofs.lasso import owed_since
from proofs.lint import CODES, Finding, lint
from proofs.lint_files import lint_files
from proofs.merge import merge, rest_findings
from proofs.question import Question, ask, pose
from proofs.recipe import Options, Recipe, recipe
from proofs.replayed import EngineDisagreementError, holds_at, holds_in
from proofs.results import Counts, Found, Report, Rest, Run
from proofs.schema import json_schema as spec_json_schema
from proofs.spec import Property, Spec, load_spec, parse_spec, shipped_specs, spec_for
from proofs.supervise import WorkerDiedError
from proofs.verdict import (
    Bounded,
    Checked,
    ClauseResult,
    NotChecked,
    Result,
    Unknown,
    Vacuous,
    Verdict,
    Violated,
    word,
)

__all__ = [
    "CODES", "Bounded", "Checked", "ClauseResult", "Counts", "Cut", "EngineDisagreementError",
    "FaultNumber", "Finding", "Found", "NotChecked", "Options", "Property", "Question",
    "Recipe", "Report", "Rest", "Result", "Run", "Spec", "Unknown", "Vacuous", "Verdict",
    "Violated", "WorkerDiedError", "ask", "check", "fault_numbers", "holds_at", "holds_in",
    "lint", "lint_files", "load_spec", "merge", "owed_since", "parse_spec", "pose", "recipe",
    "rest_findings", "shipped_specs", "spec_for", "spec_json_schema", "word",
]  # fmt: skip
