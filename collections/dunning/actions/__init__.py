"""Writes of reminders: one verb, one function."""

from dunning.actions.deciding import decide_run
from dunning.actions.notices import exclude_notice
from dunning.actions.policies import ensure_policy
from dunning.actions.releasing import release_run
from dunning.actions.running import rehearsed, remind

__all__ = ["decide_run", "ensure_policy", "exclude_notice", "rehearsed", "release_run", "remind"]
