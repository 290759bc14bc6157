"""Many clients on the same few items: exactly what is open is applied, and nobody meets a deadlock.

The design and the figures it is held against: domain measurements of naive, unsorted and late locking. The hot loop is
small on purpose: a cool one proves nothing.
"""

import threading
from collections import Counter
from contextlib import closing
from datetime import date
from decimal import Decimal
from functools import partial
from random import Random
from typing import Any

import psycopg2
import pytest
from django.db import connection, transaction
from django.utils import timezone

from arap import servers
from arap.core.actions import close_period, create_company, open_periods
from arap.core.errors import Refused
from arap.core.models import Company, User
from arap.core.queries import period_on
from arap.ledger.actions import seal_ledger, unapply, verify_seals
from arap.ledger.chart import accounts
from arap.ledger.models import Document, Entry, Item
from arap.ledger.queries import position_at
from arap.servers import postgres
from tests.databases import Database
from tests.ledger.book import Bookkeeper, customers
from tests.ledger.clients import at_once, beside
from tests.ledger.proofs import assert_holds, prove
from tests.ledger.raw import CREDITED, DEBITED, application

CLIENTS = 8
ROUNDS = 12
ON = date(2026, 6, 1)


@pytest.fixture
def keeper(committed_db: Database, company: Company, clerk: User) -> Bookkeeper:
    """A clerk of a company with its chart, in a database in which clients commit."""
    return Bookkeeper(company=company, by=clerk)


def hot_items(keeper: Bookkeeper, customer: int, size: int = 4) -> tuple[list[int], list[int]]:
    """Credits and debits of 1,000.00 each."""
    return (
        [keeper.receipt(customer, "1000.00", ON).item_ids[0] for _ in range(size)],
        [keeper.invoice(customer, "1000.00", ON).item_ids[0] for _ in range(size)],
    )


def test_no_over_application(keeper: Bookkeeper) -> None:
    """Eight clients apply several pairs at once, in any order, and undo now and then, round after round."""
    (alpha,) = customers(keeper.company, "ALPHA")
    codes: Counter[str] = Counter()
    for nth in range(ROUNDS):
        credits, debits = hot_items(keeper, alpha)

        seeds = range(nth * CLIENTS, (nth + 1) * CLIENTS)
        crowd = at_once([partial(play, keeper, Random(seed), credits, debits) for seed in seeds])
        assert crowd.errors == []
        codes += sum(crowd.answers, Counter())
        touched = Item.objects.filter(pk__in=[*credits, *debits])
        for item in touched:
            low, high = sorted([Decimal(0), item.amount])
            assert low <= item.open_amount <= high
        credit = sum(item.open_amount for item in touched if item.amount < 0)
        assert credit == -sum(item.open_amount for item in touched if item.amount > 0)
    assert codes["done"] > ROUNDS * CLIENTS // 2, (
        "how many are refused is the scheduler's; that most rounds get through is not"
    )
    assert codes["over_applied"] > 0, "a load on which nobody loses proves nothing"
    assert codes.keys() <= {"done", "undone", "over_applied", "already_undone"}
    assert_holds(keeper.company)


def play(keeper: Bookkeeper, chance: Random, credits: list[int], debits: list[int]) -> Counter[str]:
    codes: Counter[str] = Counter()
    for _ in range(6):
        pairs = [
            (chance.choice(credits), chance.choice(debits), str(chance.choice([100, 250, 400, 1000]))) for _ in range(2)
        ]
        try:
            if chance.random() < 0.15:
                live = list(Entry.objects.filter(item_id=chance.choice(credits), reverses=None, reversed_by=None)[:2])
                if live:
                    ids = [entry.pk for entry in live]
                    unapply(keeper.company, ids, effective_on=ON, by=keeper.by, reason="test")
                    codes["undone"] += 1
                continue
            keeper.apply_pairs(pairs, ON)
            codes["done"] += 1
        except Refused as refusal:
            codes[refusal.code if str(refusal).endswith(".") else "no sentence"] += 1
    return codes


