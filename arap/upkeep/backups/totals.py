"""What is counted when a backup is made, and counted again when it has been restored."""

from dataclasses import dataclass
from typing import Any

# Per company: how far its book goes, how many facts it holds, what is open, and the head of its seals.
COMPANIES = """
select c.code,
       jsonb_build_object(
         'position', (select coalesce(max(p.position), 0) from ledger_posting p where p.company_id = c.id),
         'postings', (select count(*) from ledger_posting p where p.company_id = c.id),
         'documents', (select count(*) from ledger_document d where d.company_id = c.id),
         'entries', (select count(*) from ledger_entry e where e.company_id = c.id),
         'open_base', (select coalesce(sum(i.open_base_amount), 0)::text from ledger_item i where i.company_id = c.id),
         'open', (select coalesce(jsonb_object_agg(o.currency, o.total), '{}')
                    from (select i.currency, sum(i.open_amount)::text as total
                            from ledger_item i where i.company_id = c.id and i.open_amount <> 0
                           group by i.currency) o),
         'seal', (select s.digest from ledger_seal s where s.company_id = c.id order by s.to_position desc limit 1))
  from core_company c
 order by c.code
"""

TABLES = """
select c.relname from pg_class c
 where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
 order by c.relname
"""

Totals = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Comparison:
    """One line of the proof: what was counted then and now. `holds` when they are the same."""

    name: str
    then: Any
    now: Any

    @property
    def holds(self) -> bool:
        return bool(self.then == self.now)


def count(cursor: Any) -> tuple[dict[str, Totals], dict[str, int]]:
    """The totals of each company by its code, and the rows of each table, as `cursor`'s transaction sees them."""
    cursor.execute(COMPANIES)
    companies = dict(cursor.fetchall())
    cursor.execute(TABLES)
    names = [name for (name,) in cursor.fetchall()]
    # The names come from the catalogue; the quotes are for those with capitals.
    counts = " union all ".join(f"""select '{name}', count(*) from public."{name}" """ for name in names)  # noqa: S608
    cursor.execute(counts or "select null, null where false")
    return companies, dict(cursor.fetchall())


def compare(then: dict[str, Totals], now: dict[str, Totals]) -> list[Comparison]:
    """Company by company, those included that only one side knows."""
    return [Comparison(code, then.get(code), now.get(code)) for code in sorted({*then, *now})]


def compare_tables(then: dict[str, int], now: dict[str, int]) -> list[Comparison]:
    """Table by table."""
    return [Comparison(name, then.get(name), now.get(name)) for name in sorted({*then, *now})]


def sentence(totals: Totals | None) -> str:
    """The totals in one line."""
    if totals is None:
        return "-"
    opened = ", ".join(f"{amount} {currency}" for currency, amount in sorted(totals["open"].items())) or "0"
    counts = ", ".join(f"{name} {totals[name]}" for name in ("position", "postings", "documents", "entries"))
    return f"{counts}, open {opened}, open in base {totals['open_base']}, seal {totals['seal'] or '-'}"
