from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AgingConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "aging"
    label = "aging"
    verbose_name = _("Aging")
