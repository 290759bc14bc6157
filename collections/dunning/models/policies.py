"""Who is reminded when, and in which words: rows that people edit."""

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from arap.core.models import CompanyOwned, currency_is_three_letters
from arap.core.models.companies import LANGUAGES
from arap.core.money import currency_choices
from dunning.rules import DEFAULT_OPENING, PLACEHOLDERS, has_code, unknown_placeholders


class Tone(models.TextChoices):
    """How a step speaks; each tone has its words in both languages."""

    COURTESY = "courtesy", _("Courtesy, before due")
    FRIENDLY = "friendly", _("Friendly")
    PLAIN = "plain", _("Plain")
    FIRM = "firm", _("Firm")
    FINAL = "final", _("Last reminder")


class DunningPolicy(CompanyOwned):
    """A set of steps. The company's default is for every customer that has no other."""

    class Release(models.TextChoices):
        HAND = "hand", _("By hand")
        AUTOMATIC = "automatic", _("By itself")

    class BusinessDays(models.TextChoices):
        ANY = "any", _("Any day")
        WAIT = "wait", _("Wait for a business day")

    name = models.CharField(_("name"), max_length=100)
    is_default = models.BooleanField(_("default of the company"), default=False, db_default=False)
    is_active = models.BooleanField(_("active"), default=True, db_default=True)
    release = models.CharField(
        _("release"), max_length=10, choices=Release, default=Release.HAND, db_default=Release.HAND,
        help_text=_("By hand: somebody looks at the night’s reminders and sends them. By itself: they leave at once."),
    )  # fmt: skip
    business_days = models.CharField(
        _("days"), max_length=10, choices=BusinessDays, default=BusinessDays.ANY, db_default=BusinessDays.ANY,
        help_text=_("After the company’s business calendar."),
    )  # fmt: skip
    from_hour = models.PositiveSmallIntegerField(
        _("from hour"), default=8, db_default=8, validators=[MinValueValidator(0), MaxValueValidator(23)],
        help_text=_(
            "The day’s reminders are decided from this hour on, in the company’s time zone. The default policy’s hour"
            " counts."
        ),
    )  # fmt: skip
    opening_step = models.PositiveSmallIntegerField(
        _("old debts begin with step"), default=DEFAULT_OPENING, db_default=DEFAULT_OPENING, null=True, blank=True,
        help_text=_(
            "The first reminder to a customer who was never reminded is at most this step, however old the debt; the"
            " next steps follow at their distances. Empty: begin at the step of the debt’s age."
        ),
    )  # fmt: skip

    class Meta(CompanyOwned.Meta):
        ordering = ["company", "name"]
        verbose_name = _("reminder policy")
        verbose_name_plural = _("reminder policies")
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.UniqueConstraint(
                fields=["company"], condition=Q(is_default=True), name="dunning_policy_one_default",
                violation_error_message=_("The company has a default policy already."),
            ),
            models.CheckConstraint(condition=Q(from_hour__lte=23), name="dunning_policy_hour"),
            models.CheckConstraint(condition=Q(release__in=["hand", "automatic"]), name="dunning_policy_release"),
            models.CheckConstraint(condition=Q(business_days__in=["any", "wait"]), name="dunning_policy_days"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name


class DunningStep(CompanyOwned):
    """A step of a policy. Numbers rise with days; the ones before due have days of zero or less."""

    policy = models.ForeignKey(DunningPolicy, on_delete=models.CASCADE, db_constraint=False, related_name="steps")
    number = models.PositiveSmallIntegerField(_("step"))
    days = models.SmallIntegerField(
        _("days"), validators=[MinValueValidator(-365), MaxValueValidator(3650)],
        help_text=_("After the due date; negative is before it."),
    )  # fmt: skip
    tone = models.CharField(_("tone"), max_length=10, choices=Tone, default=Tone.FRIENDLY)

    class Meta(CompanyOwned.Meta):
        ordering = ["policy", "days"]
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.UniqueConstraint(fields=["policy", "number"], name="dunning_step_number"),
            models.UniqueConstraint(fields=["policy", "days"], name="dunning_step_days"),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.days:+d}"


class DunningMinimum(CompanyOwned):
    """Below this amount, in its own currency, nobody is reminded. A currency without one has none."""

    policy = models.ForeignKey(DunningPolicy, on_delete=models.CASCADE, db_constraint=False, related_name="minimums")
    currency = models.CharField(_("currency"), max_length=3, choices=currency_choices)
    amount = models.DecimalField(_("amount"), max_digits=18, decimal_places=3, validators=[MinValueValidator(0)])

    class Meta(CompanyOwned.Meta):
        ordering = ["policy", "currency"]
        verbose_name = _("minimum amount")
        verbose_name_plural = _("minimum amounts")
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.UniqueConstraint(fields=["policy", "currency"], name="dunning_minimum_once"),
            currency_is_three_letters("currency", "dunning_minimum_currency"),
            models.CheckConstraint(condition=Q(amount__gte=0), name="dunning_minimum_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.amount}"


def validate_template(text: str) -> None:
    """Refuse words in braces that stand for nothing, and template code: both would reach the customer as they stand."""
    if has_code(text):
        raise ValidationError(
            _("Double braces and other template code are not carried out. Write a word of the list in single braces.")
        )
    if unknown := unknown_placeholders(text):
        raise ValidationError(
            _("%(unknown)s stands for nothing. Known are: %(known)s."),
            params={
                "unknown": ", ".join(f"{{{name}}}" for name in unknown),
                "known": ", ".join(f"{{{name}}}" for name in PLACEHOLDERS),
            },
        )


class ReminderTemplate(CompanyOwned):
    """The words of a tone in a language. Placeholders are words in single braces; nothing in it is carried out."""

    tone = models.CharField(_("tone"), max_length=10, choices=Tone)
    language = models.CharField(_("language"), max_length=10, choices=LANGUAGES)
    subject = models.CharField(_("subject"), max_length=200, validators=[validate_template])
    body = models.TextField(_("text"), max_length=10_000, validators=[validate_template])

    class Meta(CompanyOwned.Meta):
        ordering = ["company", "tone", "language"]
        verbose_name = _("reminder text")
        verbose_name_plural = _("reminder texts")
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.UniqueConstraint(
                fields=["company", "tone", "language"], name="dunning_template_once",
                violation_error_message=_("This tone has its text in this language already."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.get_tone_display()} · {self.get_language_display()}"


class CustomerPolicy(CompanyOwned):
    """A customer who is reminded by another policy than the default, or by none."""

    customer = models.ForeignKey(
        "customers.Customer", verbose_name=_("customer"), on_delete=models.CASCADE, db_constraint=False,
        db_index=False, related_name="+",
    )  # fmt: skip
    policy = models.ForeignKey(
        DunningPolicy, verbose_name=_("reminder policy"), on_delete=models.PROTECT, db_constraint=False, null=True,
        blank=True, related_name="+", help_text=_("Empty: this customer is never reminded."),
    )  # fmt: skip

    class Meta(CompanyOwned.Meta):
        ordering = ["company", "customer"]
        verbose_name = _("policy of a customer")
        verbose_name_plural = _("policies of customers")
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.UniqueConstraint(
                fields=["company", "customer"], name="dunning_customerpolicy_once",
                violation_error_message=_("This customer has a policy of its own already."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.customer_id}: {self.policy_id or '–'}"
