"""The name of a saved view, and who sees it."""

from django import forms
from django.utils.translation import gettext_lazy as _

from arap.desk.actions.saved_views import NAME_LENGTH_MAX


class SavedViewForm(forms.Form):
    """`is_shared` is left out for those who may not share."""

    name = forms.CharField(
        label=_("Name of the view"),
        max_length=NAME_LENGTH_MAX,
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
        error_messages={"required": _("Type a name for the view.")},
    )
    is_shared = forms.BooleanField(label=_("For everybody in the company"), required=False)
