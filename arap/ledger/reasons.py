"""Why a document was made, where its kind does not say so: one list of codes for all rooms, and their words."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Reason(models.TextChoices):
    """The codes that `Document.reason_code` takes."""

    SHORT = "short", _("small short payment")
    OVER = "over", _("small over-payment")
    PRICE = "price", _("price disputed")
    QUANTITY = "quantity", _("quantity short")
    QUALITY = "quality", _("goods damaged or faulty")
    FREIGHT = "freight", _("freight deducted")
    PROMOTION = "promotion", _("promotion or bonus deducted")
    OTHER = "other", _("other reason")
    INSOLVENCY = "insolvency", _("insolvency of the customer")
    UNCOLLECTIBLE = "uncollectible", _("enforcement without result")
    LIMITATION = "limitation", _("limitation has passed")
    SETTLEMENT = "settlement", _("settled with the customer")
    UNTRACEABLE = "untraceable", _("customer cannot be found")
    COST = "cost", _("collecting costs more than it brings")


# What a customer may have deducted: the reasons of a residual item.
DEDUCTIONS = (Reason.PRICE, Reason.QUANTITY, Reason.QUALITY, Reason.FREIGHT, Reason.PROMOTION, Reason.OTHER)

# Why a debt is given up.
BAD_DEBTS = (
    Reason.INSOLVENCY,
    Reason.UNCOLLECTIBLE,
    Reason.LIMITATION,
    Reason.SETTLEMENT,
    Reason.UNTRACEABLE,
    Reason.COST,
)


def reason_words(code: str) -> str:
    """The words of a reason code; the code itself where it is not of this list."""
    return str(Reason(code).label) if code in Reason.values else code
