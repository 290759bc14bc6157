"""What an auditor asks for: acts by filter, and random samples."""

import secrets
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from arap.core.fields import DayField
from arap.core.models import User
from arap.desk.audit_words import act_name, thing_choices, thing_name
from arap.desk.forms.periods import PeriodForm
from arap.desk.queries.audit import Asked
from arap.desk.queries.sampling import Draw

SELECT = {"class": "input"}
TEXT = {"class": "input", "autocomplete": "off"}
SAMPLE_MAX = 1_000
KINDS = [
    ("invoice", _("Invoices")),
    ("receipt", _("Receipts")),
    ("application", _("Applications")),
    ("credit_note", _("Credit notes")),
]


class AuditForm(PeriodForm):
    """Every field may be empty: then it asks for nothing."""

    who = forms.ChoiceField(label=_("Who"), required=False, widget=forms.Select(attrs=SELECT))
    verb = forms.ChoiceField(label=_("Act"), required=False, widget=forms.Select(attrs=SELECT))
    thing = forms.ChoiceField(label=_("Thing"), required=False, widget=forms.Select(attrs=SELECT))
    number = forms.CharField(
        label=_("Number, code or name"), required=False, max_length=100, widget=forms.TextInput(attrs=TEXT)
    )
    from_on = DayField(label=pgettext_lazy("period", "From"), required=False)
    to_on = DayField(label=pgettext_lazy("period", "To"), required=False)

    def __init__(self, data: QueryDict, *, people: list[User], verbs: list[str], **options: Any) -> None:
        super().__init__(data, **options)
        who = [("", _("Everybody")), *((str(user.pk), user.get_full_name()) for user in people)]
        named = sorted((f"{thing_name_of(verb)}: {act_name(verb)}", verb) for verb in verbs)
        self.fields["who"].choices = who  # type: ignore[attr-defined]
        self.fields["verb"].choices = [("", _("Any")), *((verb, name) for name, verb in named)]  # type: ignore[attr-defined]
        self.fields["thing"].choices = thing_choices()  # type: ignore[attr-defined]

    def asked(self) -> Asked:
        """What is asked for; what cannot be read is left out, and its field says so."""
        given = self.cleaned_data
        return Asked(
            actor=int(given["who"]) if given.get("who") else None,
            verb=given.get("verb", ""),
            thing=given.get("thing", ""),
            number=given.get("number", ""),
            from_on=given.get("from_on"),
            to_on=given.get("to_on"),
        )


def thing_name_of(verb: str) -> str:
    """The thing that a verb is about, by the name of the model where there is one of that name."""
    noun = verb.partition(".")[0]
    return thing_name(NOUNS[noun]) if noun in NOUNS else noun


NOUNS = {
    "company": "core.company",
    "contact": "customers.contact",
    "customer": "customers.customer",
    "factor": "core.user",
    "hold": "cases.hold",
    "import": "desk.import",
    "invoice": "invoices.invoice",
    "job": "core.job",
    "message": "outbox.message",
    "period": "core.period",
    "periodictask": "django_celery_beat.periodictask",
    "person": "core.user",
    "rate": "core.exchangerate",
    "receipt": "receipts.receipt",
    "reminder": "dunning.notice",
    "role": "core.membership",
    "statement": "statements.statement",
    "suppression": "outbox.suppression",
    "terms": "customers.paymentterms",
}


class SampleForm(PeriodForm):
    """A sample. Seed and position are filled in when a new one is drawn and given to draw an old one again."""

    kind = forms.ChoiceField(label=_("Of"), choices=KINDS, widget=forms.Select(attrs=SELECT))
    from_on = DayField(label=pgettext_lazy("period", "From"), error_messages={"required": _("Type the first day.")})
    to_on = DayField(label=pgettext_lazy("period", "To"), error_messages={"required": _("Type the last day.")})
    size = forms.IntegerField(
        label=_("How many"),
        min_value=1,
        max_value=SAMPLE_MAX,
        widget=forms.NumberInput(attrs=TEXT),
        error_messages={"required": _("Type how many.")},
    )
    seed = forms.RegexField(
        label=_("Seed"),
        regex=r"^[A-Za-z0-9._-]{1,40}$",
        required=False,
        widget=forms.TextInput(attrs=TEXT),
        help_text=_("Empty draws a new one."),
        error_messages={"invalid": _("A seed is at most 40 letters, digits, dots and dashes.")},
    )
    position = forms.IntegerField(
        label=_("Book up to"),
        min_value=0,
        max_value=2**62,
        required=False,
        widget=forms.NumberInput(attrs=TEXT),
        help_text=_("Empty: as it stands now."),
    )

    def draw(self, *, position: int) -> Draw:
        """Of a valid form; `position`: where the book stands now."""
        given = self.cleaned_data
        asked = given["position"]
        return Draw(
            kind=given["kind"],
            first=given["from_on"],
            last=given["to_on"],
            size=given["size"],
            seed=given["seed"] or secrets.token_hex(8),
            position=position if asked is None else min(asked, position),
        )
