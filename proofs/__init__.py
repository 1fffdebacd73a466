"""Which questions can be decided, and the evidence: specs, engines, verdicts.

z3 is imported here only, and only by the engine that uses it.
"""

import twinrom.proofs.solver.library  # noqa: F401 - has its say before z3 is imported
from twinrom.proofs.allowance import ALLOWANCE, size_of
from twinrom.proofs.certificates.certificate import Answer, Certificate, Clause, Recheck
from twinrom.proofs.certificates.folder import write_certificate
from twinrom.proofs.engines.options import Options
from twinrom.proofs.engines.processes import WorkerDiedError
from twinrom.proofs.engines.registry import BOUNDED, ENGINES, SELECTABLE
from twinrom.proofs.engines.search.folding import Folded, fold_reachable
from twinrom.proofs.engines.task import Key
from twinrom.proofs.export import FORMATS, export, write_export
from twinrom.proofs.lint.files import lint_files
from twinrom.proofs.lint.findings import CODES, NOWHERE, Finding
from twinrom.proofs.lint.lint import lint
from twinrom.proofs.memory import out_of_memory
from twinrom.proofs.mutation.clauses import ClauseScore, Thin
from twinrom.proofs.mutation.failures import UnfinishedError
from twinrom.proofs.mutation.mutant import Mutant
from twinrom.proofs.mutation.mutants import mutants, mutated
from twinrom.proofs.mutation.outcome import MutantOutcome
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
    OneWay,
    VerdictChange,
    compare,
    unknown,
)
from twinrom.proofs.questions.fault_changes import FaultChange, FaultChanges, compare_faults
from twinrom.proofs.questions.faults import Cut, FaultNumber, count_faults, fault_numbers
from twinrom.proofs.questions.gaps import Read, read_gaps
from twinrom.proofs.questions.inputs import files_read
from twinrom.proofs.questions.mutate import GroupScore, Mutated, mutate
from twinrom.proofs.questions.readings import ReadingsTaken, Taken, readings_taken
from twinrom.proofs.questions.review import Reviewed, ReviewedGap, ReviewRow, review
from twinrom.proofs.questions.scores import ClauseScores
from twinrom.proofs.questions.signoffs import Signed, Signoffs, signed_by
from twinrom.proofs.questions.standing import PolicyStanding, searched
from twinrom.proofs.questions.sweep import Point, axes_of, grid, policies, row_data, sweep
from twinrom.proofs.report import Counts, DeadEnds, Found, Report
from twinrom.proofs.run import Run
from twinrom.proofs.spec import kinds
from twinrom.proofs.spec.kinds import Kind
from twinrom.proofs.spec.posing import ask, pose
from twinrom.proofs.spec.question import Question
from twinrom.proofs.spec.request import CheckRequest, request
from twinrom.proofs.spec.schema import json_schema as spec_json_schema
from twinrom.proofs.spec.spec import Property, Spec, load_spec, parse_spec, shipped_specs, spec_for
from twinrom.proofs.spec.symmetry import renamed
from twinrom.proofs.verdicts.alike import breaks, interchangeable, mirrored, renaming, run_of
from twinrom.proofs.verdicts.combine import Evidence, combine
from twinrom.proofs.verdicts.dead_ends import dead_end_traces
from twinrom.proofs.verdicts.lasso import owed_since
from twinrom.proofs.verdicts.replay import EngineDisagreementError, holds_at, holds_in
from twinrom.proofs.verdicts.verdict import (
    STANDINGS,
    Bounded,
    Checked,
    ClauseEvidence,
    ClauseResult,
    Kept,
    NotChecked,
    Proved,
    ReadElsewhere,
    Result,
    Unknown,
    Vacuous,
    Verdict,
    Violated,
    weight,
    word,
)

__all__ = [
    "ALLOWANCE", "BOUNDED", "CODES", "ENGINES", "FORMATS", "NOWHERE", "SELECTABLE", "STANDINGS",
    "Answer", "Bounded", "Certificate", "CheckRequest", "Checked", "Clause", "ClauseEvidence",
    "ClauseResult", "ClauseScore", "ClauseScores", "Comparison", "Counts", "Cut", "DeadEnds",
    "Difference", "EngineDisagreementError", "Evidence", "FaultChange", "FaultChanges",
    "FaultNumber", "Finding", "Folded", "Found", "GroupScore", "Kept", "Key", "Kind", "Mutant",
    "MutantOutcome", "Mutated", "NotChecked", "OneWay", "Options", "Point", "PolicyStanding",
    "Property", "Proved", "Question", "Read", "ReadElsewhere", "ReadingsTaken", "Recheck", "Report",
    "Result", "ReviewRow", "Reviewed", "ReviewedGap", "Run", "Signed", "Signoffs", "Spec", "Taken",
    "Thin", "UnfinishedError", "Unknown", "Vacuous", "Verdict", "VerdictChange", "Violated",
    "WorkerDiedError", "ask", "axes_of", "baseline", "breaks", "check", "combine", "compare",
    "compare_faults", "count_faults", "dead_end_traces", "drift", "export", "fault_numbers",
    "files_read", "fold_reachable", "grid", "holds_at", "holds_in", "interchangeable", "kinds",
    "lint", "lint_files", "load_spec", "mirrored", "mutants", "mutate", "mutated", "out_of_memory",
    "owed_since", "parse_spec", "policies", "pose", "read_baseline", "read_gaps", "readings_taken",
    "recheck_folders", "refuse_another_file", "renamed", "renaming", "request", "review",
    "row_data", "run_of", "searched", "shipped_specs", "signed_by", "size_of", "spec_for",
    "spec_json_schema", "sweep", "unknown", "weight", "word", "write_baseline", "write_certificate",
    "write_export",
]  # fmt: skip
