"""Statements as they were made, the runs that made them, and the plans that begin runs."""

from statements.models.runs import StatementPlan, StatementRun, StatementRunTotal, StatementSkipped
from statements.models.statements import PaperLanguage, Statement, StatementBalance, StatementKind, StatementLine

__all__ = [
    "PaperLanguage",
    "Statement",
    "StatementBalance",
    "StatementKind",
    "StatementLine",
    "StatementPlan",
    "StatementRun",
    "StatementRunTotal",
    "StatementSkipped",
]
