"""The book: documents in the order they were recorded, items, and what was applied to what."""

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from arap.api.generics import ApiView, query
from arap.api.permissions import requires
from arap.api.v1.serializers.ledger import (
    ApplicationFilters,
    ApplicationSerializer,
    ApplicationWithEntriesSerializer,
    DocumentFilters,
    DocumentSerializer,
    EntrySerializer,
    ItemFilters,
    ItemSerializer,
)
from arap.ledger.models import Application, Document, Entry, Item

ENTRIES_MAX = 100_000
DOCUMENTS = Document.objects.select_related("customer")
ITEMS = Item.objects.select_related("customer", "document", "account")


class DocumentList(ApiView):
    ordering = ("position", "pk")

    @extend_schema(
        "documents_list",
        summary=_("Everything posted, in the order it was recorded"),
        responses=DocumentSerializer(many=True),
    )
    @requires("ledger.view")
    @query(DocumentFilters)
    def get(self, request: Request) -> Response:
        asked = self.asked
        found = DOCUMENTS.filter(company=self.company, position__gt=asked["after_position"])
        for name, lookup in (("customer", "customer__code"), ("kind", "kind"), ("number", "number")):
            if asked[name]:
                found = found.filter(**{lookup: asked[name]})
        page = self.paginate_queryset(found)
        return self.get_paginated_response(DocumentSerializer(page, many=True).data)


class DocumentDetail(ApiView):
    @extend_schema("documents_read", summary=_("One document of the book"), responses=DocumentSerializer)
    @requires("ledger.view")
    def get(self, request: Request, id: str) -> Response:
        return Response(DocumentSerializer(self.get_row(DOCUMENTS)).data)


class ItemList(ApiView):
    @extend_schema("items_list", summary=_("Items, last recorded first"), responses=ItemSerializer(many=True))
    @requires("ledger.view")
    @query(ItemFilters)
    def get(self, request: Request) -> Response:
        asked = self.asked
        found = ITEMS.filter(company=self.company)
        if asked["customer"]:
            found = found.filter(customer__code=asked["customer"])
        if asked["document_id"]:
            found = found.filter(document=asked["document_id"])
        if asked["open"] is not None:
            is_settled = Q(open_amount=0)
            found = found.filter(~is_settled if asked["open"] else is_settled)
        page = self.paginate_queryset(found)
        return self.get_paginated_response(ItemSerializer(page, many=True).data)


class ItemDetail(ApiView):
    @extend_schema("items_read", summary=_("One item"), responses=ItemSerializer)
    @requires("ledger.view")
    def get(self, request: Request, id: str) -> Response:
        return Response(ItemSerializer(self.get_row(ITEMS)).data)


class ApplicationList(ApiView):
    ordering = ("position", "pk")

    @extend_schema(
        "applications_list",
        summary=_("What was applied and undone, in the order it was recorded"),
        responses=ApplicationSerializer(many=True),
    )
    @requires("ledger.view")
    @query(ApplicationFilters)
    def get(self, request: Request) -> Response:
        found = Application.objects.filter(company=self.company, position__gt=self.asked["after_position"])
        page = self.paginate_queryset(found)
        return self.get_paginated_response(ApplicationSerializer(page, many=True).data)


class ApplicationDetail(ApiView):
    @extend_schema(
        "applications_read",
        summary=_("One application with its entries"),
        responses=ApplicationWithEntriesSerializer,
    )
    @requires("ledger.view")
    def get(self, request: Request, id: str) -> Response:
        application = self.get_row(Application)
        entries = Entry.objects.filter(application=application).order_by("pk")[:ENTRIES_MAX]
        data: Any = {**ApplicationSerializer(application).data, "entries": EntrySerializer(entries, many=True).data}
        return Response(data)
