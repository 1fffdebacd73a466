"""What help says without loading anything: it is what the proofs have."""

from __future__ import annotations

from typing import get_args

from twinrom.diagrams.commands import options
from twinrom.proofs import SELECTABLE
from twinrom.proofs.engines.options import DEFAULT_STATES


def test_states_after_which_a_search_stops() -> None:
    assert options.DEFAULT_STATES == DEFAULT_STATES


def test_help_names_every_engine_that_can_be_chosen() -> None:
    _, option = get_args(options.EngineOption)
    assert f"some of {', '.join(SELECTABLE)}:" in option.help
