"""The settings of the frameworks under the API."""

from typing import Any

from django.utils.translation import gettext_lazy as _

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["arap.api.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["arap.api.permissions.HasVerb"],
    "DEFAULT_THROTTLE_CLASSES": ["arap.api.throttling.TokenThrottle"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "arap.api.parsers.AlwaysJSON",
    "DEFAULT_PARSER_CLASSES": ["arap.api.parsers.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PAGINATION_CLASS": "arap.api.pagination.KeysetPagination",
    "DEFAULT_SCHEMA_CLASS": "arap.api.schema.AutoSchema",
    "EXCEPTION_HANDLER": "arap.api.exceptions.exception_handler",
    "DATETIME_FORMAT": None,  # moments are given out in UTC, as they are kept
}


def rest(site: str) -> dict[str, Any]:
    """The settings for an installation at that address."""
    spectacular = {
        "TITLE": "arap",
        "DESCRIPTION": _("The receivables ledger, for programs."),
        "VERSION": "1",
        "SERVERS": [{"url": site}],
        "SCHEMA_PATH_PREFIX": "/api/v1",
        # Choices stay where they are used: as components of their own they would need names given by hand.
        "POSTPROCESSING_HOOKS": [],
        "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    }
    return {"REST_FRAMEWORK": REST_FRAMEWORK, "SPECTACULAR_SETTINGS": spectacular}
