"""Customers and the people there."""

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from arap.api.etags import check_match, etag_of, matched
from arap.api.generics import ApiView, query
from arap.api.idempotency import once
from arap.api.permissions import requires
from arap.api.serializers import PageSerializer
from arap.api.v1.serializers.customers import (
    ChangedCustomerSerializer,
    ContactSerializer,
    CustomerFilters,
    CustomerSerializer,
    NewContactSerializer,
    NewCustomerSerializer,
)
from arap.core.errors import Forbidden
from arap.core.models import Company, Membership, User
from customers.access import looked
from customers.actions import NewCustomer, add_contact, create_customer, set_parent, update_customer
from customers.models import AccessEntry, Contact, Customer, PaymentTerms
from customers.queries import search


class CustomerList(ApiView):
    ordering = ("pk",)

    @extend_schema(
        "customers_list",
        summary=gettext_lazy("Customers, first entered first"),
        responses=CustomerSerializer(many=True),
    )
    @requires("customer.view")
    @query(CustomerFilters)
    def get(self, request: Request) -> Response:
        asked = self.asked
        found = search(self.company, asked["q"]) if asked["q"] else Customer.objects.filter(company=self.company)
        for name in ("code", "segment"):
            if asked[name]:
                found = found.filter(**{name: asked[name]})
        if asked["is_active"] is not None:
            found = found.filter(is_active=asked["is_active"])
        page = self.paginate_queryset(_whole(found))
        return self.get_paginated_response(CustomerSerializer(page, many=True).data)

    @extend_schema("customers_create", summary=gettext_lazy("Create a customer"), responses={201: CustomerSerializer})
    @requires("customer.edit")
    @once(NewCustomerSerializer)
    def post(self, request: Request, data: dict[str, Any]) -> Response:
        parent, owner, terms = data["parent"], data["owner"], data["terms"]
        if parent:
            _may_regroup(request)
        person, agreed = _owner(self.company, owner), terms_of(self.company, terms)
        given = {name: value for name, value in data.items() if name not in ("parent", "owner", "terms")}
        new = NewCustomer(
            **{**given, "payer_accounts": tuple(data["payer_accounts"]), "emails": tuple(data["emails"])},
            parent_code=parent or "",
            owner_id=person.pk if person else None,
            terms_id=agreed.pk if agreed else None,
        )
        return _shown(create_customer(self.company, new, by=self.user), status=201)


class CustomerDetail(ApiView):
    @extend_schema("customers_read", summary=gettext_lazy("One customer"), responses=CustomerSerializer)
    @requires("customer.view")
    def get(self, request: Request, id: str) -> Response:
        return _shown(self.get_row(Customer))

    @extend_schema(
        "customers_change",
        summary=gettext_lazy("Change a customer"),
        description=gettext_lazy("What is left out stays as it is."),
        responses=CustomerSerializer,
    )
    @requires("customer.edit")
    @matched
    @once(ChangedCustomerSerializer)
    def patch(self, request: Request, data: dict[str, Any], id: str) -> Response:
        customer = self.get_row(Customer.objects.select_for_update(no_key=True))
        check_match(request, _shown(customer)["ETag"])
        changes = dict(data)
        if "parent" in changes:
            _may_regroup(request)
            code = changes.pop("parent")
            set_parent(customer, customer_of(self.company, code, "parent") if code else None, by=self.user)
        if "owner" in changes:
            changes["owner"] = _owner(self.company, changes["owner"])
        if "terms" in changes:
            changes["terms"] = terms_of(self.company, changes["terms"])
        if changes:
            update_customer(customer, by=self.user, **changes)
        return _shown(customer)


class ContactList(ApiView):
    ordering = ("pk",)

    @extend_schema(
        "contacts_list",
        summary=gettext_lazy("The people at a customer"),
        responses=ContactSerializer(many=True),
    )
    @requires("customer.view")
    @query(PageSerializer)
    def get(self, request: Request, id: str) -> Response:
        customer = self.get_row(Customer)
        looked(self.company, self.user, AccessEntry.Page.API, customer_id=customer.pk)
        found = Contact.objects.filter(company=self.company, customer=customer, erased_at=None)
        page = self.paginate_queryset(found)
        return self.get_paginated_response(ContactSerializer(page, many=True).data)

    @extend_schema(
        "contacts_create",
        summary=gettext_lazy("Note a person at a customer, and which papers they receive"),
        responses={201: ContactSerializer},
    )
    @requires("customer.edit")
    @once(NewContactSerializer)
    def post(self, request: Request, data: dict[str, Any], id: str) -> Response:
        contact = add_contact(self.get_row(Customer), **data, by=self.user)
        return Response(ContactSerializer(contact).data, 201)


def customer_of(company: Company, code: str, field: str = "customer") -> Customer:
    """The customer with that code; a problem of `field` where there is none."""
    found = Customer.objects.filter(company=company, code=code).first()
    if found is None:
        raise ValidationError({field: [_("There is no customer “%(code)s”.") % {"code": code}]})
    return found


def terms_of(company: Company, code: str | None) -> PaymentTerms | None:
    """The active payment terms with that code; a problem of the field `terms` where there are none."""
    if not code:
        return None
    found = PaymentTerms.objects.filter(company=company, code=code, is_active=True).first()
    if found is None:
        raise ValidationError({"terms": [_("There are no payment terms “%(code)s”.") % {"code": code}]})
    return found


def _whole(customers: QuerySet[Customer]) -> QuerySet[Customer]:
    return customers.select_related("terms", "parent", "owner").prefetch_related("payer_accounts")


def _shown(customer: Customer, *, status: int = 200) -> Response:
    data = CustomerSerializer(_whole(Customer.objects.filter(company=customer.company_id)).get(pk=customer.pk)).data
    headers = {"ETag": etag_of(data)}
    if status == 201:
        headers["Location"] = f"/api/v1/customers/{customer.pk}/"
    return Response(data, status, headers=headers)


def _may_regroup(request: Any) -> None:
    if "customer.regroup" not in request.verbs:
        raise Forbidden("forbidden", gettext_lazy("This token may not put customers under others."))


def _owner(company: Company, username: str | None) -> User | None:
    """The person called so, who must work for the company."""
    if not username:
        return None
    found = Membership.objects.filter(company=company, user__username=username, user__is_active=True)
    membership = found.select_related("user").first()
    if membership is None:
        raise ValidationError({"owner": [_("Nobody of that name works for this company.")]})
    return membership.user
