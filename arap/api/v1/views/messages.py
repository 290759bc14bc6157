"""What left the house, and what became of it."""

from django.db.models import Prefetch
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from arap.api.generics import ApiView, query
from arap.api.permissions import requires
from arap.api.v1.serializers.messages import MessageFilters, MessageSerializer, MessageWithAttemptsSerializer
from arap.outbox.models import Attempt, Message


class MessageList(ApiView):
    @extend_schema("messages_list", summary=_("Messages, newest first"), responses=MessageSerializer(many=True))
    @requires("message.view")
    @query(MessageFilters)
    def get(self, request: Request) -> Response:
        found = Message.objects.filter(company=self.company).defer("body_text", "body_html")
        for name in ("state", "customer_id"):
            if self.asked[name]:
                found = found.filter(**{name: self.asked[name]})
        page = self.paginate_queryset(found)
        return self.get_paginated_response(MessageSerializer(page, many=True).data)


class MessageDetail(ApiView):
    @extend_schema("messages_read", summary=_("One message with its tries"), responses=MessageWithAttemptsSerializer)
    @requires("message.view")
    def get(self, request: Request, id: str) -> Response:
        tries = Prefetch("tries", Attempt.objects.order_by("number"))
        message = self.get_row(Message.objects.prefetch_related(tries))
        return Response(MessageWithAttemptsSerializer(message).data)
