"""What left the house."""

from typing import Any

from rest_framework import serializers

from arap.api.fields import IdField
from arap.api.serializers import PageSerializer, RowSerializer
from arap.outbox.models import Attempt, Message


class MessageSerializer(RowSerializer):
    class Meta:
        model = Message
        fields = read_only_fields = [
            "id", "kind", "state", "customer_id", "about_type", "about_id", "to_name", "to_address", "subject",
            "attempts", "last_error", "created_at", "sent_at",
        ]  # fmt: skip


class AttemptSerializer(RowSerializer):
    class Meta:
        model = Attempt
        fields = read_only_fields = ["number", "started_at", "finished_at", "outcome", "smtp_code", "detail"]


class MessageWithAttemptsSerializer(MessageSerializer):
    text = serializers.CharField(source="body_text", read_only=True)
    tries: Any = AttemptSerializer(many=True, read_only=True)

    class Meta(MessageSerializer.Meta):
        fields = read_only_fields = [*MessageSerializer.Meta.fields, "text", "tries"]


class MessageFilters(PageSerializer):
    state = serializers.ChoiceField(Message.State.choices, allow_blank=True, default="")
    customer_id = IdField(default=None)
