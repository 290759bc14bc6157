"""A note about a customer, and the file beside it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from arap.desk.forms.files import FileForm


class NoteForm(FileForm):
    """Text, a file, or both."""

    text = forms.CharField(
        label=_("Note"), max_length=4000, required=False, widget=forms.Textarea(attrs={"class": "input", "rows": "3"})
    )

    def clean(self) -> dict[str, Any]:
        """One of the two must be there."""
        cleaned = super().clean() or {}
        if not self.errors and not cleaned.get("text") and not cleaned.get("file"):
            self.add_error("text", _("Type a note or choose a file."))
        return cleaned
