"""What other layers, tests and users use of this package."""

from twinrom.diagrams.data.check import checked_json
from twinrom.diagrams.data.compare import comparison_json
from twinrom.diagrams.data.faults import fault_changes_json, faults_json
from twinrom.diagrams.data.markdown import comparison_markdown
from twinrom.diagrams.data.mutants import mutated_json
from twinrom.diagrams.data.output import (
    show,
    write_certificates,
    write_data,
    write_json,
    write_text,
    write_traces,
)
from twinrom.diagrams.data.sweep import gaps_json, sweep_json
from twinrom.diagrams.drawing.draw import Figure, Out, draw, figure
from twinrom.diagrams.drawing.wanted import Wanted, picture
from twinrom.diagrams.page import Subject, cheap_faults, report_page
from twinrom.diagrams.render import rendered
from twinrom.diagrams.terminal.comparison import comparison_view
from twinrom.diagrams.terminal.drift import drift_view
from twinrom.diagrams.terminal.fault_changes import fault_changes_view
from twinrom.diagrams.terminal.faults import faults_view
from twinrom.diagrams.terminal.mutants import mutated_view
from twinrom.diagrams.terminal.progress import counting, live_progress
from twinrom.diagrams.terminal.recheck import recheck_view
from twinrom.diagrams.terminal.simulator import Simulator, state_view, trace_view
from twinrom.diagrams.terminal.sweep import gaps_view, sweep_view
from twinrom.diagrams.terminal.tables import checked_view
from twinrom.diagrams.words.story import Story, StoryStep, changes, short_place, tell

__all__ = [
    "Figure", "Out", "Simulator", "Story", "StoryStep", "Subject", "Wanted", "changes",
    "cheap_faults", "checked_json", "checked_view", "comparison_json", "comparison_markdown",
    "comparison_view", "counting", "draw", "drift_view", "fault_changes_json",
    "fault_changes_view", "faults_json", "faults_view", "figure",
    "gaps_json", "gaps_view", "live_progress", "mutated_json", "mutated_view", "picture",
    "recheck_view", "rendered", "report_page", "short_place", "show", "state_view", "sweep_json",
    "sweep_view", "tell", "trace_view", "write_certificates", "write_data", "write_json",
    "write_text", "write_traces",
]  # fmt: skip
