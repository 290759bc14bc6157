"""Documents that the database refuses from anybody: each is a right one with one thing changed (see raw.py)."""

import psycopg2
import pytest

from tests.ledger.raw import CONTRA, DEBITED, HERE, ITEM, LINE, POSTING, Columns, Scene, document, insert

ROLES = ("arap_app", "arap_owner")
ON_RECEIVABLE: Columns = {**LINE, "account_id": "%(receivable)s"}
OLD: Columns = {"position": "%(old_position)s", "document_id": "%(document)s"}
# Half of the invoice that is open on the scene, closed by a document: what a replacement does
CLOSING: Columns = {
    **DEBITED,
    "application_id": "null::bigint",
    "document_id": "(select id from d)",
    "counter_item_id": "null::bigint",
    "effective_on": "date '2026-06-10'",
}
CLOSING_LINE: Columns = {**CONTRA, "customer_id": "%(alpha)s", "account_id": "%(receivable)s"}


def changed(columns: Columns, **changes: str) -> Columns:
    return {**columns, **changes}


def money(columns: Columns, amount: str) -> Columns:
    found = {name: amount for name in ("amount", "base_amount", "open_amount", "open_base_amount") if name in columns}
    return {**columns, **found}


def dated(columns: Columns, day: str) -> Columns:
    return {name: f"date '{day}'" if value == "date '2026-06-10'" else value for name, value in columns.items()}


def document_on(day: str) -> str:
    changes = {"document_on": f"date '{day}'", "posted_on": f"date '{day}'"}
    return document(changes, items=[dated(ITEM, day)], lines=[dated(LINE, day), dated(CONTRA, day)])


def in_currency(currency: str, amount: str, minus: str) -> str:
    named = {"currency": f"'{currency}'"}
    return document(
        {**named, "total": amount, "base_total": amount},
        items=[changed(money(ITEM, amount), **named)],
        lines=[changed(money(LINE, amount), **named), changed(money(CONTRA, minus), **named)],
    )


RIGHT = {
    "a document": document(),
    "a replacement": document(
        {"kind": "'transfer'", "total": "40", "base_total": "40"},
        items=[money(ITEM, "40")],
        entries=[CLOSING],
        lines=[money(LINE, "40"), money(CLOSING_LINE, "-40")],
    ),
    "into a closed month with a live exception": document_on("2026-04-10"),
    "in yen": in_currency("JPY", "100", "-100"),
}

