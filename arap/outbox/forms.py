"""What a person types about a message."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from arap.outbox.models import Message


class SendAgainForm(forms.Form):
    """To which address, and for a message in doubt whether somebody looked."""

    to_address = forms.EmailField(
        label=_("Address"),
        max_length=254,
        widget=forms.EmailInput(attrs={"class": "input", "autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": _("Type an e-mail address."), "invalid": _("Type an e-mail address.")},
    )
    checked = forms.BooleanField(label=_("I have found out that it did not arrive"), required=False)

    def __init__(self, data: Any = None, *, message: Message) -> None:
        super().__init__(data, initial={"to_address": message.to_address})
        if message.state == Message.State.UNKNOWN:
            # It may have arrived where it went: another address would be another message.
            del self.fields["to_address"]
