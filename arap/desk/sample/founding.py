"""What the sample company has before its first invoice: people, customers, terms, tax codes, rates, periods."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from django.db import transaction

from arap.core.actions.companies import create_company
from arap.core.actions.people import grant_role
from arap.core.actions.periods import close_period, open_periods
from arap.core.actions.rates import NewRate, set_rates
from arap.core.dates import add_months
from arap.core.models import Company, CompanyBankAccount, Period, Role, TaxCode, User
from arap.desk.sample.names import CLOSER, PEOPLE
from arap.desk.sample.world import Trader
from arap.ledger.chart import ensure_chart
from customers.actions import NewCustomer, create_customers, ensure_terms
from customers.models import Contact
from dunning.actions import ensure_policy

NAME, NAME_LOCAL = "Lanstone Precision (Shanghai) Co., Ltd.", "澜石精密（上海）有限公司"
BASE = "CNY"
# Base units for one unit: where each rate starts, and how far it may wander in a month.
RATES = {"USD": ("7.1000", "0.04"), "EUR": ("7.7200", "0.06"), "JPY": ("0.0485", "0.0006"), "KWD": ("23.15", "0.12")}
RATE_PLACES = Decimal("0.0001")
TAXES = (("VAT13", "VAT 13 %", "增值税 13%", 13), ("VAT6", "VAT 6 %", "增值税 6%", 6), ("VAT0", "VAT 0 %", "免税", 0))
LEFT_OPEN_DAYS = 35


@transaction.atomic
def found(code: str, *, first_day: date, until: date, rnd: Random, practice_for: User | None = None) -> Company:
    """The company with bank accounts, tax codes, monthly rates, and an open period for each month of its years."""
    company = create_company(
        code=code,
        name=f"Practice: {NAME}" if practice_for else NAME,
        name_local=f"练习：{NAME_LOCAL}" if practice_for else NAME_LOCAL,
        base_currency=BASE,
        tax_id="91310115MA1K4T7R3Q",
        address="上海市浦东新区张江路 88 号 / 88 Zhangjiang Road, Pudong, Shanghai",
        phone="+86 21 5555 0188",
        email="ar@lanstone.example",
        website="https://lanstone.example",
        by=None,
        # Nobody works in a half-made one.
        **({"practice_for": practice_for, "is_active": False} if practice_for else {}),
    )
    ensure_chart(company)
    ensure_policy(company)
    for currency, account_no in (("CNY", "1001 2345 0900 4471 882"), ("USD", "1001 2345 1400 0092 017")):
        CompanyBankAccount.objects.create(
            company=company,
            name=company.name,
            bank="ICBC Shanghai 工行上海",
            account_no=account_no,
            currency=currency,
            is_default=True,
        )
    TaxCode.objects.bulk_create(
        [TaxCode(company=company, code=key, name=name, name_local=local, rate=rate) for key, name, local, rate in TAXES]
    )
    _set_rates(company, first_day, until, rnd)
    for year in range(first_day.year, until.year + 1):
        open_periods(company, year, by=None)
    return company


def _set_rates(company: Company, first_day: date, until: date, rnd: Random) -> None:
    rates = []
    for currency, (start, step) in RATES.items():
        rate, day = Decimal(start), first_day.replace(day=1)
        while day <= until:
            rates.append(NewRate(currency=currency, valid_from=day, rate=rate))
            wander = Decimal(rnd.randint(-100, 100)) * Decimal(step) / 100
            rate, day = (rate + wander).quantize(RATE_PLACES), add_months(day, 1)
    set_rates(company, rates, source="PBOC", by=None)


def hire(company: Company, *, prefix: str = "") -> dict[str, User]:
    """The people who look after customers and close the months. They have no password: nobody can sign in as them.

    Companies with the same `prefix` have the same people; without one, each has its own.
    """
    people = {}
    roles = {**dict.fromkeys(PEOPLE, Role.COLLECTOR), CLOSER[0]: Role.CONTROLLER}
    for key, full_name in [*PEOPLE.items(), CLOSER]:
        user, is_new = User.objects.get_or_create(
            username=f"{prefix or company.code.lower()}.{key}",
            defaults={"full_name": full_name, "last_company": company, "language": "zh-hans"},
        )
        if is_new:
            user.set_unusable_password()
            user.save(update_fields=["password"])
        grant_role(company, user, roles[key], by=None)
        people[key] = user
    return people


def settle_in(company: Company, traders: Sequence[Trader], people: dict[str, User], rnd: Random) -> dict[str, int]:
    """The customers, with groups, owners, terms, payer accounts and a contact each; code -> id."""
    terms = ensure_terms(company, {trader.name.terms for trader in traders}, by=None)
    ids = create_customers(
        company,
        [
            NewCustomer(
                code=trader.name.code,
                name=trader.name.name,
                name_local=trader.name.name_local,
                country=trader.name.country,
                currency=trader.name.currency,
                parent_code=traders[trader.parent].name.code if trader.parent is not None else "",
                segment=trader.segment,
                owner_id=people[trader.name.owner].pk,
                language="zh-hans" if trader.name.country == "CN" else "en",
                terms_id=terms[trader.name.terms],
                payer_accounts=(f"6222 0{rnd.randint(10**10, 10**11 - 1)}",),
                tax_id=f"9133{rnd.randint(10**10, 10**11 - 1)}MA2" if trader.name.country == "CN" else "",
            )
            for trader in traders
        ],
        by=None,
    )
    Contact.objects.bulk_create(
        [
            Contact(
                company=company,
                customer_id=ids[trader.name.code],
                name="财务部" if trader.name.country == "CN" else "Accounts payable",
                email=f"ap@{trader.name.code.lower()}.example",
                roles=["payments"],
                language="zh-hans" if trader.name.country == "CN" else "en",
                receives=["invoice", "statement", "reminder"],
            )
            for trader in traders
        ],
        batch_size=5000,
    )
    return ids


def close_old_periods(company: Company, until: date, *, by: User) -> int:
    """Close every month that ended more than LEFT_OPEN_DAYS before `until`; returns how many."""
    old = Period.objects.open().filter(company=company, ends_on__lt=until - timedelta(days=LEFT_OPEN_DAYS))
    periods = list(old.order_by("starts_on"))
    for period in periods:
        close_period(company, period, by=by)
    return len(periods)
