"""What a take-on creates, skips, refuses and warns of."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.db import connection

from arap.core.actions.periods import close_period
from arap.core.errors import DomainError, NotFound, Refused
from arap.core.models import AuditEntry, Company, ExchangeRate, Period, User
from arap.core.money import CURRENCIES
from arap.core.queries import today_in
from arap.desk.actions.load_history import Loaded, load_history, try_history
from arap.desk.mapping import FileRefused
from arap.desk.takeon.posting import chunks
from arap.ledger.models import Document, Entry, Item
from customers.models import Customer
from invoices.models import Invoice, InvoiceFact
from receipts.models import Receipt
from tests.desk.takeon.histories import LATE_PAYMENTS, STANDARD, standard_file, standard_row, write
from tests.ledger.proofs import assert_holds

pytestmark = pytest.mark.django_db

Rows = list[dict[str, Any]]


def load(folder: Path, *rows: dict[str, Any], code: str = "load", **options: Any) -> Loaded:
    filled = [{"customer_code": "A", "document_number": f"N{at}", **row} for at, row in enumerate(rows, 1)]
    path = standard_file(folder / "file.csv", filled)
    return load_history(path, company_code=code, mapping="standard", **options)


def rejections(loaded: Loaded) -> list[tuple[int, str, str]]:
    return [(row.row, row.field, row.message) for row in loaded.rejected]


def test_a_company_is_founded_with_the_most_frequent_currency_and_periods_of_every_year(tmp_path: Path) -> None:
    loaded = load(
        tmp_path,
        {"currency": "EUR", "issued_on": "2021-12-31"},
        {"currency": "USD", "settled_on": "2023-02-01"},
        {"currency": "USD", "issued_on": "2024-02-01"},
        {"currency": "USD", "settled_on": "2025-02-01"},
    )
    company = Company.objects.get(code="load")
    assert (company.base_currency, company.time_zone, loaded.rejected[0].row) == ("USD", "Asia/Shanghai", 3)
    years = Period.objects.filter(company=company).values_list("starts_on__year", flat=True).distinct()
    assert list(years.order_by("starts_on__year")) == [2021, 2024, 2025]
    assert Period.objects.filter(company=company).count() == 36


def test_the_base_currency_may_be_given_and_rows_without_a_currency_are_in_it(tmp_path: Path) -> None:
    loaded = load(
        tmp_path, {"currency": "", "amount": "1250"}, {"currency": "", "amount": "12.50"}, base_currency="JPY"
    )
    assert rejections(loaded) == [(3, "amount", "12.50 has more decimals than JPY has.")]
    document = Document.objects.get()
    assert (document.currency, document.total, document.rate) == ("JPY", Decimal(1250), Decimal(1))


def test_an_invoice_and_its_settlement(tmp_path: Path) -> None:
    loaded = load(
        tmp_path,
        {
            "customer_name": "Ningbo Haichen Mould",
            "customer_name_local": "宁波海辰模具",
            "country": "CN",
            "payer_accounts": "111;222",
            "document_number": "INV-1",
            "reference": "PO\\7",
            "order_number": "SO-1",
            "due_on": "2024-02-09",
            "settled_on": "2024-02-20",
            "discount_terms": "2/10 n/30",
        },
    )
    assert (loaded.customers, loaded.invoices, loaded.receipts, loaded.skipped) == (1, 1, 1, 0)
    assert (loaded.warnings, loaded.rejected) == ([], [])
    customer = Customer.objects.get()
    assert (customer.name, customer.name_local, customer.country) == ("Ningbo Haichen Mould", "宁波海辰模具", "CN")
    assert sorted(customer.payer_accounts.values_list("account_no", flat=True)) == ["111", "222"]
    invoice, receipt = Invoice.objects.get(), Receipt.objects.get()
    assert (invoice.origin, invoice.state, invoice.total) == ("taken_on", "posted", Decimal("100.00"))
    assert (invoice.reference, invoice.order_number) == ("PO\\7", "SO-1")
    assert invoice.terms is not None
    assert invoice.terms.rule == "2/10 n/30"
    assert (receipt.origin, receipt.received_on, receipt.amount) == ("taken_on", date(2024, 2, 20), Decimal("100.00"))
    item = Item.objects.get(document=invoice.document)
    assert (item.due_on, item.document_on, item.settled_on) == (date(2024, 2, 9), date(2024, 1, 10), date(2024, 2, 20))
    numbers = list(Document.objects.order_by("id").values_list("kind", "number", "series_no"))
    assert numbers == [("invoice", "INV-1", None), ("receipt", "R-2024-000001", 1)]
    assert receipt.remittance == "INV-1"
    assert Entry.objects.get(amount__gt=0).effective_on == date(2024, 2, 20)


@pytest.mark.parametrize(
    ("row", "due_on"),
    [
        ({"due_on": "2024-03-01", "discount_terms": "n/30"}, date(2024, 3, 1)),
        ({"discount_terms": "2/10 n/30"}, date(2024, 2, 9)),
        ({}, date(2024, 1, 10)),
    ],
)
def test_without_a_due_date_the_terms_decide_else_the_day_of_issue(
    tmp_path: Path, row: dict[str, Any], due_on: date
) -> None:
    load(tmp_path, row)
    assert Item.objects.get().due_on == due_on


def test_credit_notes_stay_open_are_used_or_refunded(tmp_path: Path) -> None:
    note = {"document_type": "credit_note", "issued_on": "2024-01-15"}
    loaded = load(
        tmp_path,
        {"amount": "100.00"},
        {"amount": "70.00", **note, "settled_on": "2024-02-01"},
        {"amount": "50.00", **note, "settled_on": "2024-02-02"},
        {"amount": "10.00", **note},
        {"amount": "100.00", "customer_code": "B"},
    )
    assert (loaded.invoices, loaded.credit_notes, loaded.receipts, loaded.refunds) == (2, 3, 0, 1)
    refund = Document.objects.select_related("text").get(kind="refund")
    assert (refund.number, refund.total, refund.posted_on) == ("RF-2024-000001", Decimal(20), date(2024, 2, 2))
    assert refund.text.reference == "N3"
    left = {(i.document.kind, i.document.number): i.open_amount for i in Item.objects.select_related("document")}
    assert {key: amount for key, amount in left.items() if amount} == {
        ("credit_note", "N4"): -10,
        ("invoice", "N5"): 100,
    }
    assert_holds(Company.objects.get(code="load"))


def test_parents_in_any_order(tmp_path: Path) -> None:
    loaded = load(
        tmp_path,
        {"customer_code": "child", "parent_code": "head"},
        {"customer_code": "head", "customer_name": "Head"},
    )
    assert dict(Customer.objects.values_list("code", "root__code")) == {"child": "head", "head": "head"}
    assert (loaded.customers, loaded.warnings) == (2, [])
    later = load(tmp_path, {"customer_code": "late", "parent_code": "head", "document_number": "L"})
    assert (later.customers, later.rejected) == (1, [])


def test_an_unknown_parent_is_rejected_and_what_hangs_on_that_row_too(tmp_path: Path) -> None:
    loaded = load(
        tmp_path,
        {"customer_code": "a", "parent_code": "b"},
        {"customer_code": "b", "parent_code": "nowhere"},
        {"customer_code": "c", "parent_code": "bad"},
        {"customer_code": "bad", "amount": "0"},
        {"customer_code": "d"},
    )
    message = "There is no customer “{}”, neither here nor in this file, to be the parent."
    assert rejections(loaded) == [
        (2, "parent_code", message.format("b")),
        (3, "parent_code", message.format("nowhere")),
        (4, "parent_code", message.format("bad")),
        (5, "amount", "The amount must be greater than zero."),
    ]
    assert list(Customer.objects.values_list("code", flat=True)) == ["d"]


@pytest.mark.parametrize("field", ["issued_on", "settled_on"])
def test_what_happens_tomorrow_is_rejected_and_what_is_due_then_is_not(tmp_path: Path, field: str) -> None:
    today = today_in("load")
    tomorrow = today + timedelta(days=1)
    rows: Rows = [{"issued_on": today, "settled_on": today, "due_on": tomorrow}, {field: tomorrow, "due_on": tomorrow}]
    loaded = load(tmp_path, *rows)
    assert rejections(loaded) == [(3, field, f"The date {tomorrow.isoformat()} lies in the future.")]
    assert (loaded.invoices, loaded.receipts) == (1, 1)


def test_without_provisional_rates_a_missing_one_refuses_the_load_and_leaves_no_trace(tmp_path: Path) -> None:
    load(tmp_path, {"document_number": "before"})
    rows: Rows = [
        {"customer_code": "new"}, {"currency": "USD", "settled_on": "2024-02-01"}, {"currency": "EUR"},
    ]  # fmt: skip
    with pytest.raises(Refused, match="There is no exchange rate for EUR on 2024-01-10"):
        load(tmp_path, *rows, needs_rates=True)
    assert (Document.objects.count(), Customer.objects.count(), ExchangeRate.objects.count()) == (1, 1, 0)
    load(tmp_path, {"currency": "USD"})  # as the command does: a provisional rate, which is not one
    company = Company.objects.get(code="load")
    path = tmp_path / "file.csv"
    standard_file(path, [{"customer_code": "A", "document_number": "Q", "currency": "USD", "settled_on": "2024-02-01"}])
    tried = try_history(path, company=company, mapping="standard", needs_rates=True)
    (lacking,) = tried.lacking
    assert (lacking.currency, lacking.first_on, lacking.last_on, lacking.days) == (
        "USD", date(2024, 1, 10), date(2024, 2, 1), 2,
    )  # fmt: skip


def test_parents_that_lead_back_are_rejected(tmp_path: Path) -> None:
    loaded = load(
        tmp_path,
        {"customer_code": "a", "parent_code": "b"},
        {"customer_code": "b", "parent_code": "c"},
        {"customer_code": "c", "parent_code": "a"},
        {"customer_code": "d", "parent_code": "d"},
        {"customer_code": "e"},
    )
    assert [(row, field) for row, field, _message in rejections(loaded)] == [(n, "parent_code") for n in (2, 3, 4, 5)]
    assert list(Customer.objects.values_list("code", flat=True)) == ["e"]


def test_the_first_name_and_country_count(tmp_path: Path) -> None:
    loaded = load(tmp_path, {"customer_name": ""}, {"customer_name": "One", "country": "us"}, {"customer_name": "Two"})
    customer = Customer.objects.get()
    assert (customer.name, customer.country) == ("One", "US")
    assert loaded.warnings == ["1 customer carries several names or countries; the first counts."]


BAD = [
    ({"customer_code": ""}, "customer_code", "The cell is empty."),
    ({"document_number": ""}, "document_number", "The cell is empty."),
    ({"document_type": "receipt"}, "document_type", "“receipt” is not one of: invoice, credit_note."),
    ({"currency": "XXX"}, "currency", "“XXX” is not a currency code."),
    ({"issued_on": "10/01/2024"}, "issued_on", "“10/01/2024” is not a date of the form yyyy-mm-dd."),
    ({"amount": "-1.00"}, "amount", "The amount must be greater than zero."),
    ({"amount": "1.001"}, "amount", "1.001 has more decimals than CNY has."),
    ({"currency": "JPY", "amount": "1.5"}, "amount", "1.5 has more decimals than JPY has."),
    ({"due_on": "2024-01-09"}, "due_on", "The document is due before it is issued."),
    ({"settled_on": "2024-01-09"}, "settled_on", "The document is settled before it is issued."),
    (
        {"discount_terms": "soon"},
        "discount_terms",
        "'soon' is not a payment term; examples are n/30, eom+10 and 2/10 n/30.",
    ),
]


@pytest.mark.parametrize(("row", "field", "message"), BAD, ids=[f"{bad[0]}" for bad in BAD])
def test_a_bad_row_is_rejected_and_the_good_ones_are_loaded(
    tmp_path: Path, row: dict[str, Any], field: str, message: str
) -> None:
    loaded = load(tmp_path, {}, row, {"settled_on": "2024-03-01"})
    assert rejections(loaded) == [(3, field, message)]
    assert (loaded.invoices, loaded.receipts) == (2, 1)


def test_nothing_good_founds_no_company(tmp_path: Path) -> None:
    loaded = load(tmp_path, {"amount": "x"})
    assert len(loaded.rejected) == 1
    assert not Company.objects.exists()
    with pytest.raises(FileRefused):
        load_history(tmp_path.joinpath("file.csv"), company_code="load", mapping="open-items-iso")
    assert not Company.objects.exists()


def test_a_provisional_rate_is_set_and_named(tmp_path: Path) -> None:
    loaded = load(tmp_path, {}, {"currency": "USD", "settled_on": "2024-02-01"}, {})
    assert loaded.warnings == ["No exchange rate is known for USD from 2024-01-10: a provisional rate of 1 is used."]
    rate = ExchangeRate.objects.get()
    assert (rate.currency, rate.valid_from, rate.rate, rate.is_provisional) == (
        "USD",
        date(2024, 1, 10),
        Decimal(1),
        True,
    )


def test_rates_from_a_file_count_on_their_days(tmp_path: Path) -> None:
    rates = tmp_path / "rates.csv"
    rates.write_text("currency,date,rate\nUSD,2024-01-01,7.10\nUSD,2024-02-01,7.2\nCNY,2024-01-01,1\n")
    loaded = load(tmp_path, {}, {"currency": "USD", "settled_on": "2024-02-10"}, {}, rates_path=rates)
    assert loaded.warnings == []
    totals = Document.objects.filter(currency="USD").order_by("id").values_list("kind", "rate", "base_total")
    assert list(totals) == [("invoice", Decimal("7.1"), Decimal(710)), ("receipt", Decimal("7.2"), Decimal(-720))]
    assert_holds(Company.objects.get(code="load"))


BAD_RATES = {
    "USD,2024-01-01,x": "Row 2 of the rates: “x” is not an amount.",
    "USD,2024-01-01,0.00000000001": "Row 2 of the rates: The rate is too small or too large.",
    "USD,2024-01-01,7\nUSD,2024-01-01,8": "There are two rates for USD on 2024-01-01.",
    "CNY,2024-01-01,7": "The rates file gives a rate for CNY, the base currency.",
}


@pytest.mark.parametrize("line", BAD_RATES)
def test_a_bad_rate_refuses_the_run(tmp_path: Path, line: str) -> None:
    rates = tmp_path / "rates.csv"
    rates.write_text(f"currency,date,rate\n{line}\n")
    with pytest.raises(DomainError) as refusal:
        load(tmp_path, {}, rates_path=rates)
    assert str(refusal.value) == BAD_RATES[line]
    assert not Company.objects.filter(code="load").exists()


def test_rows_of_a_closed_period_are_rejected(tmp_path: Path) -> None:
    load(tmp_path, {})
    company = Company.objects.get(code="load")
    closer = User.objects.create(username="closer")
    close_period(company, Period.objects.get(starts_on=date(2024, 2, 1)), by=closer)
    loaded = load(
        tmp_path,
        {"document_number": "a", "issued_on": "2024-02-01"},
        {"document_number": "b", "settled_on": "2024-02-10"},
        {"document_number": "N1", "settled_on": "2024-02-29"},
        {"document_number": "c", "settled_on": "2024-03-01"},
    )
    assert rejections(loaded) == [
        (2, "issued_on", "The period of 2024-02-01 is closed."),
        (3, "settled_on", "The period of 2024-02-10 is closed."),
        (4, "settled_on", "The period of 2024-02-29 is closed."),
    ]
    assert loaded.invoices == 1


def test_amounts_beyond_the_book_are_rejected_in_base_currency_too(tmp_path: Path) -> None:
    rates = tmp_path / "rates.csv"
    rates.write_text("currency,date,rate\nUSD,2024-01-01,1000000\n")
    rows: Rows = [{}, {"currency": "USD", "amount": "999999999999.00"}, {"amount": "999999999999999.99"}]
    loaded = load(tmp_path, *rows, rates_path=rates)
    assert rejections(loaded) == [(3, "amount", "The amount is larger than the book can hold.")]


def test_every_currency_can_be_loaded(tmp_path: Path) -> None:
    rows: Rows = [{"currency": currency, "amount": "5"} for currency in sorted(CURRENCIES)]
    assert load(tmp_path, *rows).invoices == len(CURRENCIES)


def test_facts_are_kept_and_block_nothing(tmp_path: Path) -> None:
    row = ["391", "A", "", "1", "03/01/2012", "02/02/2012", "50.39", "Yes", "23/01/2012", "Paper", "20", "0"]
    path = write(tmp_path / "file.csv", LATE_PAYMENTS, [row])
    loaded = load_history(path, company_code="load", mapping="late-payments-dmy")
    assert (loaded.invoices, loaded.receipts) == (1, 1)
    facts = dict(InvoiceFact.objects.values_list("name", "value"))
    assert facts == {"disputed": "yes"}
    row[7] = "No"
    again = load_history(write(path, LATE_PAYMENTS, [row]), company_code="load", mapping="late-payments-dmy")
    message = "conflict: this document is in the book with other terms or facts."
    assert rejections(again) == [(2, "Disputed", message)]


def test_wrong_options_are_wrong_usage(tmp_path: Path) -> None:
    for options in ({"base_currency": "XYZ"}, {"code": "no spaces, please"}, {"code": "x" * 21}):
        with pytest.raises(NotFound):
            load(tmp_path, {}, **options)
    load(tmp_path, {})
    with pytest.raises(DomainError, match="Company load keeps its book in CNY; that cannot be changed"):
        load(tmp_path, {}, base_currency="USD")


def test_the_run_is_in_the_audit_log(tmp_path: Path) -> None:
    load(tmp_path, {})
    entry = AuditEntry.objects.get(verb="history.load")
    assert entry.after is not None
    assert entry.after["invoices"] == 1
    assert entry.after["file"] == "file.csv"


def test_queries_grow_with_chunks_not_with_rows(tmp_path: Path, django_assert_max_num_queries: Any) -> None:
    load(tmp_path, {})
    with django_assert_max_num_queries(80):
        load(tmp_path, *({"document_number": f"M{n}", "settled_on": "2024-03-01"} for n in range(300)))
    assert connection.in_atomic_block


def test_chunks() -> None:
    assert list(chunks([1, 2, 3], 2)) == [[1, 2], [3]]


def test_a_workbook_and_a_gb18030_file_say_the_same_as_utf_8(tmp_path: Path) -> None:
    rows = [
        standard_row(
            customer_code="007",
            customer_name_local="宁波海辰模具",
            document_number=1930659387,
            issued_on=date(2024, 1, 10),
            amount=Decimal("100.10"),
            settled_on=date(2024, 2, 1),
        )
    ]
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in [STANDARD, *rows]:
        book.active.append(row)
    book.save(tmp_path / "file.xlsx")
    write(tmp_path / "gb.csv", STANDARD, rows, encoding="gb18030")
    for code, name in (("one", "file.xlsx"), ("two", "gb.csv")):
        loaded = load_history(tmp_path / name, company_code=code, mapping="standard")
        assert (loaded.customers, loaded.invoices, loaded.receipts, loaded.rejected) == (1, 1, 1, [])
    names = ("customer__code", "customer__name", "document__number", "amount")
    invoice = ("007", "宁波海辰模具", "1930659387", Decimal("100.10"))
    assert list(Item.objects.filter(amount__gt=0).values_list(*names)) == [invoice, invoice]
