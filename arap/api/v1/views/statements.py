"""Statements of account: what one would say, those that were made, and sending one."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Prefetch
from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from arap.api.generics import ApiView, query
from arap.api.idempotency import once
from arap.api.permissions import requires
from arap.api.v1.serializers.statements import (
    SendStatementSerializer,
    StatementFilters,
    StatementPreviewQuery,
    StatementPreviewSerializer,
    StatementSerializer,
    StatementWithLinesSerializer,
)
from arap.api.v1.views.customers import customer_of
from arap.core.errors import Refused
from arap.core.files import pdf_response
from statements.actions import Wanted, preview, recipient_for, send_statement, wanted
from statements.models import Statement, StatementBalance, StatementLine
from statements.rules import Block

LINES_MAX = 100_000
ROWS = Statement.objects.select_related("customer")


class StatementList(ApiView):
    @extend_schema(
        "statements_list",
        summary=gettext_lazy("Statements, newest first"),
        responses=StatementSerializer(many=True),
    )
    @requires("statement.view")
    @query(StatementFilters)
    def get(self, request: Request) -> Response:
        found = ROWS.filter(company=self.company)
        if self.asked["customer"]:
            found = found.filter(customer__code=self.asked["customer"])
        page = self.paginate_queryset(found)
        return self.get_paginated_response(StatementSerializer(page, many=True).data)

    @extend_schema(
        "statements_create",
        summary=gettext_lazy("Make a statement and send it"),
        description=gettext_lazy("It gets its number at once; the message goes when its PDF is made."),
        responses={201: StatementSerializer},
    )
    @requires("statement.send")
    @once(SendStatementSerializer)
    def post(self, request: Request, data: dict[str, Any]) -> Response:
        customer = customer_of(self.company, data["customer"])
        to = recipient_for(self.company, customer, to_address=data["to_address"], to_name=data["to_name"])
        made = send_statement(self.company, customer, _wanted(self, data), by=self.user, to=to)
        headers = {"Location": f"/api/v1/statements/{made.pk}/"}
        return Response(StatementSerializer(ROWS.get(pk=made.pk)).data, 201, headers=headers)


class StatementPreview(ApiView):
    @extend_schema(
        "statements_preview",
        summary=gettext_lazy("What a statement would say; nothing is kept"),
        responses=StatementPreviewSerializer,
    )
    @requires("statement.view")
    @query(StatementPreviewQuery)
    def get(self, request: Request) -> Response:
        want = _wanted(self, self.asked)
        said = preview(self.company, customer_of(self.company, self.asked["customer"]), want)
        told = {
            "as_of": want.as_of,
            "from_on": want.from_on,
            "position": want.position,
            "balances": said.blocks,
            "lines": _lines(said.blocks)[:LINES_MAX],
        }
        return Response(StatementPreviewSerializer(told).data)


class StatementDetail(ApiView):
    @extend_schema(
        "statements_read",
        summary=gettext_lazy("One statement with its lines"),
        responses=StatementWithLinesSerializer,
    )
    @requires("statement.view")
    def get(self, request: Request, id: str) -> Response:
        balances = Prefetch("balances", StatementBalance.objects.order_by("currency"))
        lines = Prefetch("lines", StatementLine.objects.order_by("line"))
        return Response(StatementWithLinesSerializer(self.get_row(ROWS.prefetch_related(balances, lines))).data)


class StatementPaper(ApiView):
    @extend_schema(
        "statements_paper",
        summary=gettext_lazy("The paper of a statement, as it was made"),
        responses={(200, "application/pdf"): OpenApiTypes.BINARY},
    )
    @requires("statement.view")
    def get(self, request: Request, id: str) -> HttpResponse:
        statement = self.get_row(Statement.objects.select_related("file"))
        if statement.file is None:
            raise Refused("no_pdf", _("Its PDF is still being made."))
        return pdf_response(bytes(statement.file.content), statement.file.name)


def _wanted(view: ApiView, asked: Any) -> Wanted:
    return wanted(
        view.company,
        kind=asked["kind"],
        as_of=asked["as_of"] or view.today,
        from_on=asked["from_on"],
        language=asked["language"],
        at=timezone.now(),
        today=view.today,
    )


def _lines(blocks: Sequence[Block]) -> list[dict[str, Any]]:
    """The lines of all currencies, each with its own."""
    names = ("section", "on", "document_id", "kind", "number", "reference", "due_on", "amount", "balance")
    return [
        {"currency": block.currency, **{name: getattr(line, name) for name in names}}
        for block in blocks
        for line in (*block.movements, *block.items)
    ]
