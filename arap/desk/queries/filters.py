"""What the list of customers is narrowed by: written in an address, kept as a view, asked as SQL."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Literal, get_args
from urllib.parse import urlencode

from arap.core.paging import read_number
from customers.searching import OF_ONE, look_ups, values_of

View = Literal["all", "overdue", "credit", "mine", "held"]
Standing = Literal["", "active", "inactive"]

VIEWS: dict[str, str] = {
    "all": "true",
    "overdue": "overdue > 0",
    "credit": "unapplied < 0",
    "mine": "owner_id = {me}",
    "held": "is_held",
}
STANDINGS = {"active": "is_active", "inactive": "not is_active"}
NOBODY = "none"
OF_TEXT = "exists (select from customers_customer f where (f.id = {of} or f.merged_into_id = {of}) and {one})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """A view and what narrows it. `owner` and `terms` are numbers as text, or "none" for customers without one; `group`
    is the number of the customer at its top, `custom` a value of one of the company's own fields ("12:Retail")."""

    view: View = "all"
    q: str = ""
    owner: str = ""
    segment: str = ""
    currency: str = ""
    terms: str = ""
    standing: Standing = ""
    group: str = ""
    custom: str = ""

    def query(self, **changes: Any) -> str:
        """As the query of an address; what is not narrowed is left out."""
        values = {each.name: getattr(self, each.name) for each in fields(self)} | changes
        return urlencode({name: value for name, value in values.items() if value not in ("", None, "all")})

    @property
    def narrowing(self) -> list[str]:
        """The names of what is narrowed, besides the view."""
        return [each.name for each in fields(self) if each.name != "view" and getattr(self, each.name)]


def read_filters(given: Mapping[str, str]) -> Filters:
    """Out of an address. What cannot be read narrows nothing."""
    text = {name: given.get(name, "").replace("\x00", "").strip()[:100] for name in ("q", "segment", "currency")}
    return Filters(
        view=_choice(given.get("view"), get_args(View), "all"),
        q=text["q"],
        segment=text["segment"][:60],
        currency=text["currency"][:3],
        owner=_number_or_none(given.get("owner")),
        terms=_number_or_none(given.get("terms")),
        standing=_choice(given.get("standing"), get_args(Standing), ""),
        custom=_custom(given.get("custom", "")),
        group=str(read_number(given.get("group")) or ""),
    )


def condition(filters: Filters, prefix: str, *, company: int, me: int | None) -> tuple[str, dict[str, Any]]:
    """The filters as SQL on the columns of `listed` (balances.py), with parameters that begin with `prefix`."""
    parts = [VIEWS[filters.view].format(me=f"%({prefix}me)s")]
    values: dict[str, Any] = {"me": me}
    for name in ("owner", "terms"):
        number = getattr(filters, name)
        if number == NOBODY:
            parts.append(f"{name}_id is null")
        elif number:
            parts.append(f"{name}_id = %({prefix}{name})s")
            values[name] = int(number)
    for name in ("segment", "currency"):
        if getattr(filters, name):
            parts.append(f"{name} = %({prefix}{name})s")
            values[name] = getattr(filters, name)
    if filters.custom:
        field, _colon, value = filters.custom.partition(":")
        own = f"o.custom ->> %({prefix}field)s = %({prefix}value)s"
        parts.append(f"exists (select from customers_customer o where o.id = customer_id and {own})")
        values |= {"field": field, "value": value}
    if filters.group:
        parts.append(f"root_id = %({prefix}group)s")
        values["group"] = int(filters.group)
    if filters.standing:
        parts.append(STANDINGS[filters.standing])
    if filters.q:
        parts.append(f"customer_id in ({found_sql(filters.q, prefix)})")
        values |= {"company": company, **values_of(filters.q)}
    return " and ".join(parts), {prefix + name: value for name, value in values.items()}


def found_sql(text: str, prefix: str) -> str:
    """The ids of the customers found by a text, and of those that stand for one that was found."""
    found = look_ups(text)
    for name in ("company", *values_of(text)):
        found = found.replace(f"%({name})s", f"%({prefix}{name})s")
    return f"select coalesce(f.merged_into_id, f.id) from customers_customer f where f.id in ({found})"  # noqa: S608


def of_text(prefix: str, *, of: str) -> str:
    """Whether the customer `of` is found by the text, asked of one at a time: for a word that very many have."""
    sql = OF_TEXT.format(of=of, one=OF_ONE.format(c="f."))
    return sql.replace("%(like)s", f"%({prefix}like)s").replace("%(text)s", f"%({prefix}text)s")


def _custom(given: str) -> str:
    """A value of one of the company's own fields: id of the field, a colon, the value."""
    field, colon, value = given.replace("\x00", "").strip()[:120].partition(":")
    return given.replace("\x00", "").strip()[:120] if colon and value and read_number(field) is not None else ""


def _choice(given: str | None, choices: tuple[Any, ...], default: Any) -> Any:
    return next((choice for choice in choices if choice == given), default)


def _number_or_none(given: str | None) -> str:
    if given == NOBODY:
        return NOBODY
    number = read_number(given)
    return str(number) if number is not None else ""
