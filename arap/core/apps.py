import gc

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    default_auto_field = "django.db.models.BigAutoField"
    name = "arap.core"
    label = "core"
    verbose_name = _("Foundation")

    def ready(self) -> None:
        """What is loaded by now lives as long as the process; a report of a hundred thousand rows would otherwise have
        the collector walk over all of it again and again."""
        gc.collect()
        gc.freeze()
