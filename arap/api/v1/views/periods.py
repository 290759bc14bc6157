"""Periods: what proves a month, closing it for some or for all, reopening it, and exceptions."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from arap.api.generics import ApiView, query
from arap.api.idempotency import once
from arap.api.permissions import requires
from arap.api.v1.serializers.jobs import JobSerializer
from arap.api.v1.serializers.periods import (
    ExplainCheckSerializer,
    LatePostingsSerializer,
    NewPeriodExceptionSerializer,
    PeriodExceptionSerializer,
    PeriodFilters,
    PeriodReasonSerializer,
    PeriodSerializer,
    PeriodWithChecksSerializer,
    SealedSerializer,
    SoftCloseSerializer,
)
from arap.core.actions import grant_exception, reopen_period, revoke_exception, soft_close_period
from arap.core.errors import Invalid
from arap.core.models import Job, Period, PeriodException, Role, User
from arap.ledger.actions import seal_ledger
from arap.ledger.actions.closing import begin_check, close_month, explain_finding
from arap.ledger.closing import check_lines, late_postings, latest_check

PERIODS = Period.objects.select_related("closed_by")
EXCEPTIONS = PeriodException.objects.select_related("granted_to", "granted_by", "period", "company")
LATE_MAX = 200


class PeriodList(ApiView):
    @extend_schema(
        "periods_list", summary=gettext_lazy("Periods, the last first"), responses=PeriodSerializer(many=True)
    )
    @requires("period.view")
    @query(PeriodFilters)
    def get(self, request: Request) -> Response:
        found = PERIODS.filter(company=self.company)
        if self.asked["state"]:
            found = found.filter(state=self.asked["state"])
        page = self.paginate_queryset(found)
        return self.get_paginated_response(PeriodSerializer(page, many=True).data)


class PeriodDetail(ApiView):
    @extend_schema(
        "periods_read",
        summary=gettext_lazy("One period, with what proves it"),
        responses=PeriodWithChecksSerializer,
    )
    @requires("period.view")
    def get(self, request: Request, id: str) -> Response:
        return Response(said(self.get_row(PERIODS)))


class PeriodCheck(ApiView):
    @extend_schema(
        "periods_check", summary=gettext_lazy("Run the checks of a period, as a job"), responses=JobSerializer
    )
    @requires("period.close")
    @once()
    def post(self, request: Request, id: str) -> Response:
        job = begin_check(self.company, self.get_row(PERIODS), by=self.user)
        return Response(JobSerializer(Job.objects.select_related("created_by", "company").get(pk=job.pk)).data)


class PeriodExplain(ApiView):
    @extend_schema(
        "periods_explain",
        summary=gettext_lazy("Explain a check that is not met"),
        description=gettext_lazy("It holds until the check finds something else."),
        responses=PeriodWithChecksSerializer,
    )
    @requires("period.close")
    @once(ExplainCheckSerializer)
    def post(self, request: Request, data: dict[str, Any], id: str) -> Response:
        found = self.get_row(PERIODS)
        explain_finding(self.company, found, data["check"], text=data["text"], by=self.user)
        return Response(said(found))


class PeriodSeal(ApiView):
    @extend_schema(
        "periods_seal", summary=gettext_lazy("Seal what was posted since the last seal"), responses=SealedSerializer
    )
    @requires("ledger.seal")
    @once()
    def post(self, request: Request, id: str) -> Response:
        self.get_row(PERIODS)
        seal = seal_ledger(self.company)
        return Response({"position": seal.to_position if seal else None})


class PeriodSoftClose(ApiView):
    @extend_schema(
        "periods_soft_close",
        summary=gettext_lazy("Close a period for all but some roles"),
        responses=PeriodWithChecksSerializer,
    )
    @requires("period.close")
    @once(SoftCloseSerializer)
    def post(self, request: Request, data: dict[str, Any], id: str) -> Response:
        roles = [Role(role) for role in data["open_to"]]
        return Response(said(soft_close_period(self.company, self.get_row(PERIODS), by=self.user, open_to=roles)))


class PeriodClose(ApiView):
    @extend_schema(
        "periods_close",
        summary=gettext_lazy("Close a period for everybody"),
        description=gettext_lazy("Its checks were run since the last posting into it, and are met or explained."),
        responses=PeriodWithChecksSerializer,
    )
    @requires("period.close")
    @once()
    def post(self, request: Request, id: str) -> Response:
        return Response(said(close_month(self.company, self.get_row(PERIODS), by=self.user)))


class PeriodReopen(ApiView):
    @extend_schema("periods_reopen", summary=gettext_lazy("Open a period again"), responses=PeriodWithChecksSerializer)
    @requires("period.reopen")
    @once(PeriodReasonSerializer)
    def post(self, request: Request, data: dict[str, Any], id: str) -> Response:
        return Response(said(reopen_period(self.company, self.get_row(PERIODS), by=self.user, reason=data["reason"])))


class PeriodExceptions(ApiView):
    @extend_schema(
        "period_exceptions_list",
        summary=gettext_lazy("Exceptions to the close of a period"),
        responses=PeriodExceptionSerializer(many=True),
    )
    @requires("period.view")
    @query(PeriodFilters)
    def get(self, request: Request, id: str) -> Response:
        page = self.paginate_queryset(EXCEPTIONS.filter(company=self.company, period=self.get_row(PERIODS)))
        return self.get_paginated_response(PeriodExceptionSerializer(page, many=True).data)

    @extend_schema(
        "period_exceptions_create",
        summary=gettext_lazy("Let somebody post into a closed period"),
        responses={201: PeriodExceptionSerializer},
    )
    @requires("period.except")
    @once(NewPeriodExceptionSerializer)
    def post(self, request: Request, data: dict[str, Any], id: str) -> Response:
        found = self.get_row(PERIODS)
        granted_to = None
        if data["granted_to"] is not None:
            people = User.objects.filter(memberships__company=self.company, is_active=True)
            granted_to = people.filter(username=data["granted_to"]).distinct().first()
            if granted_to is None:
                raise Invalid("granted_to", _("Nobody in the company has this name."), field="granted_to")
        made = grant_exception(
            self.company, found, by=self.user, reason=data["reason"], valid_until=data["valid_until"],
            granted_to=granted_to,
        )  # fmt: skip
        return Response(PeriodExceptionSerializer(EXCEPTIONS.get(pk=made.pk)).data, status=201)


class PeriodExceptionRevoke(ApiView):
    @extend_schema(
        "period_exceptions_revoke", summary=gettext_lazy("End an exception now"), responses=PeriodExceptionSerializer
    )
    @requires("period.except")
    @once()
    def post(self, request: Request, id: str) -> Response:
        granted = self.get_row(EXCEPTIONS)
        revoke_exception(granted, by=self.user)
        return Response(PeriodExceptionSerializer(EXCEPTIONS.get(pk=granted.pk)).data)


class PeriodLatePostings(ApiView):
    @extend_schema(
        "periods_late_postings",
        summary=gettext_lazy("What was posted into a period after it was closed, the last 200"),
        responses=LatePostingsSerializer,
    )
    @requires("period.view")
    def get(self, request: Request, id: str) -> Response:
        late = late_postings(self.company, self.get_row(PERIODS), before=None, limit=LATE_MAX)
        return Response(LatePostingsSerializer({"postings": late}).data)


def said(period: Period) -> Any:
    """One period as it is now."""
    found: Any = PERIODS.get(pk=period.pk)
    run = latest_check(found.company, found)
    found.checks = check_lines(found.company, found, run)
    found.checked_at = run.at if run else None
    return PeriodWithChecksSerializer(found).data
