"""Customers and the people there."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from arap.api.errors import invalid
from arap.api.etags import check_match, etag_of
from arap.api.operations import Answer, Call, operation
from arap.api.paging import PAGING, page, page_of
from arap.api.records import Many, Problem, Record
from arap.api.shapes import Choice, Email, Flag, Id, Text
from arap.core.errors import Forbidden
from arap.core.models import Company, Membership, User
from arap.core.models.companies import LANGUAGES
from customers.actions import NewCustomer, add_contact, create_customer, set_parent, update_customer
from customers.models import Contact, Customer, PaymentTerms
from customers.queries import search

LANGUAGE_CODES = [code for code, _name in LANGUAGES]
CURRENCY = "[A-Z]{3}"

CUSTOMER = Record(
    "Customer",
    {
        "id": Id(),
        "code": Text(60),
        "name": Text(200),
        "name_local": Text(200),
        "country": Text(10),
        "tax_id": Text(40),
        "address": Text(500),
        "segment": Text(60),
        "owner": Text(150, null=True, about=gettext_lazy("User name of who looks after the customer.")),
        "language": Choice(LANGUAGE_CODES),
        "currency": Text(3),
        "terms": Text(30, null=True, about=gettext_lazy("Code of the payment terms.")),
        "parent": Text(60, null=True, about=gettext_lazy("Code of the customer that this one stands under.")),
        "payer_accounts": Many(Text(60), 1000, about=gettext_lazy("Bank accounts the customer pays from.")),
        "is_active": Flag(),
    },
)
NEW_CUSTOMER = Record(
    "NewCustomer",
    {
        "code": Text(60, least=1),
        "name": Text(200, least=1),
        "currency": Text(3, pattern=CURRENCY),
        "name_local": Text(200, default=""),
        "country": Text(10, default=""),
        "tax_id": Text(40, default=""),
        "segment": Text(60, default=""),
        "owner": Text(150, null=True, default=None),
        "language": Choice(LANGUAGE_CODES, default="en"),
        "terms": Text(30, null=True, default=None),
        "parent": Text(60, null=True, default=None),
        "payer_accounts": Many(Text(60, least=1), 50, default=()),
        "email": Email(default="", about=gettext_lazy("Becomes a contact who receives every paper.")),
    },
)
CHANGED_CUSTOMER = Record(
    "ChangedCustomer",
    {
        "name": Text(200, least=1),
        "name_local": Text(200),
        "country": Text(10),
        "tax_id": Text(40),
        "address": Text(500),
        "segment": Text(60),
        "owner": Text(150, null=True),
        "language": Choice(LANGUAGE_CODES),
        "currency": Text(3, pattern=CURRENCY),
        "terms": Text(30, null=True),
        "parent": Text(60, null=True),
        "is_active": Flag(),
    },
)
CONTACT = Record(
    "Contact",
    {
        "id": Id(),
        "name": Text(150),
        "email": Text(254),
        "phone": Text(60),
        "language": Choice(LANGUAGE_CODES),
        "roles": Many(Choice(Contact.ContactRole.values), 10),
        "receives": Many(Choice(Contact.Paper.values), 10),
    },
)
NEW_CONTACT = Record(
    "NewContact",
    {
        "name": Text(150, least=1),
        "email": Email(),
        "phone": Text(60, default=""),
        "language": Choice(LANGUAGE_CODES, default="en"),
        "receives": Many(Choice(Contact.Paper.values), 10, default=()),
    },
)
FILTERS = Record(
    "CustomerFilters",
    {
        **PAGING,
        "q": Text(100, default="", about=gettext_lazy("Part of code or name; or a tax number or payer account.")),
        "code": Text(60, default="", about=gettext_lazy("Exactly this code.")),
        "segment": Text(60, default=""),
        "is_active": Flag(default=None),
    },
)


@operation(
    "GET",
    "customers/",
    "customer.view",
    summary=gettext_lazy("Customers, first entered first"),
    query=FILTERS,
    answer=page_of(CUSTOMER),
)
def customers_list(call: Call) -> Answer:
    query = call.query
    found = search(call.company, query["q"]) if query["q"] else Customer.objects.filter(company=call.company)
    if query["code"]:
        found = found.filter(code=query["code"])
    if query["segment"]:
        found = found.filter(segment=query["segment"])
    if query["is_active"] is not None:
        found = found.filter(is_active=query["is_active"])
    return page(call, _whole(found), _shown, newest_first=False)


@operation(
    "POST",
    "customers/",
    "customer.edit",
    summary=gettext_lazy("Create a customer"),
    body=NEW_CUSTOMER,
    answer=CUSTOMER,
    status=201,
)
def customers_create(call: Call) -> Answer:
    given = dict(call.body)
    parent, owner, terms = given.pop("parent"), given.pop("owner"), given.pop("terms")
    if parent:
        _may_regroup(call)
    person, agreed = _owner(call.company, owner), terms_of(call, terms)
    new = NewCustomer(
        **{**given, "payer_accounts": tuple(given["payer_accounts"])},
        parent_code=parent or "",
        owner_id=person.pk if person else None,
        terms_id=agreed.pk if agreed else None,
    )
    return _answer(call, create_customer(call.company, new, by=call.user).pk, status=201)


@operation("GET", "customers/{id}/", "customer.view", summary=gettext_lazy("One customer"), answer=CUSTOMER)
def customers_read(call: Call) -> Answer:
    return _answer(call, call.row(Customer).pk)


@operation(
    "PATCH",
    "customers/{id}/",
    "customer.edit",
    summary=gettext_lazy("Change a customer"),
    about=gettext_lazy("What is left out stays as it is."),
    body=CHANGED_CUSTOMER,
    answer=CUSTOMER,
    matches=True,
)
def customers_change(call: Call) -> Answer:
    customer = call.row(Customer.objects.select_for_update(no_key=True))
    check_match(call.if_match, _answer(call, customer.pk).etag)
    changes = dict(call.body)
    if "parent" in changes:
        _may_regroup(call)
        code = changes.pop("parent")
        set_parent(customer, customer_of(call, code, "parent") if code else None, by=call.user)
    if "owner" in changes:
        changes["owner"] = _owner(call.company, changes["owner"])
    if "terms" in changes:
        changes["terms"] = terms_of(call, changes["terms"])
    if changes:
        update_customer(customer, by=call.user, **changes)
    return _answer(call, customer.pk)


@operation(
    "GET",
    "customers/{id}/contacts/",
    "customer.view",
    summary=gettext_lazy("The people at a customer"),
    query=Record("ContactPaging", PAGING),
    answer=page_of(CONTACT),
)
def contacts_list(call: Call) -> Answer:
    found = Contact.objects.filter(company=call.company, customer=call.row(Customer))
    return page(call, found, lambda rows: [_contact(row) for row in rows], newest_first=False)


@operation(
    "POST",
    "customers/{id}/contacts/",
    "customer.edit",
    summary=gettext_lazy("Note a person at a customer, and which papers they receive"),
    body=NEW_CONTACT,
    answer=CONTACT,
    status=201,
)
def contacts_create(call: Call) -> Answer:
    contact = add_contact(call.row(Customer), **call.body, by=call.user)
    return Answer(_contact(contact), 201)


def customer_of(call: Call, code: str, field: str = "customer") -> Customer:
    """The customer with that code; a problem of `field` where there is none."""
    found = Customer.objects.filter(company=call.company, code=code).first()
    if found is None:
        raise invalid([Problem(_("There is no customer “%(code)s”.") % {"code": code}, field)])
    return found


def terms_of(call: Call, code: str | None) -> PaymentTerms | None:
    """The active payment terms with that code; a problem of the field `terms` where there are none."""
    if not code:
        return None
    found = PaymentTerms.objects.filter(company=call.company, code=code, is_active=True).first()
    if found is None:
        raise invalid([Problem(_("There are no payment terms “%(code)s”.") % {"code": code}, "terms")])
    return found


def _whole(customers: QuerySet[Customer]) -> QuerySet[Customer]:
    return customers.select_related("terms", "parent", "owner").prefetch_related("payer_accounts")


def _answer(call: Call, pk: int, *, status: int = 200) -> Answer:
    data = _shown([_whole(Customer.objects.filter(company=call.company)).get(pk=pk)])[0]
    location = f"/api/v1/customers/{pk}/" if status == 201 else ""
    return Answer(data, status, location, etag_of(data))


def _shown(customers: Sequence[Customer]) -> list[dict[str, Any]]:
    plain = ("id", "code", "name", "name_local", "country", "tax_id", "address", "segment", "language", "currency")
    return [
        {
            **{name: getattr(customer, name) for name in plain},
            "owner": customer.owner.username if customer.owner else None,
            "terms": customer.terms.code if customer.terms else None,
            "parent": customer.parent.code if customer.parent else None,
            "payer_accounts": [account.account_no for account in customer.payer_accounts.all()],
            "is_active": customer.is_active,
        }
        for customer in customers
    ]


def _contact(contact: Contact) -> dict[str, Any]:
    return {name: getattr(contact, name) for name in CONTACT.fields}


def _may_regroup(call: Call) -> None:
    if "customer.regroup" not in call.verbs:
        raise Forbidden("forbidden", gettext_lazy("This token may not put customers under others."))


def _owner(company: Company, username: str | None) -> User | None:
    """The person called so, who must work for the company."""
    if not username:
        return None
    found = Membership.objects.filter(company=company, user__username=username, user__is_active=True)
    membership = found.select_related("user").first()
    if membership is None:
        raise invalid([Problem(_("Nobody of that name works for this company."), "owner")])
    return membership.user
