"""What a redundant system is and does: model files, their transition systems, running machines."""

from statemachine import expr, terms
from statemachine.binding import bind_column, check_free, each_column, model_vocabulary
from statemachine.budget import (
    budget_problem,
    fault_kinds,
    unlimited,
    with_barred_faults,
    with_budget,
)
from statemachine.changes import Change as PolicyChange
from statemachine.changes import changes_between
from statemachine.definitions import check_definitions, read_definitions
from statemachine.diagnostics import InputError, Problem, did_you_mean, printable
from statemachine.document import Document
from statemachine.expr import Expr, conjuncts
from statemachine.files import is_file, is_folder, read_text, write_whole
from statemachine.load import build_model, find_file, find_model, load_model, parse_model
from statemachine.model import Column, Definition, Model, Move, Rule, Table, Template
from statemachine.names import check_name, named_sort, parse_columns, parse_sort
from statemachine.overlay import base_of
from statemachine.packing import Packing
from statemachine.parse import ExpressionError, parse
from statemachine.places import Formula, Place, Problems
from statemachine.replaying import run_script, start_session
from statemachine.resolve import Resolver
from statemachine.runtime import Refusal, Refused, ReplayError, Runtime, replay
from statemachine.schema import Each, ModelShape, Shape, SomeTexts, Texts
from statemachine.schema import json_schema as model_json_schema
from statemachine.script import Script, read_script
from statemachine.shape import shaped
from statemachine.shipped import shipped_models, shipped_policies
from statemachine.simulate import Change, Option, Session
from statemachine.sorts import BOOL, INTEGERS, Sort
from statemachine.system import (
    Argument,
    Conjunct,
    Obligation,
    RuleInstance,
    State,
    Step,
    TransitionSystem,
    Variable,
)
from statemachine.tables import TableChoices, TooLargeError
from statemachine.term_text import spoken, term_text
from statemachine.trace import Trace, from_itf, read_trace, to_itf, write_trace
from statemachine.vocabulary import (
    BROKEN,
    EventWords,
    ResolveError,
    Typed,
    Vocabulary,
    check_known,
    in_sort,
    kind_of,
)
from statemachine.write_out import filled

__all__ = [
    "BOOL", "BROKEN", "INTEGERS", "Argument", "Change", "Column", "Conjunct", "Definition",
    "Document", "Each", "EventWords", "Expr", "ExpressionError", "Formula", "InputError",
    "Model", "ModelShape", "Move", "Obligation", "Option", "Packing", "Place", "PolicyChange",
    "Problem", "Problems", "Refusal", "Refused", "ReplayError", "ResolveError", "Resolver",
    "Rule", "RuleInstance", "Runtime", "Script", "Session", "Shape", "SomeTexts", "Sort",
    "State", "Step", "Table", "TableChoices", "Template", "Texts", "TooLargeError", "Trace",
    "TransitionSystem", "Typed", "Variable", "Vocabulary", "base_of", "bind_column",
    "budget_problem", "build_model", "changes_between", "check_definitions", "check_free",
    "check_known", "check_name", "conjuncts", "did_you_mean", "each_column", "expr",
    "fault_kinds", "filled", "find_file", "find_model", "from_itf", "in_sort", "is_file",
    "is_folder", "kind_of", "load_model", "model_json_schema", "model_vocabulary",
    "named_sort", "parse", "parse_columns", "parse_model", "parse_sort", "printable",
    "read_definitions", "read_script", "read_text", "read_trace", "replay", "run_script",
    "shaped", "shipped_models", "shipped_policies", "spoken", "start_session", "term_text",
    "terms", "to_itf", "unlimited", "with_barred_faults", "with_budget", "write_trace",
    "write_whole",
]  # fmt: skip
