"""Writes of the foundation: one verb, one function, one transaction, one audit row."""

from arap.core.actions.closing import explain_check
from arap.core.actions.companies import create_company
from arap.core.actions.people import grant_role, revoke_role, system_user
from arap.core.actions.periods import (
    close_period,
    grant_exception,
    open_periods,
    reopen_period,
    revoke_exception,
    soft_close_period,
)
from arap.core.actions.rates import NewRate, set_rates

__all__ = [
    "NewRate",
    "close_period",
    "create_company",
    "explain_check",
    "grant_exception",
    "grant_role",
    "open_periods",
    "reopen_period",
    "revoke_exception",
    "revoke_role",
    "set_rates",
    "soft_close_period",
    "system_user",
]