def test_two_clerks_at_the_same_instant(keeper: Bookkeeper) -> None:
    """Exactly one wins; the other reads which document has nothing left."""
    (alpha,) = customers(keeper.company, "ALPHA")
    for nth in range(5):
        invoice = keeper.invoice(alpha, "100.00", ON, number=f"INV-{nth}").item_ids[0]
        receipts = [keeper.receipt(alpha, "100.00", ON).item_ids[0] for _ in range(2)]
        crowd = at_once([partial(keeper.apply, pk, invoice, "100.00", ON) for pk in receipts])
        assert len(crowd.answers) == 1
        (loser,) = crowd.errors
        assert isinstance(loser, Refused)
        assert loser.code == "over_applied"
        assert f"INV-{nth} has only CNY 0.00 open" in str(loser)
    prove(keeper.company)


def test_raw_sql_that_takes_no_locks(keeper: Bookkeeper, committed_db: Database) -> None:
    """Statements by hand, without the book's locks: some fail, none over-applies."""
    (alpha,) = customers(keeper.company, "ALPHA")
    (credit,), (debit,) = hot_items(keeper, alpha, 1)
    keeper.apply(credit, debit, "1.00", ON)
    by_hand = {"aged_from_on": f"date '{ON}'", "amount": "300", "base_amount": "300", "effective_on": f"date '{ON}'"}
    minus = {**by_hand, "amount": "-300", "base_amount": "-300"}
    statement = application({"effective_on": f"date '{ON}'"}, entries=[{**CREDITED, **by_hand}, {**DEBITED, **minus}])
    ids = {
        "company": keeper.company.pk,
        "alpha": alpha,
        "receipt": credit,
        "invoice": debit,
        **accounts(keeper.company),
    }

    def client() -> str:
        with closing(postgres.connect(servers.var_folder(), user=postgres.OWNER, database=committed_db.name)) as raw:
            raw.autocommit = False
            with raw.cursor() as cursor:
                try:
                    cursor.execute("set role arap_app")
                    cursor.execute(statement, ids)
                    raw.commit()
                except psycopg2.Error as error:
                    raw.rollback()
                    return str(error.diag.constraint_name)
                return "done"

    crowd = at_once([client] * CLIENTS)
    assert crowd.errors == []
    assert Counter(crowd.answers) == {"done": 3, "ledger_item_open_amount": CLIENTS - 3}
    assert Item.objects.get(pk=debit).open_amount == 99
    assert_holds(keeper.company)


def test_numbers_and_positions_without_a_gap(keeper: Bookkeeper) -> None:
    """Eight writers of two kinds, one act in five rolled back; a reader sees positions only in order, without holes."""
    (alpha,) = customers(keeper.company, "ALPHA")
    stop = threading.Event()

    def writer(seed: int) -> int:
        chance, kept = Random(seed), 0
        for _ in range(12):
            with transaction.atomic():
                if chance.random() < 0.5:
                    keeper.invoice(alpha, "1.00", ON)
                else:
                    keeper.receipt(alpha, "1.00", ON)
                if chance.random() < 0.2:
                    transaction.set_rollback(True)
                else:
                    kept += 1
        return kept

    def reader() -> int:
        looks = 0
        with connection.cursor() as cursor:
            while not stop.is_set():
                cursor.execute(
                    "select count(*), coalesce(max(position), 0), coalesce(bool_and(rising), true) from ("
                    " select position, recorded_at > coalesce(lag(recorded_at) over (order by position), '-infinity')"
                    " as rising from ledger_posting) p"
                )
                seen, last, rising = cursor.fetchone()
                assert (seen, rising) == (last, True)
                looks += 1
        return looks

    watching = beside(reader)
    crowd = at_once([partial(writer, seed) for seed in range(CLIENTS)])
    stop.set()
    assert watching.result() > 5
    assert crowd.errors == []
    posted = Document.objects.filter(company=keeper.company)
    assert posted.count() == sum(crowd.answers)
    for kind, prefix in (("invoice", "INV"), ("receipt", "R")):
        numbers = sorted(posted.filter(kind=kind).values_list("number", flat=True))
        assert numbers == [f"{prefix}-2026-{n:06d}" for n in range(1, len(numbers) + 1)]
    assert_holds(keeper.company)


