"""The letter that a statement goes with."""

from dataclasses import dataclass

from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from arap.core import wording
from statements.queries.said import Said


@dataclass(frozen=True, slots=True)
class Letter:
    """Subject and body in one language."""

    subject: str
    text: str
    html: str


def letter_of(said: Said, *, to_name: str, language: str) -> Letter:
    """The balance per currency, what of it is overdue, and by when an answer is asked for."""
    with override(language):
        company = said.printed["company"]
        customer = said.printed["customer"]
        words = {
            "company": wording.names(company["name"], company["name_local"])[0],
            "number": said.number,
            "day": wording.prose_day(said.as_of),
        }
        context = {
            "said": said,
            "language": language,
            "to_name": to_name or wording.names(customer["name"], customer["name_local"])[0],
            "company_name": words["company"],
            "company": company,
            "subject": _("%(company)s: statement of account %(number)s, %(day)s") % words,
        }
        return Letter(
            subject=str(context["subject"]),
            text=render_to_string("email/statement.txt", context),
            html=render_to_string("email/statement.html", context),
        )
