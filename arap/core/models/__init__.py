"""Tables of the foundation, one module per noun."""

from arap.core.models.audit import AuditEntry
from arap.core.models.base import CompanyOwned, currency_is_three_letters
from arap.core.models.calendars import BusinessCalendar, Holiday
from arap.core.models.companies import Company, CompanyBankAccount, NumberSeries
from arap.core.models.delegations import Delegation
from arap.core.models.files import StoredFile
from arap.core.models.jobs import IdempotencyKey, Job
from arap.core.models.people import Membership, Role, User
from arap.core.models.periods import CloseExplanation, Period, PeriodException
from arap.core.models.rates import ExchangeRate, TaxCode
from arap.core.models.sessions import RecoveryCode, Session

__all__ = [
    "AuditEntry",
    "BusinessCalendar",
    "CloseExplanation",
    "Company",
    "CompanyBankAccount",
    "CompanyOwned",
    "Delegation",
    "ExchangeRate",
    "Holiday",
    "IdempotencyKey",
    "Job",
    "Membership",
    "NumberSeries",
    "Period",
    "PeriodException",
    "RecoveryCode",
    "Role",
    "Session",
    "StoredFile",
    "TaxCode",
    "User",
    "currency_is_three_letters",
]
