"""A standing answers as the report does, to the cent, whatever was booked since; and its invariants can fail."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from aging import standings, tasks
from aging.actions import refresh_standings
from aging.models import Standing
from aging.pages import cut, rank
from aging.queries import AgingReport, AgingRow, aging, proofs
from aging.rules import month_ends_before
from aging.standing_groups import GROUPED, group_page, member_rows
from aging.standings import kept_totals, standing_at
from arap.core.models import Company, Role, User
from arap.desk.queries.balances import BalanceQuery, BalanceRow, Sort, balances
from arap.desk.queries.filters import Filters
from arap.desk.queries.tab_counts import counts
from arap.ledger.checks import check, invariants
from arap.ledger.queries import position_at
from customers.actions import merge_customer, unmerge_customer
from customers.models import Customer
from tests.aging.world import FIRST, World, build
from tests.databases import Database
from tests.pages import text_of
from tests.people import hire
from tests.stories import tell

OURS = [each for each in invariants() if each.name.startswith("aging/")]
AS_OF = FIRST + timedelta(days=700)


@pytest.fixture
def growing(committed_db: Database, company: Company, controller: User) -> World:
    """A random book that goes on."""
    return build(company, controller, seed=7, acts=60)


def report(company: Company, by: str = "customer", currency: str | None = None) -> AgingReport:
    position = position_at(company, known_at=None)
    return aging(company, as_of=AS_OF, position=position, by=by, currency=currency, base=True)


def pages(company: Company, bucket: int | None) -> list[AgingRow]:
    """All rows of the standing, page after page."""
    standing = standing_at(company, as_of=AS_OF, position=position_at(company, known_at=None))
    assert standing is not None
    rows: list[AgingRow] = []
    more = True
    after: Sequence[str] = ()
    while more:
        page, more = standings.ranked(standing, bucket=bucket, after=after, limit=3)
        rows += page
        after = [f"{page[-1].base_total:f}", str(page[-1].key or ""), page[-1].currency] if page else ()
    assert standings.row_count(standing, bucket=bucket) == len(rows)
    return rows


def assert_the_same(company: Company) -> None:
    """The standing says what the report says."""
    made = report(company)
    standing = standing_at(company, as_of=AS_OF, position=made.position)
    assert standing is not None
    for bucket in (None, 0, 4):
        assert pages(company, bucket) == cut(made.rows, bucket=bucket, after=(), limit=1)[0]
    totals = standings.totals(standing)
    assert totals == list(made.totals)
    assert standings.proofs(standing, totals) == proofs(company, made)
    assert standings.counted(standing) == len({row.key for row in made.rows} - {None})
    assert [check(company, invariant).rows for invariant in OURS] == [[], [], []]


def grouped(company: Company, by: str, bucket: int | None, only: str) -> list[AgingRow]:
    """All rows of the standing by owner, segment or group, page after page."""
    standing = standing_at(company, as_of=AS_OF, position=position_at(company, known_at=None), grouped=True)
    assert standing is not None
    rows: list[AgingRow] = []
    more = True
    after: Sequence[str] = ()
    while more:
        page, count, more = group_page(standing, by=by, bucket=bucket, after=after, limit=2, only=only)
        rows += page
        after = [f"{page[-1].base_total:f}", str(page[-1].key or ""), page[-1].currency] if page else ()
    assert count == len(rows)
    return rows


def assert_the_same_by(company: Company) -> None:
    """By owner, segment, group and in one currency, too; and the customers behind each row are those of the report."""
    position = position_at(company, known_at=None)
    standing = standing_at(company, as_of=AS_OF, position=position, grouped=True)
    assert standing is not None
    everybody = report(company).rows
    under = {
        pk: {"owner": owner, "segment": segment}
        for pk, owner, segment in Customer.objects.values_list("pk", "owner_id", "segment")
    }
    for by in GROUPED:
        for bucket, only in ((None, ""), (4, ""), (None, "USD")):
            made = report(company, by, only or None)
            assert grouped(company, by, bucket, only) == cut(made.rows, bucket=bucket, after=(), limit=1)[0]
    for by in ("owner", "segment"):
        for row in report(company, by).rows:
            wanted = [
                each
                for each in everybody
                if each.currency == row.currency
                and (not row.key if each.key is None else (under[each.key][by] or None) == (row.key or None))
            ]
            found, count = member_rows(
                standing, by=by, key=str(row.key or "-"), currency=row.currency, limit=len(wanted) + 1
            )
            assert (found, count) == (sorted(wanted, key=rank), len(wanted))
    of_currency = sorted((each for each in everybody if each.currency == "CNY"), key=rank)
    found, count = member_rows(standing, by="currency", key="-", currency="CNY", limit=2)
    assert (found, count) == (of_currency[:2], len(of_currency))


def test_by_owner_segment_and_group_whoever_moved_since(growing: World, controller: User) -> None:
    company, chance = growing.company, growing.random
    owners = [hire(company, f"owner-{nth}", Role.CLERK).pk for nth in range(2)]
    people = list(Customer.objects.filter(pk__in=growing.people).order_by("pk"))
    for nth, customer in enumerate(people[::2]):
        Customer.objects.filter(pk=customer.pk).update(owner_id=owners[nth % 2], segment=("Key", "Retail")[nth % 2])
    refresh_standings(company, as_of=AS_OF)
    assert_the_same_by(company)
    moves: list[dict[str, int | str | None]] = [
        {"owner_id": owners[0]}, {"owner_id": None}, {"segment": "New"}, {"segment": ""},
        {"parent_id": people[0].pk}, {"parent_id": None},
    ]  # fmt: skip
    for _round in range(10):
        chance.choice([growing.post, growing.apply, growing.unapply])()
        Customer.objects.filter(pk=chance.choice(people[1:]).pk).update(**chance.choice(moves))
        assert_the_same_by(company)
        assert_the_same(company)
    assert Standing.objects.filter(with_rows=True).count() == 1, "it was made once"
    merge_customer(people[2], people[3], by=controller)
    refresh_standings(company, as_of=AS_OF)
    assert_the_same_by(company)


def test_a_move_that_is_not_committed_yet_is_not_lost(growing: World) -> None:
    """Its number is not below the horizon of a standing that could not see it."""
    company = growing.company
    mover = growing.people[0]
    with connection.copy().cursor() as other:
        other.execute("begin")
        other.execute("update customers_customer set segment = 'Late' where id = %s", [mover])
        refresh_standings(company, as_of=AS_OF)
        assert_the_same_by(company)
        other.execute("commit")
        other.connection.close()
    assert_the_same_by(company)
    assert "Late" in {row.key for row in report(company, "segment").rows}


def test_of_another_database_only_what_does_not_depend_on_its_transactions(growing: World) -> None:
    refresh_standings(growing.company, as_of=AS_OF)
    Standing.objects.update(cluster="elsewhere/1")
    position = position_at(growing.company, known_at=None)
    assert standing_at(growing.company, as_of=AS_OF, position=position) is not None
    assert standing_at(growing.company, as_of=AS_OF, position=position, grouped=True) is None
    assert refresh_standings(growing.company, as_of=AS_OF) == 1


def test_whatever_is_booked_since_it_says_what_the_report_says(growing: World) -> None:
    company = growing.company
    refresh_standings(company, as_of=AS_OF)
    assert_the_same(company)
    for _round in range(12):
        growing.random.choice([growing.post, growing.apply, growing.apply, growing.unapply, growing.transfer])()
        assert_the_same(company)
    assert Standing.objects.filter(with_rows=True).count() == 1, "it was made once"


def test_an_earlier_position_is_answered_as_it_was_known(growing: World) -> None:
    company = growing.company
    refresh_standings(company, as_of=AS_OF)
    before, then = report(company), position_at(company, known_at=None)
    growing.post()
    standing = standing_at(company, as_of=AS_OF, position=then)
    assert standing is not None
    assert standings.totals(standing) == list(before.totals)
    assert standing_at(company, as_of=AS_OF, position=then - 1) is None
    assert standing_at(company, as_of=AS_OF + timedelta(days=1), position=then) is None


def test_merging_asks_for_a_new_one(growing: World, controller: User) -> None:
    company = growing.company
    one, other = Customer.objects.filter(company=company).order_by("pk")[:2]
    refresh_standings(company, as_of=AS_OF)
    merged = merge_customer(one, other, by=controller)
    assert standing_at(company, as_of=AS_OF, position=position_at(company, known_at=None)) is None
    refresh_standings(company, as_of=AS_OF)
    growing.post()
    assert_the_same(company)
    unmerge_customer(merged, by=controller)
    assert standing_at(company, as_of=AS_OF, position=position_at(company, known_at=None)) is not None, "as before"
    assert_the_same(company)


def test_month_ends_are_kept_while_they_are_true(growing: World) -> None:
    company = growing.company
    assert refresh_standings(company, as_of=AS_OF) == 12
    assert refresh_standings(company, as_of=AS_OF) == 0, "all is new enough"
    days = month_ends_before(AS_OF, 11)
    for _round in range(8):
        growing.random.choice([growing.post, growing.apply, growing.unapply, growing.transfer])()
        position = position_at(company, known_at=None)
        for on, rows in kept_totals(company, days, position=position).items():
            true = aging(company, as_of=on, position=position, by="currency", base=True).rows
            assert sorted(rows, key=lambda row: row.currency) == sorted(true, key=lambda row: row.currency)
    refresh_standings(company, as_of=AS_OF)
    assert kept_totals(company, days, position=position_at(company, known_at=None)).keys() == set(days)
    assert Standing.objects.filter(with_rows=False).count() == 11, "what was superseded is gone"


def test_too_much_booked_since_is_added_up(growing: World, monkeypatch: pytest.MonkeyPatch) -> None:
    refresh_standings(growing.company, as_of=AS_OF)
    monkeypatch.setattr("aging.standings.TOUCHED_MAX", 0)
    position = position_at(growing.company, known_at=None)
    assert standing_at(growing.company, as_of=AS_OF, position=position) is not None
    growing.post()
    position = position_at(growing.company, known_at=None)
    assert standing_at(growing.company, as_of=AS_OF, position=position) is None


def listed(company: Company, sort: Sort, filters: Filters, owner: int) -> list[BalanceRow]:
    """The list of customers, page after page; going back from a page shows the one before it."""
    asked = BalanceQuery(
        as_of=AS_OF, position=position_at(company, known_at=None), filters=filters, owner_id=owner, sort=sort, limit=2
    )
    rows: list[BalanceRow] = []
    last: list[BalanceRow] = []
    page = balances(company, asked)
    while True:
        if last:
            assert balances(company, replace(asked, before=page.rows[0].key(sort))).rows == last
        rows += page.rows
        if not page.has_next:
            return rows
        last = page.rows
        page = balances(company, replace(asked, after=last[-1].key(sort)))


def test_the_list_of_customers_is_the_same_with_and_without(growing: World, monkeypatch: pytest.MonkeyPatch) -> None:
    company = growing.company
    owner = hire(company, "owner", Role.CLERK).pk
    Customer.objects.filter(company=company, pk__in=growing.people[::2]).update(owner_id=owner, segment="Key")
    Customer.objects.filter(company=company, pk__in=growing.people[1:]).update(name="Trading house")
    refresh_standings(company, as_of=AS_OF)
    growing.post()
    growing.apply()
    some = [
        Filters(), Filters(view="overdue"), Filters(view="mine"), Filters(view="credit"), Filters(currency="CNY"),
        Filters(segment="Key"), Filters(owner=str(owner), view="overdue"), Filters(q="trading"),
        Filters(q="tr", view="overdue"),
    ]  # fmt: skip
    sorts: tuple[Sort, ...] = ("overdue", "balance", "code")
    asked = [(sort, filters) for sort in sorts for filters in some]
    counted = some_counts(company, some, owner)
    plain = [*(filters for filters in some if not filters.q), Filters(view="held")]
    counted_plain = some_counts(company, plain, owner)
    with CaptureQueriesContext(connection) as captured:
        with_it = [listed(company, sort, filters, owner) for sort, filters in asked]
    assert any("aging_standingrow" in each["sql"] for each in captured)
    for few, many in ((0, 1_000), (0, 0)):  # what is found counts as many, and as too many to be named
        monkeypatch.setattr("arap.desk.queries.balances.FEW_FOUND_MAX", few)
        monkeypatch.setattr("arap.desk.queries.balances.FOUND_MAX", many)
        assert with_it == [listed(company, sort, filters, owner) for sort, filters in asked]
    Standing.objects.update(as_of=date(2000, 1, 1))
    assert with_it == [listed(company, sort, filters, owner) for sort, filters in asked]
    assert min(map(len, with_it)) > 2
    assert counted_plain == some_counts(company, plain, owner)
    assert counted == some_counts(company, some, owner) == [len(rows) for rows in with_it[: len(some)]]


def some_counts(company: Company, views: list[Filters], owner: int) -> list[int]:
    return counts(company, views, as_of=AS_OF, position=position_at(company, known_at=None), owner_id=owner)


CHANGES = [
    "update aging_standingrow set total = total + 1 where id = (select min(id) from aging_standingrow)",
    "update aging_standingrow set items = items + 1 where id = (select min(id) from aging_standingrow)",
    "delete from aging_standingrow where id = (select min(id) from aging_standingrow)",
    "update aging_standingtotal set unapplied = unapplied + 1",
    "update aging_standingtotal set total = total + 1 where standing_id in (select id from aging_standing"
    " where not with_rows)",
    "update aging_standingtotal set rows = rows + 1",
    "update aging_standingcontrol set amount = amount + 1",
    "update aging_standinggroup set total = total + 1, unapplied = unapplied + 1 where by = 'segment'",
    "delete from aging_standinggroup where id = (select min(id) from aging_standinggroup)",
    "update aging_standingrow set segment = 'moved' where id = (select min(id) from aging_standingrow"
    " where customer_id is not null)",
]


def test_the_invariants_see_what_is_wrong(growing: World) -> None:
    refresh_standings(growing.company, as_of=AS_OF)
    for change in CHANGES:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute(change)
            assert any(check(growing.company, each).rows for each in OURS), change
            transaction.set_rollback(True)
    assert not any(check(growing.company, each).rows for each in OURS)


@pytest.mark.django_db
def test_the_clock_keeps_one_for_each_company(company: Company, clerk: User, other_company: Company) -> None:
    tell(company, clerk)
    assert tasks.refresh_all_standings() == 2
    assert {each.company for each in Standing.objects.filter(with_rows=True)} == {company, other_company}


@pytest.mark.django_db
def test_pages_show_the_same_with_and_without(company: Company, clerk: User, as_clerk: Client) -> None:
    tell(company, clerk)
    groups = [f"/aging/?by={by}" for by in ("owner", "segment", "parent", "currency")]
    urls = (
        "/", "/aging/", "/aging/?bucket=0", "/aging/?currency=CNY", *groups, "/aging/?by=currency&bucket=0",
        "/aging/items/?by=owner&key=-&of_currency=CNY", "/aging/items/?by=currency&key=-&of_currency=CNY",
        "/customers/", "/customers/?sort=balance", "/aging-chart/",
    )  # fmt: skip
    shown = {url: words(as_clerk, url) for url in urls}
    tasks.refresh_all_standings()
    for url, before in shown.items():
        assert words(as_clerk, url) == before, url


def words(client: Client, url: str) -> list[str]:
    """The words of a page, but for how long it took and what time it is."""
    return re.sub(r"\d+\.\d\d s\b|\d\d:\d\d(:\d\d)?", "", text_of(client.get(url))).split()
