"""Long work."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from arap.api.serializers import PageSerializer, RowSerializer
from arap.core.job_kinds import title_of
from arap.core.models import Job


class JobSerializer(RowSerializer):
    title = serializers.SerializerMethodField()
    done = serializers.IntegerField(source="progress_done", read_only=True)
    total = serializers.IntegerField(
        source="progress_total", allow_null=True, read_only=True, help_text=_("Null while nobody knows.")
    )
    result = serializers.SerializerMethodField()
    created_by = serializers.CharField(source="created_by.username", allow_null=True, read_only=True)

    class Meta:
        model = Job
        fields = read_only_fields = [
            "id", "kind", "title", "state", "done", "total", "message", "result", "created_by", "created_at",
            "started_at", "finished_at",
        ]  # fmt: skip

    def get_title(self, job: Job) -> str:
        return str(title_of(job.kind))

    def get_result(self, job: Job) -> dict[str, Any] | None:
        return job.result if job.result is None or isinstance(job.result, dict) else {"value": job.result}


class JobFilters(PageSerializer):
    state = serializers.ChoiceField(Job.State.choices, allow_blank=True, default="")
