"""Which questions can be decided, and the evidence: specs, engines, verdicts.

z3 is imported here only, and only by the engine that uses it.
"""

from proofs.check import check
from proofs.export import FORMATS, export, write_export
from proofs.lint import CODES, Finding, lint
from proofs.lint_files import lint_files
from proofs.merge import EngineDisagreementError, holds_at, merge
from proofs.question import Question, ask, pose
from proofs.recipe import Options, Recipe, recipe
from proofs.results import Counts, Found, Report, Run
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
    "CODES", "FORMATS", "Bounded", "Checked", "ClauseResult", "Counts", "EngineDisagreementError",
    "Finding", "Found", "NotChecked", "Options", "Property", "Question", "Recipe", "Report",
    "Result", "Run", "Spec", "Unknown", "Vacuous", "Verdict", "Violated", "WorkerDiedError",
    "ask", "check", "export", "holds_at", "lint", "lint_files", "load_spec", "merge",
    "parse_spec", "pose", "recipe", "shipped_specs", "spec_for", "spec_json_schema", "word",
    "write_export",
]  # fmt: skip