WRONG = {
    # a document arrives whole
    "without lines": (document({"line_count": "2"}, lines=()), "incomplete"),
    "without lines, and says so": (document({"line_count": "0"}, lines=()), "ledger_document_has_lines"),
    "without items": (document(items=()), "incomplete"),
    "items that do not sum to the total": (document({"total": "99"}), "incomplete"),
    "items that do not sum to the total in base": (document({"base_total": "99"}), "incomplete"),
    "more items than it says": (document(items=[ITEM, changed(ITEM, line="2")]), "incomplete"),
    "an item beyond its count": (document(items=[changed(ITEM, line="2")]), "does not belong"),
    "lines that do not balance": (document(lines=[LINE, money(CONTRA, "-99")]), "do not balance"),
    "lines that balance in base only": (
        document(lines=[LINE, changed(CONTRA, amount="-99")]),
        "do not balance in their currency",
    ),
    "lines of two currencies": (
        document(
            {"line_count": "3"},
            lines=[LINE, money(CONTRA, "-50"), changed(money(CONTRA, "-50"), line="3", currency="'USD'")],
        ),
        "do not balance in their currency",
    ),
    "one line": (document({"line_count": "1"}, lines=[LINE]), "not balance|has_lines"),
    "a line number beyond its count": (document(lines=[LINE, changed(CONTRA, line="3")]), "after it was posted"),
    "lines on another day": (document(lines=[dated(LINE, "2026-06-11"), dated(CONTRA, "2026-06-11")]), "after it was"),
    "an item on another day": (document(items=[changed(ITEM, posted_on="date '2026-06-09'")]), "does not belong"),
    "an item that is born part paid": (document(items=[changed(ITEM, open_amount="40")]), "does not belong"),
    "an item in another currency": (
        document(
            {"item_count": "2", "line_count": "4", "base_total": "200"},
            items=[ITEM, changed(ITEM, line="2", currency="'USD'")],
            lines=[
                *(LINE, CONTRA, changed(LINE, line="3", currency="'USD'"), changed(CONTRA, line="4", currency="'USD'")),
            ],
        ),
        "does not belong",
    ),
    "an item that is born settled": (
        document(items=[changed(ITEM, open_amount="0", open_base_amount="0")]),
        "does not belong",
    ),
    "an item that moved before": (document(items=[changed(ITEM, last_effective_on="date '2026-06-30'")]), "does not"),
    "an item on an account that is no control": (document(items=[changed(ITEM, account_id="%(revenue)s")]), "control"),
    "a receivable from nobody": (
        document(
            items=[changed(ITEM, customer_id="null::bigint")], lines=[changed(LINE, customer_id="null::bigint"), CONTRA]
        ),
        "has a customer",
    ),
    "unidentified money of somebody": (
        document(
            items=[changed(ITEM, account_id="%(unidentified)s")],
            lines=[changed(LINE, account_id="%(unidentified)s"), CONTRA],
        ),
        "unless it is unidentified",
    ),
    "nothing at all": (document({"total": "0", "base_total": "0"}, items=[money(ITEM, "0")]), "not_zero"),
    "a rate of nothing": (document({"rate": "0"}), "ledger_document_rate"),
    "a negative rate": (document({"rate": "-1"}), "ledger_document_rate"),
    "thousandths of a yuan": (in_currency("CNY", "0.001", "-0.001"), "minor_unit"),
    "half a yen": (in_currency("JPY", "0.5", "-0.5"), "minor_unit"),
    "a total finer than its currency": (document({"total": "100.001"}), "minor_unit|incomplete"),
    # the journal says what the items say, of the same account and customer
    "no line for its item": (document(lines=[changed(LINE, account_id="%(bank)s"), CONTRA]), "control account"),
    "a line on another control account": (
        document(lines=[changed(LINE, account_id="%(advances)s"), CONTRA]),
        "control account",
    ),
    "a line of another customer": (
        document(lines=[changed(LINE, customer_id="%(parent)s"), CONTRA]),
        "control account",
    ),
    "control lines for no item": (
        document(lines=[LINE, changed(CONTRA, account_id="%(receivable)s")]),
        "control account",
    ),
    "a closing without its line": (document(entries=[CLOSING]), "control account"),
    # one company, one customer, one number
    "another company's customer": (document({"customer_id": "%(stranger)s"}), "ledger_document_customer_fk"),
    "an item of another company's customer": (
        document(
            items=[changed(ITEM, customer_id="%(stranger)s")], lines=[changed(LINE, customer_id="%(stranger)s"), CONTRA]
        ),
        "ledger_item_customer_fk",
    ),
    "an item on another company's account": (
        document(items=[changed(ITEM, account_id="%(other_receivable)s")]),
        "ledger_item_account|control account",
    ),
    "lines on another company's account": (
        document(lines=[changed(LINE, account_id="%(other_receivable)s"), CONTRA]),
        "ledger_line_account_fk|control account",
    ),
    "an item of another company": (document(items=[changed(ITEM, company_id="%(other)s")]), "closed|ledger_item"),
    "an origin in another company": (
        document(items=[changed(ITEM, origin_item_id="%(their_invoice)s")]),
        "ledger_item_origin",
    ),
    "an origin in another currency": (
        document(items=[changed(ITEM, origin_item_id="%(usd_invoice)s")]),
        "ledger_item_origin",
    ),
    "in another company's book": (document({"company_id": "%(other)s"}), "ledger_document_posting"),
    "a number that is taken": (
        document({"number": "(select number from ledger_document where id = %(document)s)"}),
        "ledger_document_number",
    ),
    "a number of the series that is taken": (
        document({"series_year": "2026", "series_no": "1"}),
        "ledger_document_series",
    ),
    "a second reversal": (
        document({"reverses_id": "%(document)s"}) + document({"reverses_id": "%(document)s", "number": "'RAW-2'"}),
        "ledger_document_reversed_once",
    ),
    "the reversal of another company's document": (document({"reverses_id": "%(their_document)s"}), "reverses"),
    "the same idempotency key": (
        "insert into ledger_posting (company_id, position, verb, idempotency_key)"
        " values (%(company)s, 0, 'raw', 'K-1')",
        "ledger_posting_once",
    ),
    # when
    "into a closed month": (document_on("2026-05-10"), "is closed"),
    "into a month whose exception ran out": (document_on("2026-03-10"), "is closed"),
    "into no month": (document_on("2035-01-10"), "is closed"),
    # later
    "a line added to an old document": (insert("journalline", {**LINE, **OLD, "line": "3"}), "is closed"),
    "an item added to an old document": (insert("item", {**ITEM, **OLD, "line": "2"}), "is closed"),
    "a document added to an old posting": (document().replace(HERE, "%(old_position)s"), "is closed"),
    "an old item under a new posting": (
        POSTING + insert("item", changed(ITEM, document_id="%(document)s", line="2")),
        "does not belong|ledger_item_document",
    ),
    "an item added a moment later": (
        document() + insert("item", changed(ITEM, document_id="(select max(id) from ledger_document)", line="2")),
        "does not belong",
    ),
    "lines added a moment later": (
        document()
        + insert(
            "journalline",
            changed(LINE, document_id="(select max(id) from ledger_document)", line="3"),
            changed(CONTRA, document_id="(select max(id) from ledger_document)", line="4"),
        ),
        "after it was posted",
    ),
    "a closing added a moment later": (
        document() + insert("entry", changed(CLOSING, document_id="(select max(id) from ledger_document)")),
        "control account",
    ),
    "words added to an old document": (
        "insert into ledger_documenttext (document_id, company_id, reference, memo, salt)"
        " values (%(receipt_document)s, %(company)s, 'forged', '', 'salt')",
        "is closed",
    ),
    "other words than those it was posted with": (
        document({"text_digest": "sha256('salt\nmemo')"})
        + "insert into ledger_documenttext (document_id, company_id, reference, memo, salt)"
        " values ((select max(id) from ledger_document), %(company)s, '', 'other memo', 'salt')",
        "words",
    ),
    # tricks
    "with constraints put off": ("set constraints all deferred; " + document(lines=()), "incomplete"),
    "behind a savepoint": ("savepoint s; " + document(lines=()) + " release s", "incomplete"),
    "a posting said to be one's own": (
        "set local arap.posting_1 = '1'; " + document().replace(POSTING, "").replace(HERE, "1"),
        "is closed",
    ),
    "the account becomes no control": (
        "update ledger_account set is_control = false where role = 'receivable'",
        "keeps",
    ),
    "the account takes another role": ("update ledger_account set role = 'x' where role = 'receivable'", "keeps"),
    "the account moves to another company": ("update ledger_account set company_id = %(other)s", "keeps"),
    "the account goes": ("delete from ledger_account where role = 'receivable'", "ledger_item_account"),
    "the customer goes": ("delete from customers_customer where id = %(alpha)s", "foreign key"),
    "the company goes": (
        "delete from core_company where id = %(company)s; set constraints all immediate",
        "foreign key",
    ),
}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("statement", RIGHT.values(), ids=RIGHT)
def test_right(scene: Scene, role: str, statement: str) -> None:
    with scene.cursor(role) as cursor:
        cursor.execute(statement, scene.ids)
        cursor.execute("set constraints all immediate")


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("statement, sentence", WRONG.values(), ids=WRONG)
def test_refused(scene: Scene, role: str, statement: str, sentence: str) -> None:
    with scene.cursor(role) as cursor, pytest.raises(psycopg2.Error, match=sentence):
        cursor.execute(statement, scene.ids)


@pytest.mark.parametrize("role", ROLES)
def test_the_clock_of_the_book_takes_no_orders(scene: Scene, role: str) -> None:
    """Position, instant and transaction of a posting are given by the database, whatever a statement says."""
    statement = (
        "insert into ledger_posting (company_id, position, verb, recorded_at, made_by)"
        " values (%(company)s, 1, 'raw', '2020-01-01', '1') returning"
        " position = (select max(position) + 1 from ledger_posting where company_id = %(company)s),"
        " recorded_at > now(), made_by = pg_current_xact_id()"
    )
    with scene.cursor(role) as cursor:
        cursor.execute(statement, scene.ids)
        assert cursor.fetchone() == (True, True, True)
