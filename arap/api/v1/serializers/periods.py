"""Periods: their state, what proves them, and exceptions to a close."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from arap.api.fields import CharField, DateTimeField
from arap.api.serializers import PageSerializer, RowSerializer, StrictSerializer
from arap.core.actions.periods import MAY_POST_LATE
from arap.core.models import Period, PeriodException, Role


class PeriodSerializer(RowSerializer):
    closed_by = serializers.CharField(source="closed_by.username", allow_null=True, read_only=True)
    open_to = serializers.ListField(
        child=serializers.CharField(), read_only=True, help_text=_("Roles that still post while it is soft closed.")
    )

    class Meta:
        model = Period
        fields = read_only_fields = ["id", "starts_on", "ends_on", "state", "open_to", "closed_at", "closed_by"]


class CloseCheckSerializer(serializers.Serializer[Any]):
    """One check, with what it found when it was last run."""

    key = serializers.CharField(source="check.key", read_only=True)
    title = serializers.CharField(source="check.title", read_only=True)
    is_met = serializers.BooleanField(allow_null=True, read_only=True, help_text=_("Null before it was run."))
    is_required = serializers.BooleanField(
        source="check.must", read_only=True, help_text=_("No explanation can replace it.")
    )
    found = serializers.CharField(source="sentence", read_only=True)
    explanation = serializers.CharField(source="explanation.text", default=None, allow_null=True, read_only=True)


class PeriodWithChecksSerializer(PeriodSerializer):
    checks = CloseCheckSerializer(many=True, read_only=True)
    checked_at = serializers.DateTimeField(allow_null=True, read_only=True)

    class Meta(PeriodSerializer.Meta):
        fields = read_only_fields = [*PeriodSerializer.Meta.fields, "checked_at", "checks"]


class PeriodFilters(PageSerializer):
    state = serializers.ChoiceField(Period.State.choices, allow_blank=True, default="")


class SoftCloseSerializer(StrictSerializer):
    open_to = serializers.ListField(
        child=serializers.ChoiceField([role.value for role in Role if role in MAY_POST_LATE]),
        help_text=_("Roles that may still post."),
    )


class PeriodReasonSerializer(StrictSerializer):
    reason = CharField(max_length=300)


class ExplainCheckSerializer(StrictSerializer):
    check = CharField(max_length=40, help_text=_("Key of a check that is not met."))
    text = CharField(max_length=500)


class PeriodExceptionSerializer(RowSerializer):
    granted_to = serializers.CharField(
        source="granted_to.username", allow_null=True, read_only=True, help_text=_("Null for everybody.")
    )
    granted_by = serializers.CharField(source="granted_by.username", read_only=True)

    class Meta:
        model = PeriodException
        fields = read_only_fields = [
            "id", "period_id", "granted_to", "reason", "granted_by", "granted_at", "valid_until", "revoked_at",
        ]  # fmt: skip


class NewPeriodExceptionSerializer(StrictSerializer):
    granted_to = CharField(
        max_length=150, allow_null=True, default=None, help_text=_("Name to sign in with; else everybody.")
    )
    reason = CharField(max_length=300)
    valid_until = DateTimeField()


class LatePostingSerializer(serializers.Serializer[Any]):
    position = serializers.IntegerField(read_only=True)
    recorded_at = serializers.DateTimeField(read_only=True)
    actor = serializers.CharField(source="actor.username", default=None, allow_null=True, read_only=True)
    documents = serializers.SerializerMethodField(help_text=_("Numbers; none where something was only applied."))
    exception_id = serializers.IntegerField(
        source="exception.pk", default=None, allow_null=True, read_only=True, help_text=_("Null: let in by role.")
    )

    def get_documents(self, late: Any) -> list[str]:
        return [document.number for document in late.documents]


class LatePostingsSerializer(serializers.Serializer[Any]):
    postings = LatePostingSerializer(many=True)


class SealedSerializer(serializers.Serializer[Any]):
    position = serializers.IntegerField(allow_null=True, help_text=_("Null where everything was sealed already."))
