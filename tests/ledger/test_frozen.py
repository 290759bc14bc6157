"""Nothing in the book is ever changed, deleted or emptied: not by the application's role, not by the tables' owner."""

from collections.abc import Iterator

import psycopg2
import pytest

from tests.ledger.raw import ITEM, POSTING, Scene

FACTS = ("posting", "document", "item", "application", "entry", "journalline", "seal")
A_COLUMN = {
    "posting": "verb",
    "document": "reason_code",
    "documenttext": "memo",
    "item": "due_on",
    "application": "reason",
    "entry": "effective_on",
    "journalline": "tax_code",
    "seal": "digest",
    "book": "position",
}
KEY = {"documenttext": "document_id", "book": "company_id"}
ROLES = ("arap_app", "arap_owner")

MERGE = """merge into ledger_{table} t using (select {key} as wanted from ledger_{table} limit 1) w
 on t.{key} = w.wanted when matched then {then}"""
WAYS = {
    "update": "update ledger_{table} set {column} = {column}",
    "update nothing": "update ledger_{table} set {column} = {column} where false",
    "delete": "delete from ledger_{table}",
    "delete nothing": "delete from ledger_{table} where false",
    "truncate": "truncate ledger_{table} cascade",
    "merge into update": MERGE.replace("{then}", "update set {column} = t.{column}"),
    "merge into delete": MERGE.replace("{then}", "delete"),
    "update in a common table expression": (
        "with x as (update ledger_{table} set {column} = {column} returning 1) select 1"
    ),
    "insert on conflict update": (
        "insert into ledger_{table} overriding system value select * from ledger_{table} limit 1"
        " on conflict ({key}) do update set {column} = excluded.{column}"
    ),
}
# a direct update and an update made by a trigger look different to the guards
BY_A_TRIGGER = """
create temp table lever (n int);
create function pg_temp.pull() returns trigger language plpgsql as
  'begin update ledger_{table} set {column} = {column}; return null; end';
create trigger pull after insert on lever for each row execute function pg_temp.pull();
insert into lever values (1)"""
ITEM_COLUMNS = ", ".join(["id", *ITEM])  # all but the generated ones
# words can be erased by the owner, with their salt: that is the one deletion, and only of words
ERASURE = {("documenttext", way) for way in ("delete", "delete nothing", "merge into delete")}


def attacks() -> Iterator[tuple[str, str]]:
    for table, column in A_COLUMN.items():
        for way, text in WAYS.items():
            if (table, way) not in ERASURE:
                if way == "insert on conflict update" and table == "item":
                    continue  # its generated columns; an attack of its own, below
                yield f"{way}: {table}", text.format(table=table, column=column, key=KEY.get(table, "id"))
    yield "all through a parent", "truncate core_company cascade"
    yield "all through customers", "truncate customers_customer cascade"
    yield "update of a derived column", "update ledger_item set open_amount = 0, open_base_amount = 0"
    yield "update after a posting of one's own", f"{POSTING} update ledger_item set due_on = due_on"
    yield (
        "insert on conflict update: item",
        (
            f"insert into ledger_item ({ITEM_COLUMNS}) select {ITEM_COLUMNS} from ledger_item limit 1"
            " on conflict (id) do update set due_on = excluded.due_on"
        ),
    )
    yield "without triggers", "set session_replication_role = replica; update ledger_item set due_on = due_on"
    for table in FACTS:
        yield f"by a trigger of one's own: {table}", BY_A_TRIGGER.format(table=table, column=A_COLUMN[table])
    yield "as a superuser", "set role postgres; update ledger_item set due_on = due_on"


ATTACKS = list(attacks())


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("statement", [text for _, text in ATTACKS], ids=[name for name, _ in ATTACKS])
def test_refused(scene: Scene, role: str, statement: str) -> None:
    with (
        scene.cursor(role) as cursor,
        pytest.raises(psycopg2.Error, match=r"append-only|never changed|permission denied"),
    ):
        cursor.execute(statement, scene.ids)
