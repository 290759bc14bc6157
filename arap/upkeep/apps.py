from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class UpkeepConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "arap.upkeep"
    label = "upkeep"
    verbose_name = _("Upkeep")
