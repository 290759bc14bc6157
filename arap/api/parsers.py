"""JSON in UTF-8 and nothing else, in and out."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.parsers import JSONParser

from arap.api.exceptions import ApiError

BODY_BYTES_MAX = settings.DATA_UPLOAD_MAX_MEMORY_SIZE


class StrictJSONParser(JSONParser):
    """DRF's, for requests of a certain size, and safe against lists within lists without end."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        length = parser_context["request"].META.get("CONTENT_LENGTH") or "0"
        if length.isdecimal() and int(length) > BODY_BYTES_MAX:
            told = _("A request has at most %(most)s megabytes.") % {"most": BODY_BYTES_MAX // 1024 // 1024}
            raise ApiError(413, "too_large", told)
        try:
            return super().parse(stream, media_type, parser_context)
        except (ParseError, RecursionError) as error:
            raise ParseError(_("The request is not JSON in UTF-8."), "bad_json") from error


class AlwaysJSON(DefaultContentNegotiation):
    """There is one way to answer, so nobody is turned away for asking for another."""

    def select_renderer(self, request: Any, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type
