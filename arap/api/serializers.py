"""What the serializers of all nouns stand on, and the one shape of errors."""

from collections.abc import Mapping
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from arap.api.fields import UNFIT, CharField, FigureField, IntegerField

LIMIT, LIMIT_MAX = 50, 200
CURSOR_LENGTH_MAX = 500
UNKNOWN_SHOWN, NAME_SHOWN = 20, 60


class StrictSerializer(serializers.Serializer[Any]):
    """A request. A field that nobody knows is refused: a misspelt name is never left out of account."""

    def __init__(self, *arguments: Any, **options: Any) -> None:  # with many=True DRF takes more than its stubs know
        super().__init__(*arguments, **options)

    default_error_messages = {"unknown": _("There is no such field.")}

    def to_internal_value(self, data: Any) -> Any:
        unknown = [name for name in data if name not in self.fields] if isinstance(data, Mapping) else []
        try:
            values = super().to_internal_value(data)
        except serializers.ValidationError as error:
            if not unknown or not isinstance(error.detail, dict):
                raise
            raise serializers.ValidationError({**self._refusals(unknown), **error.detail}) from None
        if unknown:
            raise serializers.ValidationError(self._refusals(unknown))
        return values

    def _refusals(self, names: list[str]) -> dict[str, list[Any]]:
        told = self.error_messages["unknown"]
        return {UNFIT.sub("\ufffd", name)[:NAME_SHOWN]: [told] for name in names[:UNKNOWN_SHOWN]}


class QuerySerializer(StrictSerializer):
    """The query of an address. Every value in it is text."""

    is_query = True


class PageSerializer(QuerySerializer):
    """The query of a list that comes in pages."""

    cursor = CharField(
        max_length=CURSOR_LENGTH_MAX,
        allow_blank=True,
        default="",
        help_text=_("What the page before gave as “next”."),
    )
    limit = IntegerField(min_value=1, max_value=LIMIT_MAX, default=LIMIT, help_text=_("How many rows a page has."))


class RowSerializer(serializers.ModelSerializer[Any]):
    """Rows as they are given out: numbers as text, and addresses as they are kept."""

    serializer_field_mapping = {
        **serializers.ModelSerializer.serializer_field_mapping,
        models.DecimalField: FigureField,
        models.EmailField: serializers.CharField,
    }


class FieldErrorSerializer(serializers.Serializer[Any]):
    field = serializers.CharField(
        help_text=_("Its path in the request, such as lines.0.unit_price; empty for the whole.")
    )
    row = serializers.IntegerField(
        allow_null=True, help_text=_("Where a request brings many: the place of the one, from 0.")
    )
    message = serializers.CharField()


class ErrorSerializer(serializers.Serializer[Any]):
    code = serializers.CharField(help_text=_("For programs: a word that never changes."))
    message = serializers.CharField(help_text=_("For people, in the language of Accept-Language."))
    errors = FieldErrorSerializer(many=True)  # type: ignore[assignment]
