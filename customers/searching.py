"""Finding customers by what somebody remembers of them, by the trigram indexes of migrations/sql/master_data.sql."""

import re

from django.db.models.expressions import RawSQL

NAMED = re.compile(r"%\((\w+)\)s")

TEXT = (
    "lower({c}code || ' ' || {c}name || ' ' || {c}name_local || ' ' || {c}tax_id || ' ' || {c}initials || ' ' ||"
    " {c}phone)"
)
CONTACT = "lower({k}name || ' ' || {k}email || ' ' || {k}phone)"

# Three look-ups by index, not one "or" over three tables, which no index could answer.
MATCHING = f"""
select c.id from customers_customer c
 where c.company_id = %(company)s and {TEXT.format(c="c.")} like %(like)s
union
select k.customer_id from customers_contact k
 where k.company_id = %(company)s and {CONTACT.format(k="k.")} like %(like)s
union
select p.customer_id from customers_payeraccount p where p.company_id = %(company)s and p.account_no = %(text)s
"""  # noqa: S608


def like(text: str) -> str:
    """The pattern of everything that contains `text`, taken literally, in small letters."""
    escaped = text.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def matching(company_id: int, text: str) -> RawSQL:
    """For `filter(pk__in=…)`: the ids of customers of which something contains `text`.

    Code, either name, tax number, pinyin initials and telephone; name, address and telephone of a contact; a payer
    account as a whole.
    """
    values = {"company": company_id, "text": text, "like": like(text)}
    return RawSQL(NAMED.sub("%s", MATCHING), [values[name] for name in NAMED.findall(MATCHING)])  # noqa: S611
