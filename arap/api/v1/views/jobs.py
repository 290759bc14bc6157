"""Long work: how far it is, and stopping it."""

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from arap.api.generics import ApiView, query
from arap.api.idempotency import once
from arap.api.permissions import requires
from arap.api.v1.serializers.jobs import JobFilters, JobSerializer
from arap.core import jobs
from arap.core.models import Job

ROWS = Job.objects.select_related("created_by", "company")


class JobList(ApiView):
    @extend_schema("jobs_list", summary=_("Jobs, newest first"), responses=JobSerializer(many=True))
    @requires("job.view")
    @query(JobFilters)
    def get(self, request: Request) -> Response:
        found = ROWS.filter(company=self.company)
        if self.asked["state"]:
            found = found.filter(state=self.asked["state"])
        page = self.paginate_queryset(found)
        return self.get_paginated_response(JobSerializer(page, many=True).data)


class JobDetail(ApiView):
    @extend_schema("jobs_read", summary=_("One job"), responses=JobSerializer)
    @requires("job.view")
    def get(self, request: Request, id: str) -> Response:
        return Response(JobSerializer(self.get_row(ROWS)).data)


class JobCancel(ApiView):
    @extend_schema(
        "jobs_cancel",
        summary=_("Stop a job; what it has written by then stays"),
        responses=JobSerializer,
    )
    @requires("job.cancel")
    @once()
    def post(self, request: Request, id: str) -> Response:
        job = self.get_row(ROWS)
        jobs.cancel(job, by=self.user)
        return Response(JobSerializer(job).data)
