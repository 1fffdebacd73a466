"""What people look at: tables, stories, progress, JSON."""

from diagrams.as_json import checked_json
from diagrams.drift import drift_view
from diagrams.fault_tables import faults_json, faults_view
from diagrams.mutants_view import mutated_json, mutated_view
from diagrams.output import show, write_certificates, write_data, write_json, write_traces
from diagrams.progress import counting, live_progress
from diagrams.recheck import recheck_view
from diagrams.rows import gaps_json, gaps_view, sweep_json, sweep_view
from diagrams.simulator import Simulator, state_view, trace_view
from diagrams.story import Story, StoryStep, changes, short_place, tell
from diagrams.tables import checked_view

__all__ = [
    "Simulator",
    "Story",
    "StoryStep",
    "changes",
    "checked_json",
    "checked_view",
    "counting",
    "drift_view",
    "faults_json",
    "faults_view",
    "gaps_json",
    "gaps_view",
    "live_progress",
    "mutated_json",
    "mutated_view",
    "recheck_view",
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
    "write_traces",
]
