"""A company to practise in."""

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from arap.api.generics import ApiView
from arap.api.idempotency import once
from arap.api.permissions import requires
from arap.api.v1.serializers.jobs import JobSerializer
from arap.desk.actions.practice import begin_practice


class PracticeReset(ApiView):
    @extend_schema(
        "practice_reset",
        summary=_("Make a fresh practice company for the token’s owner; the one before is put away"),
        responses={201: JobSerializer},
    )
    @requires("practice.use")
    @once()
    def post(self, request: Request) -> Response:
        return Response(JobSerializer(begin_practice(self.company, by=self.user)).data, status=201)
