"""Write-offs: read, asked for, decided by somebody else, recovered and undone."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from arap.api.generics import ApiView, query
from arap.api.idempotency import once
from arap.api.permissions import requires
from arap.api.v1.serializers.write_offs import (
    NewWriteOffSerializer,
    RecoveredSerializer,
    RecoverWriteOffSerializer,
    RejectWriteOffSerializer,
    UndoWriteOffSerializer,
    WriteOffDaySerializer,
    WriteOffFilters,
    WriteOffSerializer,
)
from arap.ledger.models import Item
from receipts.actions.writing_off import (
    approve_write_off,
    recover_write_off,
    recovered,
    reject_write_off,
    request_write_off,
    reverse_write_off,
)
from receipts.models import WriteOff
from receipts.queries.write_offs import write_offs


class WriteOffList(ApiView):
    @extend_schema(
        "write_offs_list",
        summary=gettext_lazy("Write-offs, the last asked for first"),
        responses=WriteOffSerializer(many=True),
    )
    @requires("write_off.view")
    @query(WriteOffFilters)
    def get(self, request: Request) -> Response:
        found = write_offs(self.company)
        if self.asked["state"]:
            found = found.filter(state=self.asked["state"])
        page = self.paginate_queryset(found)
        return self.get_paginated_response(WriteOffSerializer(with_recovered(page or ()), many=True).data)

    @extend_schema(
        "write_offs_create",
        summary=gettext_lazy("Ask for an open item to be written off"),
        description=gettext_lazy("Where the amount asks for it, it waits until somebody else approves."),
        responses={201: WriteOffSerializer},
    )
    @requires("write_off.request")
    @once(NewWriteOffSerializer)
    def post(self, request: Request, data: dict[str, Any]) -> Response:
        made = request_write_off(
            self.company,
            data["item_id"],
            data["amount"],
            reason=data["reason"],
            explanation=data["explanation"],
            on=data["on"] or self.today,
            by=self.user,
        )
        return Response(said(made), status=201, headers={"Location": f"/api/v1/write-offs/{made.pk}/"})


class WriteOffDetail(ApiView):
    @extend_schema("write_offs_read", summary=gettext_lazy("One write-off"), responses=WriteOffSerializer)
    @requires("write_off.view")
    def get(self, request: Request, id: str) -> Response:
        return Response(said(self.get_row(WriteOff)))


class WriteOffApprove(ApiView):
    @extend_schema(
        "write_offs_approve",
        summary=gettext_lazy("Approve a write-off that somebody else asked for"),
        responses=WriteOffSerializer,
    )
    @requires("write_off.approve")
    @once(WriteOffDaySerializer)
    def post(self, request: Request, data: dict[str, Any], id: str) -> Response:
        made = self.get_row(WriteOff)
        approve_write_off(self.company, made.pk, on=data["on"] or self.today, by=self.user)
        return Response(said(made))


class WriteOffReject(ApiView):
    @extend_schema(
        "write_offs_reject",
        summary=gettext_lazy("Refuse a write-off: it never enters the book"),
        responses=WriteOffSerializer,
    )
    @requires("write_off.approve")
    @once(RejectWriteOffSerializer)
    def post(self, request: Request, data: dict[str, Any], id: str) -> Response:
        made = self.get_row(WriteOff)
        reject_write_off(self.company, made.pk, by=self.user, note=data["reason"])
        return Response(said(made))


class WriteOffReverse(ApiView):
    @extend_schema(
        "write_offs_reverse",
        summary=gettext_lazy("Undo a write-off: the debt is owed as before"),
        responses=WriteOffSerializer,
    )
    @requires("write_off.reverse")
    @once(UndoWriteOffSerializer)
    def post(self, request: Request, data: dict[str, Any], id: str) -> Response:
        made = self.get_row(WriteOff)
        reverse_write_off(self.company, made.pk, on=data["on"] or self.today, by=self.user, reason=data["reason"])
        return Response(said(made))


class WriteOffRecover(ApiView):
    @extend_schema(
        "write_offs_recover",
        summary=gettext_lazy("Let what was written off be owed again, because it is being paid"),
        responses=RecoveredSerializer,
    )
    @requires("write_off.recover")
    @once(RecoverWriteOffSerializer)
    def post(self, request: Request, data: dict[str, Any], id: str) -> Response:
        made = self.get_row(WriteOff)
        recovery = recover_write_off(self.company, made.pk, data["amount"], on=data["on"] or self.today, by=self.user)
        opened = Item.objects.get(document=recovery.document_id)
        return Response({"write_off": said(made), "document_id": recovery.document_id, "item_id": opened.pk})


def said(made: WriteOff) -> Any:
    """One write-off as it is now."""
    return WriteOffSerializer(with_recovered([write_offs(made.company).get(pk=made.pk)])[0]).data


def with_recovered(rows: Sequence[Any]) -> Sequence[Any]:
    """The write-offs, each with what of it is owed again (`recovered`)."""
    for row in rows:
        row.recovered = recovered(row)
    return rows
