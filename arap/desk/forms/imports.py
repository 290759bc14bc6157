"""Files that are brought: a history, or exchange rates."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from arap.core.uploads import UPLOAD_MB_MAX


class FileForm(forms.Form):
    """One file. What it is, is judged by its content later, never by its name."""

    key = forms.CharField(max_length=64, widget=forms.HiddenInput)
    file = forms.FileField(
        label=_("File"),
        max_length=200,
        widget=forms.FileInput(attrs={"class": "input input--file", "accept": ".csv,.xlsx,.txt"}),
        error_messages={
            "required": _("Choose a file."),
            "empty": _("The file is empty."),
            "max_length": _("The name of the file is too long."),
        },
    )

    def __init__(self, request: HttpRequest, **options: Any) -> None:
        posted = (request.POST, request.FILES) if request.method == "POST" else (None, None)
        super().__init__(*posted, **options)
        if getattr(request, "upload_too_large", False):
            message = _("The file is larger than %(limit)d MB. Split it and load the parts.") % {"limit": UPLOAD_MB_MAX}
            self.fields["file"].error_messages["required"] = message

    def content(self) -> tuple[str, bytes]:
        """Name and content of the file. Only of a valid form."""
        file: UploadedFile = self.cleaned_data["file"]
        return str(file.name), file.read()
