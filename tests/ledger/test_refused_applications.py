"""Applications that the database refuses from anybody: each is a right one with one thing changed (see raw.py)."""

import psycopg2
import pytest

from tests.ledger.raw import CREDITED, DEBITED, HERE, LINE, POSTING, Columns, Scene, application, insert

ROLES = ("arap_app", "arap_owner")
BOTH = (CREDITED, DEBITED)
LATEST = "(select max(id) from ledger_application)"


def changed(columns: Columns, **changes: str) -> Columns:
    return {**columns, **changes}


def both(**changes: str) -> tuple[Columns, Columns]:
    return changed(CREDITED, **changes), changed(DEBITED, **changes)


def between(credit: Columns, debit: Columns, amount: str = "40") -> tuple[Columns, Columns]:
    """The pair with other items: each side given as its item, customer, account and so on."""
    credited = {**CREDITED, **credit, "counter_item_id": debit["item_id"], "amount": amount, "base_amount": amount}
    debited = {
        **DEBITED,
        **debit,
        "counter_item_id": credit["item_id"],
        "amount": f"-{amount}",
        "base_amount": f"-{amount}",
    }
    return credited, debited


def rebased(entries: tuple[Columns, ...], base: str) -> list[Columns]:
    signs = ("-" if entry["base_amount"].startswith("-") else "" for entry in entries)
    return [changed(entry, base_amount=f"{sign}{base}") for sign, entry in zip(signs, entries, strict=True)]


def on(day: str, entries: tuple[Columns, ...] = BOTH) -> str:
    moved = [changed(entry, effective_on=f"date '{day}'") for entry in entries]
    return application({"effective_on": f"date '{day}'"}, entries=moved)


def undoing(name: str, day: str, amount: str = "60", **changes: str) -> str:
    """The mirror of the application `name` of the scene."""
    of_june = {"effective_on": f"date '{day}'", "aged_from_on": "date '2026-06-01'"}
    credit, debit = (
        {**columns, "item_id": f"%({name}_{side})s", "counter_item_id": f"%({name}_{counter})s", **of_june}
        | {"amount": f"{sign}{amount}", "base_amount": f"{sign}{amount}", "reverses_id": f"%({name}_entry_{side})s"}
        | changes
        for columns, side, counter, sign in ((CREDITED, "credit", "debit", "-"), (DEBITED, "debit", "credit", ""))
    )
    return application({"effective_on": f"date '{day}'"}, entries=[credit, debit])


INVOICE: Columns = {"item_id": "%(invoice)s", "aged_from_on": "date '2026-07-01'"}
RECEIPT: Columns = {"item_id": "%(receipt)s", "aged_from_on": "date '2026-06-01'"}
IN_JUNE: Columns = {"aged_from_on": "date '2026-06-01'"}
PARENTS = {**IN_JUNE, "item_id": "%(parent_invoice)s", "customer_id": "%(parent)s"}
CHILDS = {**IN_JUNE, "item_id": "%(child_receipt)s", "customer_id": "%(child)s"}
UNIDENTIFIED = {**IN_JUNE, "item_id": "%(unidentified_receipt)s", "customer_id": "null::bigint"}
UNIDENTIFIED |= {"account_id": "%(unidentified)s"}
THEIRS = {**IN_JUNE, "item_id": "%(their_invoice)s", "customer_id": "%(stranger)s"}
THEIRS |= {"account_id": "%(other_receivable)s", "currency": "'USD'"}
FULL = {**IN_JUNE, "item_id": "%(full_till_the_20th_debit)s"}
UNDONE_CREDIT = {**IN_JUNE, "item_id": "%(undone_credit)s"}
UNDONE_DEBIT = {**IN_JUNE, "item_id": "%(undone_debit)s"}
MARCH = (
    {"item_id": "%(march_receipt)s", "aged_from_on": "date '2026-03-01'"},
    {"item_id": "%(march_invoice)s", "aged_from_on": "date '2026-03-01'"},
)
MOVED_LINE: Columns = {
    **LINE,
    "document_id": "null::bigint",
    "application_id": "(select id from a)",
    "posted_on": "date '2026-06-15'",
}
CHILD_TO_PARENT = (
    {**MOVED_LINE, "customer_id": "%(child)s", "amount": "40", "base_amount": "40"},
    {**MOVED_LINE, "line": "2", "customer_id": "%(parent)s", "amount": "-40", "base_amount": "-40"},
)
LATE = {"application_id": LATEST}

RIGHT = {
    "an application": application(),
    "all that is open": application(entries=between(RECEIPT, INVOICE, "100")),
    "within a group, with the lines that move the debt": application(
        entries=between(CHILDS, PARENTS), lines=CHILD_TO_PARENT
    ),
    "before an application that leaves enough": on(
        "2026-06-08", between(RECEIPT, {**IN_JUNE, "item_id": "%(standing_debit)s"})
    ),
    "an undoing": undoing("standing", "2026-06-15"),
    "an undoing of the same day": undoing("standing", "2026-06-10"),
    "into a closed month with a live exception": on("2026-04-15", between(*MARCH)),
}

