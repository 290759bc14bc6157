"""Writes of reminders: one verb, one function."""

from dunning.actions.deciding import decide_run
from dunning.actions.notices import exclude_notice
from dunning.actions.policies import ensure_policy
from dunning.actions.releasing import Released, release_notice, release_run
from dunning.actions.running import rehearsed, remind
from dunning.actions.stopping import stop_run

__all__ = [
    "Released",
    "decide_run",
    "ensure_policy",
    "exclude_notice",
    "rehearsed",
    "release_notice",
    "release_run",
    "remind",
    "stop_run",
]
