"""The kinds and languages of statements."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from statements.rules import ACTIVITY, OPEN


class StatementKind(models.TextChoices):
    OPEN = OPEN, _("Open items")
    ACTIVITY = ACTIVITY, pgettext_lazy("statement", "Movements of a period")


class PaperLanguage(models.TextChoices):
    EN = "en", "English"
    ZH = "zh-hans", "简体中文"
    BOTH = "both", _("Chinese and English")


class RunLanguage(models.TextChoices):
    OWN = "own", _("Each customer’s own")
    EN = "en", "English"
    ZH = "zh-hans", "简体中文"
    BOTH = "both", _("Chinese and English")


class Unsent(models.TextChoices):
    """Why a statement is not sent, or not made at all."""

    NO_ADDRESS = "no_address", _("Nobody receives statements")
    INACTIVE = "inactive", _("Customer is inactive")
    NOTHING = "nothing", _("Nothing to say: no balance and no movement")
    STOPPED = "stopped", _("Stopped")
    EXCLUDED = "excluded", _("Left out by a person")
