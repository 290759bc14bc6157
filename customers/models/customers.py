"""Customers and what hangs on them. Keys that join two tables of a company are composite
(customers.sql), so the ORM's own constraints are switched off where one stands there."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from arap.core.models import CompanyOwned, currency_is_three_letters
from arap.core.models.companies import LANGUAGES
from arap.core.money import currency_choices
from customers.validation import validate_country_code, validate_rule


class PaymentTerms(CompanyOwned):
    """When an invoice falls due. `rule` is the notation that rules.parse_terms reads: "2/10 n/30"."""

    code = models.CharField(_("code"), max_length=30)
    name = models.CharField(_("name"), max_length=100)
    name_local = models.CharField(_("local name"), max_length=100, blank=True)
    rule = models.CharField(
        _("rule"),
        max_length=200,
        validators=[validate_rule],
        help_text=_("Examples: n/30; eom+10; day 15; 2/10 n/30; 30% n/0, 70% n/60"),
    )
    is_active = models.BooleanField(_("active"), default=True, db_default=True)

    class Meta(CompanyOwned.Meta):
        ordering = ["company", "code"]
        verbose_name = _("payment terms")
        verbose_name_plural = _("payment terms")
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.UniqueConstraint(fields=["company", "code"], name="customers_paymentterms_code"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class CustomerQuerySet(models.QuerySet["Customer"]):
    def active(self) -> "CustomerQuerySet":
        """Those that something new is recorded for: in use, and not merged into another."""
        return self.filter(is_active=True, merged_into__isnull=True)

    def of_group(self, root_id: int) -> "CustomerQuerySet":
        """All members of the debtor group under `root_id`, the root included."""
        return self.filter(root_id=root_id)


class Customer(CompanyOwned):
    """Who owes. `root` is the top of the group, the customer itself when it has no parent.

    The database keeps `root` right, also under raw SQL (customers.sql), so nothing here sets it. `initials` are those
    of the name in pinyin (pinyin.py), for searching. `merged_into` is the customer that stands for a duplicate: the
    book keeps the id of the duplicate, and reads show what it has under the other one.
    """

    code = models.CharField(_("code"), max_length=60)
    name = models.CharField(_("name"), max_length=200)
    name_local = models.CharField(_("local name"), max_length=200, blank=True, default="", db_default="")
    country = models.CharField(
        _("country"),
        max_length=10,
        blank=True,
        default="",
        db_default="",
        validators=[validate_country_code],
        help_text=_("Two letters, for example CN, or the code that the customer was taken on with."),
    )
    tax_id = models.CharField(_("tax number"), max_length=40, blank=True, default="", db_default="")
    address = models.TextField(
        _("address"),
        max_length=500,
        blank=True,
        default="",
        db_default="",
        help_text=_("Printed on invoices and statements."),
    )
    delivery_address = models.TextField(_("delivery address"), max_length=500, blank=True, default="", db_default="")
    phone = models.CharField(_("telephone"), max_length=60, blank=True, default="", db_default="")
    bank_name = models.CharField(
        _("bank for tax invoices"),
        max_length=120,
        blank=True,
        default="",
        db_default="",
        help_text=_("What a Chinese VAT invoice names as the buyer’s bank."),
    )
    bank_account = models.CharField(_("account for tax invoices"), max_length=60, blank=True, default="", db_default="")
    parent = models.ForeignKey(
        "self",
        verbose_name=_("parent"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_constraint=False,
        related_name="children",
    )
    root = models.ForeignKey(
        "self",
        verbose_name=_("group"),
        on_delete=models.PROTECT,
        db_constraint=False,
        editable=False,
        related_name="+",
    )
    segment = models.CharField(_("segment"), max_length=60, blank=True, default="", db_default="")
    owner = models.ForeignKey(
        "core.User",
        verbose_name=_("owner"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
    )
    language = models.CharField(_("language"), max_length=10, choices=LANGUAGES, default="en", db_default="en")
    currency = models.CharField(_("currency"), max_length=3, choices=currency_choices)
    terms = models.ForeignKey(
        PaymentTerms,
        verbose_name=_("payment terms"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_constraint=False,
        related_name="+",
    )
    is_active = models.BooleanField(_("active"), default=True, db_default=True)
    initials = models.CharField(
        _("pinyin initials"), max_length=200, blank=True, default="", db_default="", editable=False
    )
    # Values of the company's own fields (models/custom.py): id of the field -> value as it is spelled.
    custom = models.JSONField(_("own fields"), default=dict, db_default={}, blank=True, editable=False)
    merged_into = models.ForeignKey(
        "self",
        verbose_name=_("merged into"),
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_constraint=False,
        db_index=False,
        editable=False,
        related_name="+",
    )

    objects = CustomerQuerySet.as_manager()

    class Meta(CompanyOwned.Meta):
        ordering = ["company", "code"]
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.UniqueConstraint(
                fields=["company", "code"],
                name="customers_customer_code",
                violation_error_message=_("A customer with this code exists already."),
            ),
            models.CheckConstraint(condition=~models.Q(code=""), name="customers_customer_code_given"),
            currency_is_three_letters("currency", "customers_customer_currency"),
        ]
        indexes = [
            models.Index(fields=["company", "name"], name="customers_customer_name"),
            # what there is to choose from
            models.Index(fields=["company", "segment"], name="customers_customer_segment"),
            models.Index(fields=["company", "currency"], name="customers_customer_currencies"),
            # Few are merged: who stands for whom is looked up in next to nothing.
            models.Index(
                fields=["merged_into"], condition=models.Q(merged_into__isnull=False), name="customers_customer_merged"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class PayerAccount(CompanyOwned):
    """A bank account a customer pays from. Two customers may share one (a group's pay office)."""

    customer = models.ForeignKey(
        Customer,
        verbose_name=_("customer"),
        on_delete=models.CASCADE,
        db_constraint=False,
        related_name="payer_accounts",
    )
    account_no = models.CharField(_("account number"), max_length=60)

    class Meta(CompanyOwned.Meta):
        ordering = ["account_no"]
        verbose_name = _("payer account")
        verbose_name_plural = _("payer accounts")
        constraints = [
            *CompanyOwned.Meta.constraints,
            models.UniqueConstraint(fields=["company", "account_no", "customer"], name="customers_payeraccount_once"),
        ]

    def __str__(self) -> str:
        return self.account_no


class Contact(CompanyOwned):
    """A person at the customer: what they are there for, and which of our papers they receive.

    Who has left is set inactive and receives nothing; what was sent before keeps their name. Of whom was erased
    (PIPL, Article 47) only the row is left.
    """

    class ContactRole(models.TextChoices):
        BILLING = "billing", _("Billing")
        PAYMENTS = "payments", _("Payments")
        MANAGEMENT = "management", _("Management")
        DISPUTES = "disputes", _("Disputes")

    class Paper(models.TextChoices):
        INVOICE = "invoice", _("Invoice")
        STATEMENT = "statement", _("Statement of account")
        REMINDER = "reminder", _("Reminder")
        CONFIRMATION = "confirmation", _("Confirmation letter")

    customer = models.ForeignKey(
        Customer,
        verbose_name=_("customer"),
        on_delete=models.CASCADE,
        db_constraint=False,
        related_name="contacts",
    )
    name = models.CharField(_("name"), max_length=150)
    email = models.EmailField(_("email"), blank=True)
    phone = models.CharField(_("telephone"), max_length=60, blank=True)
    roles = ArrayField(
        models.CharField(max_length=20, choices=ContactRole),
        verbose_name=_("roles"),
        default=list,
        blank=True,
    )
    language = models.CharField(_("language"), max_length=10, choices=LANGUAGES, default="en")
    receives = ArrayField(
        models.CharField(max_length=20, choices=Paper),
        verbose_name=_("receives"),
        default=list,
        blank=True,
    )
    is_active = models.BooleanField(_("active"), default=True, db_default=True)
    left_at = models.DateTimeField(_("left at"), null=True, blank=True, editable=False)
    erase_asked_at = models.DateTimeField(_("erasure asked for at"), null=True, blank=True, editable=False)
    erased_at = models.DateTimeField(_("erased at"), null=True, blank=True, editable=False)

    class Meta(CompanyOwned.Meta):
        ordering = ["name"]
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")

    def __str__(self) -> str:
        return self.name