WRONG = {
    # never beyond what is open, on any day
    "more than is open of the debit": (
        application(
            entries=between({**IN_JUNE, "item_id": "%(child_receipt)s", "customer_id": "%(child)s"}, PARENTS, "101")
        ),
        "ledger_item_open_amount",
    ),
    "more than is left": (
        application(entries=between(RECEIPT, {**IN_JUNE, "item_id": "%(standing_debit)s"}, "41")),
        "ledger_item_open_amount",
    ),
    "more than is left of the credit": (
        application(entries=between({**IN_JUNE, "item_id": "%(standing_credit)s"}, INVOICE, "41")),
        "ledger_item_open_amount",
    ),
    "more than is open, in two statements": (
        application(entries=between(RECEIPT, INVOICE, "60")) + application(entries=between(RECEIPT, INVOICE, "60")),
        "ledger_item_open_amount",
    ),
    "more than is open, made good in the same transaction": (
        "set constraints all deferred; " + application(entries=between(RECEIPT, INVOICE, "101")),
        "ledger_item_open_amount",
    ),
    "an amount below zero": (application(entries=between(INVOICE, RECEIPT, "40")), "must match its item"),
    "a past day beyond the amount": (on("2026-06-15", between(RECEIPT, FULL)), "beyond its amount"),
    "the first day of that span": (on("2026-06-10", between(RECEIPT, FULL)), "beyond its amount"),
    "the last day of that span": (on("2026-06-19", between(RECEIPT, FULL)), "beyond its amount"),
    "a day before that span": (on("2026-06-05", between(RECEIPT, FULL)), "beyond its amount"),
    "base left on an item that is settled": (
        application(entries=rebased(between(RECEIPT, INVOICE, "100"), "99")),
        "ledger_item_no_base_left",
    ),
    "more base than is open": (
        application(entries=rebased(BOTH, "101")),
        "ledger_item_open_base",
    ),
    "base that grows": (
        application(entries=[changed(CREDITED, base_amount="-40"), changed(DEBITED, base_amount="40")]),
        "ledger_item_open_base",
    ),
    "thousandths": (application(entries=between(RECEIPT, INVOICE, "0.001")), "ledger_entry_minor_unit"),
    "nothing": (application(entries=between(RECEIPT, INVOICE, "0")), "not_zero|must match"),
    # two sides that match
    "one side": (application(entries=[CREDITED]), "must be equal"),
    "the other side": (application(entries=[DEBITED]), "must be equal"),
    "unequal sides": (application(entries=[changed(CREDITED, amount="41"), DEBITED]), "must be equal"),
    "an item against itself": (
        application(
            entries=[changed(DEBITED, counter_item_id="%(invoice)s"), changed(DEBITED, counter_item_id="%(invoice)s")]
        ),
        "must match|ledger_entry_application",
    ),
    "a debit against a debit": (
        application(entries=between({**INVOICE}, {**IN_JUNE, "item_id": "%(later_invoice)s"})),
        "must match",
    ),
    "a credit that grows": (
        application(entries=[changed(CREDITED, amount="-40"), changed(DEBITED, amount="40")]),
        "must match",
    ),
    "without entries": (application(entries=[]), "arrives with its entries"),
    "neither an application nor a document": (
        POSTING + insert("entry", changed(CREDITED, application_id="null::bigint")),
        "owner",
    ),
    "a customer who is not the item's": (application(entries=both(customer_id="%(parent)s")), "must match its item"),
    "an account that is not the item's": (application(entries=both(account_id="%(advances)s")), "must match its item"),
    "an age that is not the item's": (
        application(entries=both(aged_from_on="date '2026-01-01'")),
        "must match its item",
    ),
    "a day that is not the application's": (application(entries=both(effective_on="date '2026-06-16'")), "day of its"),
    # one company, one currency, one group
    "customers without a common group": (application(entries=between(RECEIPT, PARENTS)), "one group of customers"),
    "unidentified money": (application(entries=between(UNIDENTIFIED, INVOICE)), "one group of customers"),
    "another company's item": (application(entries=between(RECEIPT, THEIRS)), "foreign key|group|match"),
    "another company's item, in its own book": (
        application({"company_id": "%(other)s"}, entries=both(company_id="%(other)s")),
        "foreign key|closed",
    ),
    "another currency": (
        application(entries=between(RECEIPT, {**IN_JUNE, "item_id": "%(usd_invoice)s", "currency": "'USD'"})),
        "foreign key",
    ),
    "a currency that is not the item's": (application(entries=both(currency="'USD'")), "foreign key"),
    # when
    "before the debit was posted": (
        on("2026-06-15", between(RECEIPT, {"item_id": "%(later_invoice)s", "aged_from_on": "date '2026-06-25'"})),
        "before it is posted",
    ),
    "before the credit was posted": (on("2026-05-31"), "before it is posted|is closed"),
    "in a closed month": (on("2026-05-15", between(*MARCH)), "is closed"),
    "in a month whose exception ran out": (on("2026-03-15", between(*MARCH)), "is closed"),
    "in no month": (on("2035-01-15"), "is closed"),
    # undoing
    "a second undoing": (undoing("undone", "2026-06-25", "100"), "ledger_entry_reverses_id"),
    "an undoing twice at once": (
        undoing("standing", "2026-06-15") + undoing("standing", "2026-06-16"),
        "ledger_entry_reverses_id",
    ),
    "the undoing of an undoing": (
        application(
            entries=[
                {**entry, "reverses_id": f"%(undone_undoing_{side})s"}
                for side, entry in zip(("credit", "debit"), between(UNDONE_CREDIT, UNDONE_DEBIT, "100"), strict=True)
            ]
        ),
        "must match",
    ),
    "an undoing of a part": (undoing("standing", "2026-06-15", "30"), "must mirror"),
    "an undoing with another base": (undoing("standing", "2026-06-15", base_amount="60"), "must mirror|open_base"),
    "an undoing dated before": (undoing("standing", "2026-06-09"), "cannot be dated before"),
    "an undoing in a closed month": (undoing("standing", "2026-05-15"), "is closed|dated before|posted"),
    "an undoing of something else": (
        undoing("standing", "2026-06-15")
        .replace("%(standing_entry_debit)s", "%(swap)s")
        .replace("%(standing_entry_credit)s", "%(standing_entry_debit)s")
        .replace("%(swap)s", "%(standing_entry_credit)s"),
        "must mirror",
    ),
    "an application that undoes another company's": (
        application({"undoes_id": "(select max(id) + 1000 from ledger_application)"}),
        "undoes",
    ),
    "the same amount back, without saying what it undoes": (
        application(entries=[changed(CREDITED, amount="-40"), changed(DEBITED, amount="40")]),
        "must match",
    ),
    # the journal says what the entries say
    "the debt moves, the journal does not": (application(entries=between(CHILDS, PARENTS)), "control account"),
    "base moves, the journal does not": (
        application(entries=[CREDITED, changed(DEBITED, base_amount="-39")]),
        "control account",
    ),
    "lines that do not balance": (
        application(entries=between(CHILDS, PARENTS), lines=[CHILD_TO_PARENT[0]]),
        "do not balance|control account",
    ),
    "lines of another day": (
        application(
            entries=between(CHILDS, PARENTS),
            lines=[changed(line, posted_on="date '2026-06-16'") for line in CHILD_TO_PARENT],
        ),
        "added to application",
    ),
    "lines that move more than the entries": (
        application(
            entries=between(CHILDS, PARENTS),
            lines=[
                {**line, "amount": line["amount"] + "1", "base_amount": line["base_amount"] + "1"}
                for line in CHILD_TO_PARENT
            ],
        ),
        "control account",
    ),
    "control lines for nothing": (application(lines=CHILD_TO_PARENT), "control account"),
    # later
    "an entry in an old posting": (application().replace(HERE, "%(old_position)s"), "is closed"),
    "entries added to an old application": (
        POSTING + insert("entry", *both(application_id="%(standing)s", effective_on="date '2026-06-10'")),
        "foreign key",
    ),
    "entries added a moment later": (
        application()
        + insert(
            "entry",
            *({**entry, **LATE} for entry in between(RECEIPT, {**IN_JUNE, "item_id": "%(standing_debit)s"}, "1")),
        ),
        "in one statement",
    ),
    "lines added a moment later": (
        application(entries=between(CHILDS, PARENTS), lines=CHILD_TO_PARENT)
        + insert("journalline", *({**line, **LATE, "line": f"{n}"} for n, line in enumerate(CHILD_TO_PARENT, 3))),
        "added to application",
    ),
    "first lines added a moment later": (
        application() + insert("journalline", *({**line, **LATE} for line in CHILD_TO_PARENT)),
        "control account",
    ),
    # seals
    "a seal that does not continue the last": (
        "insert into ledger_seal (company_id, from_position, to_position, row_count, previous, digest, sealed_at)"
        " values (%(company)s, 1000, 1001, 1, 'x', 'x', now())",
        "continues the last",
    ),
    "a seal that continues a table of one's own": (
        "create temp table ledger_seal (company_id bigint, to_position bigint, digest text);"
        " insert into ledger_seal values (%(company)s, 1000, 'x');"
        " insert into public.ledger_seal"
        " (company_id, from_position, to_position, row_count, previous, digest, sealed_at)"
        " values (%(company)s, 1001, 1002, 1, 'x', 'x', now())",
        "continues the last",
    ),
    "more than is open, of a table of one's own": (
        "create temp table ledger_item as select * from public.ledger_item;"
        " update ledger_item set amount = 1000, open_amount = 1000, posted_on = '2026-01-01';"
        + application(entries=between(RECEIPT, INVOICE, "101")).replace("ledger_item", "public.ledger_item"),
        "ledger_item_open_amount",
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
