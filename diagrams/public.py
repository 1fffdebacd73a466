"""What other layers, tests and users use of this package."""

from diagrams.as_json import checked_json
from diagrams.comparison import comparison_view
from diagrams.comparison_as_json import comparison_json
from diagrams.drawing import Figure, Out, draw, figure
from diagrams.drift import drift_view
from diagrams.fault_tables import faults_json, faults_view
from diagrams.markdown import comparison_markdown
from diagrams.mutants_view import mutated_json, mutated_view
from diagrams.output import (
    show,
    write_certificates,
    write_data,
    write_json,
    write_text,
    write_traces,
)
from diagrams.page import Subject, cheap_faults, report_page
from diagrams.pictures import Wanted, picture
from diagrams.progress import counting, live_progress
from diagrams.recheck import recheck_view
from diagrams.render import rendered
from diagrams.rows import gaps_json, gaps_view, sweep_json, sweep_view
from diagrams.simulator import Simulator, state_view, trace_view
from diagrams.story import Story, StoryStep, changes, short_place, tell
from diagrams.tables import checked_view

__all__ = [
    "Figure",
    "Out",
    "Simulator",
    "Story",
    "StoryStep",
    "Subject",
    "Wanted",
    "changes",
    "cheap_faults",
    "checked_json",
    "checked_view",
    "comparison_json",
    "comparison_markdown",
    "comparison_view",
    "counting",
    "draw",
    "drift_view",
    "faults_json",
    "faults_view",
    "figure",
    "gaps_json",
    "gaps_view",
    "live_progress",
    "mutated_json",
    "mutated_view",
    "picture",
    "recheck_view",
    "rendered",
    "report_page",
    "short_place",
    "show",
    "state_view",
    "sweep_json",
    "sweep_view",
    "tell",
    "trace_view",
    "write_certificates",
    "write_data",
    "write_json",
    "write_text",
    "write_traces",
]
