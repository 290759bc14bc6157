"""How far a company is set up, read from its data each time: nothing here is ticked off by hand."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef

from arap.core.models import Company, CompanyBankAccount, ExchangeRate, Membership, Period
from arap.ledger.models import Account, Document, Item
from arap.outbox.models import Message
from customers.models import Customer


@dataclass(frozen=True, slots=True)
class Progress:
    """Which parts of the set-up are there. `needs_rates`: documents in other currencies than the base currency."""

    company: bool = False
    letterhead: bool = False
    bank_account: bool = False
    people: bool = False
    needs_rates: bool = False
    rates: bool = False
    items: bool = False
    statement: bool = False

    @property
    def steps(self) -> list[bool]:
        """The steps that count, in order."""
        rates = [self.rates] if self.needs_rates else []
        return [self.company, self.letterhead, self.bank_account, self.people, *rates, self.items, self.statement]

    @property
    def done(self) -> int:
        """How many of the steps are done."""
        return sum(self.steps)

    @property
    def total(self) -> int:
        """How many steps count."""
        return len(self.steps)

    @property
    def is_finished(self) -> bool:
        """Whether nothing is left to do."""
        return self.done == self.total


def progress(company: Company | None) -> Progress:
    """How far the company is. One query."""
    if company is None:
        return Progress()
    of_company = {"company": company}
    foreign = Customer.objects.filter(**of_company).exclude(currency=company.base_currency)
    foreign_documents = Document.objects.filter(**of_company).exclude(currency=company.base_currency)
    # A currency without any rate of a source, only the provisional one that an import has set.
    unknown = ExchangeRate.objects.filter(**of_company, is_provisional=True).exclude(
        currency__in=ExchangeRate.objects.filter(**of_company, is_provisional=False).values("currency")
    )
    found = (
        Company.objects.filter(pk=company.pk)
        .annotate(
            has_periods=Exists(Period.objects.filter(company=OuterRef("pk"), state=Period.State.OPEN)),
            has_chart=Exists(Account.objects.filter(company=OuterRef("pk"))),
            has_bank_account=Exists(CompanyBankAccount.objects.filter(company=OuterRef("pk"), is_active=True)),
            has_foreign=Exists(foreign),
            has_foreign_documents=Exists(foreign_documents),
            has_rates=Exists(ExchangeRate.objects.filter(**of_company, is_provisional=False)),
            lacks_rates=Exists(unknown),
            has_items=Exists(Item.objects.filter(company=OuterRef("pk"))),
            has_statement=Exists(Message.objects.filter(company=OuterRef("pk"), kind=Message.Kind.STATEMENT)),
        )
        .get()
    )
    people = Membership.objects.filter(company=company, user__is_active=True).values("user").distinct()[:2]
    return Progress(
        company=bool(found.has_periods and found.has_chart),
        letterhead=bool((company.address or company.address_local) and (company.email or company.phone)),
        bank_account=found.has_bank_account,
        people=len(people) > 1,
        needs_rates=found.has_foreign or found.has_foreign_documents,
        rates=found.has_rates and not found.lacks_rates,
        items=found.has_items,
        statement=found.has_statement,
    )


def first_debtor(company: Company) -> Customer | None:
    """The customer with the largest open item of today's book, to try the first statement with; None without any."""
    item = (
        Item.objects.filter(company=company, open_base_amount__gt=0, customer__isnull=False)
        .select_related("customer")
        .order_by("-open_base_amount")
        .first()
    )
    return item.customer if item else None
