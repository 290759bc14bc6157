"""Finding customers by what somebody remembers of them, by indexes (migrations/sql: master_data.sql, pairs.sql)."""

import re

from django.db.models.expressions import RawSQL

NAMED = re.compile(r"%\((\w+)\)s")

TEXT = (
    "lower({c}code || ' ' || {c}name || ' ' || {c}name_local || ' ' || {c}tax_id || ' ' || {c}initials || ' ' ||"
    " {c}phone)"
)
CONTACT = "lower({k}name || ' ' || {k}email || ' ' || {k}phone)"

# Three look-ups by index, not one "or" over three tables, which no index could answer.
LOOK_UPS = """
select c.id from customers_customer c
 where c.company_id = %(company)s and {has_customer}
union
select k.customer_id from customers_contact k
 where k.company_id = %(company)s and {has_contact}
union
select p.customer_id from customers_payeraccount p where p.company_id = %(company)s and p.account_no = %(text)s
"""
CONTAINING = LOOK_UPS.format(
    has_customer=f"{TEXT.format(c='c.')} like %(like)s", has_contact=f"{CONTACT.format(k='k.')} like %(like)s"
)
# The same asked of one customer at a time.
OF_ONE = (
    f"({TEXT} like %(like)s or exists (select from customers_contact k"  # noqa: S608
    f" where k.customer_id = {{c}}id and {CONTACT.format(k='k.')} like %(like)s)"
    " or exists (select from customers_payeraccount p where p.customer_id = {c}id and p.account_no = %(text)s))"
)
# Two characters have no trigram.
PAIRED = LOOK_UPS.format(
    has_customer=f"customers_pairs({TEXT.format(c='c.')}) @> array[%(pair)s]",
    has_contact=f"customers_pairs({CONTACT.format(k='k.')}) @> array[%(pair)s]",
)
PAIR_LENGTH = 2
# A word that very many have: so many of them are enough for a short list that asks to type more.
FEW_MAX = 500
# Codes from the text on, then those of whom something contains it, as the indexes come to them.
CLOSE = """
(select c.id from customers_customer c
  where c.company_id = %(company)s and c.code >= %(code)s and c.code < %(code)s || chr(1114111)
  order by c.code limit %(most)s)
union
(select c.id from customers_customer c
  where c.company_id = %(company)s and c.code >= %(upper)s and c.code < %(upper)s || chr(1114111)
  order by c.code limit %(most)s)
union
"""


def like(text: str) -> str:
    """The pattern of everything that contains `text`, taken literally, in small letters."""
    escaped = text.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def matching(company_id: int, text: str) -> RawSQL:
    """For `filter(pk__in=…)`: the ids of customers of which something contains `text`.

    Code, either name, tax number, pinyin initials and telephone; name, address and telephone of a contact; a payer
    account as a whole.
    """
    sql, values = look_ups(text), {"company": company_id, **values_of(text)}
    return RawSQL(NAMED.sub("%s", sql), [values[name] for name in NAMED.findall(sql)])  # noqa: S611


def few_matching(company_id: int, text: str) -> RawSQL:
    """The same where at most a few are shown: of a word that very many have not all are looked at, but always those
    whose code begins with it."""
    sql = "union\n".join(f"({each.strip()} limit %(most)s)\n" for each in look_ups(text).split("union\n"))
    values = {"company": company_id, "code": text, "upper": text.upper(), "most": FEW_MAX, **values_of(text)}
    sql = CLOSE + sql
    return RawSQL(NAMED.sub("%s", sql), [values[name] for name in NAMED.findall(sql)])  # noqa: S611


def look_ups(text: str) -> str:
    """The question for `text`, with %(company)s and the names of `values_of`."""
    return PAIRED if len(text.lower()) == PAIR_LENGTH else CONTAINING


def values_of(text: str) -> dict[str, str]:
    """What stands for `text` in its question."""
    return {"text": text, "like": like(text), "pair": text.lower()}
