"""The request as views see it: after the middleware and behind `requires`, so there is a company and a user."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from arap.core.models import Company, Role, User


class CompanyRequest(HttpRequest):
    """For annotations only; Django makes plain requests and the middleware adds these."""

    company: Company
    companies: list[Company]
    roles: frozenset[Role]
    role: Role
    user: User
    htmx: HtmxDetails