def test_posting_races_with_closing(keeper: Bookkeeper, controller: User) -> None:
    """Nothing enters a period once it is closed, and what was under way before is in."""
    (alpha,) = customers(keeper.company, "ALPHA")
    for month in (1, 2, 3):
        on = date(2026, month, 15)
        period = period_on(keeper.company, on)
        started = threading.Semaphore(0)

        def writer(on: date = on, started: threading.Semaphore = started) -> int:
            kept = 0
            try:
                for _ in range(20):
                    keeper.invoice(alpha, "1.00", on)
                    kept += 1
                    started.release()
            except Refused as refusal:
                started.release()
                if refusal.code != "period_closed":
                    raise
            return kept

        def closer(on: date = on, period: Any = period, started: threading.Semaphore = started) -> tuple[str, int]:
            for _ in range(6):
                started.acquire(timeout=30)
            close_period(keeper.company, period, by=controller)
            return "closed with", Document.objects.filter(company=keeper.company, posted_on=on).count()

        crowd = at_once([closer, *[writer] * 4])
        assert crowd.errors == []
        ((_, at_the_close),) = [answer for answer in crowd.answers if isinstance(answer, tuple)]
        written = sum(answer for answer in crowd.answers if isinstance(answer, int))
        assert at_the_close == written == Document.objects.filter(company=keeper.company, posted_on=on).count()
    assert_holds(keeper.company)


@pytest.mark.parametrize("ends", ["commits", "rolls back"])
@pytest.mark.parametrize("first_ever", [True, False])
def test_what_was_known_waits_for_the_posting_under_way(
    keeper: Bookkeeper, owner_connection: Any, ends: str, first_ever: bool
) -> None:
    """Asked in the middle of a posting, "known now" answers when that is decided, and never otherwise afterwards."""
    (alpha,) = customers(keeper.company, "ALPHA")
    before = 0 if first_ever else keeper.invoice(alpha, "1.00", ON).position
    with transaction.atomic():
        keeper.invoice(alpha, "2.00", ON)
        instant = timezone.now()
        asking = beside(lambda: position_at(keeper.company, known_at=instant))
        asking.wait_until_blocked(owner_connection.cursor())
        transaction.set_rollback(ends == "rolls back")
    answer = asking.result()
    assert answer == before + (ends == "commits")
    keeper.invoice(alpha, "3.00", ON)
    assert position_at(keeper.company, known_at=instant) == answer
    assert position_at(keeper.company, known_at=None) == answer + 1


def test_reports_of_now_do_not_wait(keeper: Bookkeeper) -> None:
    """A page that asks for the latest position reads what is committed."""
    (alpha,) = customers(keeper.company, "ALPHA")
    with transaction.atomic():
        keeper.invoice(alpha, "2.00", ON)
        assert beside(lambda: position_at(keeper.company, known_at=None)).result() == 0


def test_sealing_and_posting_do_not_wait_for_each_other(keeper: Bookkeeper) -> None:
    (alpha,) = customers(keeper.company, "ALPHA")
    keeper.invoice(alpha, "1.00", ON)
    with transaction.atomic():
        keeper.invoice(alpha, "2.00", ON)
        sealed = beside(lambda: seal_ledger(keeper.company)).result()
        assert sealed.to_position == 1, "a posting under way is not sealed"
    with transaction.atomic():
        assert seal_ledger(keeper.company) is not None
        assert beside(lambda: keeper.invoice(alpha, "3.00", ON)).result().position == 3
        with pytest.raises(Refused, match="being sealed"):
            beside(lambda: seal_ledger(keeper.company)).result()
    assert seal_ledger(keeper.company) is not None
    assert [(check.seal.to_position, check.holds) for check in verify_seals(keeper.company)] == [
        (1, True), (2, True), (3, True),
    ]  # fmt: skip


def test_companies_do_not_wait_for_each_other(keeper: Bookkeeper) -> None:
    other = create_company(code="second", name="Second", base_currency="CNY", by=None)
    open_periods(other, 2026, by=None)
    theirs = Bookkeeper(company=other)
    (alpha,), (beta,) = customers(keeper.company, "ALPHA"), customers(other, "BETA")
    with transaction.atomic():
        keeper.invoice(alpha, "1.00", ON)
        assert beside(lambda: theirs.invoice(beta, "1.00", ON)).result().position == 1


def test_the_same_key_at_once_posts_once(keeper: Bookkeeper) -> None:
    (alpha,) = customers(keeper.company, "ALPHA")
    crowd = at_once([lambda: keeper.invoice(alpha, "1.00", ON, key="K")] * CLIENTS)
    assert len(crowd.answers) == 1
    assert {error.code for error in crowd.errors if isinstance(error, Refused)} == {"duplicate_key"}
    assert len(crowd.errors) == CLIENTS - 1
    prove(keeper.company)
