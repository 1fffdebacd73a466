"""What a redundant system is and does: model files, their transition systems, running machines."""

from twinrom.statemachine import terms
from twinrom.statemachine.expression import syntax
from twinrom.statemachine.expression.formula import Formula, read_formula, read_formulas
from twinrom.statemachine.expression.parse import ExpressionError, parse
from twinrom.statemachine.expression.syntax import Expr, conjuncts
from twinrom.statemachine.grounding.budget import (
    argument_problem,
    budget_problem,
    fault_kinds,
    unlimited,
    with_barred_faults,
    with_budget,
)
from twinrom.statemachine.grounding.effects import NOTHING, assigned
from twinrom.statemachine.grounding.ground import DamagedModelError, ground
from twinrom.statemachine.load import build_model, find_file, find_model, load_model, parse_model
from twinrom.statemachine.loading.columns import parse_columns
from twinrom.statemachine.loading.definitions import read_definitions
from twinrom.statemachine.loading.notation import check_name, named_sort, parse_sort
from twinrom.statemachine.loading.overlay import base_of, model_files
from twinrom.statemachine.loading.schema import Each, ModelShape, Shape, SomeTexts, Texts
from twinrom.statemachine.loading.schema import json_schema as model_json_schema
from twinrom.statemachine.loading.shape import shaped
from twinrom.statemachine.loading.shipped import shipped_models, shipped_policies
from twinrom.statemachine.loading.sizes import machine_range, size_option, sizes_of
from twinrom.statemachine.meaning.abilities import at_payloads
from twinrom.statemachine.meaning.columns import (
    bind_column,
    check_free,
    each_column,
    model_vocabulary,
)
from twinrom.statemachine.meaning.definitions import check_definitions
from twinrom.statemachine.meaning.resolve import Resolver
from twinrom.statemachine.meaning.scope import (
    BROKEN,
    EventWords,
    Family,
    ResolveError,
    Typed,
    Vocabulary,
    check_known,
    in_sort,
    kind_of,
)
from twinrom.statemachine.meaning.substitute import filled
from twinrom.statemachine.meaning.term_text import spoken, term_text
from twinrom.statemachine.model import (
    ALL_POWER,
    ONLY_STATE,
    Assignment,
    Column,
    Definition,
    Model,
    Move,
    Rule,
    Table,
    Template,
    Write,
)
from twinrom.statemachine.packing import Packing
from twinrom.statemachine.running.known_runs import RunFound, known_runs
from twinrom.statemachine.running.replaying import run_script, start_session
from twinrom.statemachine.running.runtime import Refusal, Refused, ReplayError, Runtime, replay
from twinrom.statemachine.running.script import Script, read_script
from twinrom.statemachine.running.session import Option, Session, VariableChange
from twinrom.statemachine.running.start import cannot_start, nowhere, starts_with
from twinrom.statemachine.running.trace import Trace, from_itf, read_trace, to_itf, write_trace
from twinrom.statemachine.sorts import BOOL, INTEGERS, Sort
from twinrom.statemachine.source.changes import PolicyChange, changes_between
from twinrom.statemachine.source.confinement import ALLOWED_BY, CONFINEMENT, OutsideError
from twinrom.statemachine.source.diagnostics import (
    InputError,
    Problem,
    closest,
    did_you_mean,
    printable,
)
from twinrom.statemachine.source.document import Document
from twinrom.statemachine.source.files import (
    is_file,
    is_folder,
    is_there,
    read_text,
    refuse_inputs,
    refuse_no_file,
    write_whole,
)
from twinrom.statemachine.source.places import Place, Problems
from twinrom.statemachine.system import (
    Argument,
    Conjunct,
    Duty,
    Obligation,
    RuleInstance,
    State,
    Step,
    TransitionSystem,
    Variable,
)
from twinrom.statemachine.tables import TableChoices, TooLargeError

__all__ = [
    "ALLOWED_BY", "ALL_POWER", "BOOL", "BROKEN", "CONFINEMENT", "INTEGERS", "NOTHING", "ONLY_STATE",
    "Argument", "Assignment", "Column", "Conjunct", "DamagedModelError", "Definition", "Document",
    "Duty", "Each", "EventWords", "Expr", "ExpressionError", "Family", "Formula", "InputError",
    "Model", "ModelShape", "Move", "Obligation", "Option", "OutsideError", "Packing", "Place",
    "PolicyChange", "Problem", "Problems", "Refusal", "Refused", "ReplayError", "ResolveError",
    "Resolver", "Rule", "RuleInstance", "RunFound", "Runtime", "Script", "Session", "Shape",
    "SomeTexts", "Sort", "State", "Step", "Table", "TableChoices", "Template", "Texts",
    "TooLargeError", "Trace", "TransitionSystem", "Typed", "Variable", "VariableChange",
    "Vocabulary", "Write", "argument_problem", "assigned", "at_payloads", "base_of", "bind_column",
    "budget_problem", "build_model", "cannot_start", "changes_between", "check_definitions",
    "check_free", "check_known", "check_name", "closest", "conjuncts", "did_you_mean",
    "each_column", "fault_kinds", "filled", "find_file", "find_model", "from_itf", "ground",
    "in_sort", "is_file", "is_folder", "is_there", "kind_of", "known_runs", "load_model",
    "machine_range", "model_files", "model_json_schema", "model_vocabulary", "named_sort",
    "nowhere", "parse", "parse_columns", "parse_model", "parse_sort", "printable",
    "read_definitions", "read_formula", "read_formulas", "read_script", "read_text", "read_trace",
    "refuse_inputs", "refuse_no_file", "replay", "run_script", "shaped", "shipped_models",
    "shipped_policies", "size_option", "sizes_of", "spoken", "start_session", "starts_with",
    "syntax", "term_text", "terms", "to_itf", "unlimited", "with_barred_faults", "with_budget",
    "write_trace", "write_whole",
]  # fmt: skip
