"""A file that somebody brings: what it is, is judged by its content."""

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from arap.core.file_kinds import media_type_of
from arap.core.files import NewFile

FILE_MB_MAX = 10
KINDS = format_lazy(_("PDF, PNG, JPEG, Word, Excel, OFD or text, at most {limit} MB."), limit=FILE_MB_MAX)


class FileForm(forms.Form):
    """One file; without it where the form says that it may lack."""

    file = forms.FileField(
        label=_("File"),
        required=False,
        max_length=200,
        help_text=KINDS,
        widget=forms.FileInput(attrs={"class": "input input--file"}),
        error_messages={"empty": _("The file is empty."), "max_length": _("The name of the file is too long.")},
    )

    def __init__(self, request: HttpRequest) -> None:
        is_posted = request.method == "POST"
        super().__init__(request.POST if is_posted else None, request.FILES if is_posted else None)
        self.was_too_large = getattr(request, "upload_too_large", False)
        too_large = _("The file is larger than %(limit)s MB.") % {"limit": FILE_MB_MAX}
        self.too_large = too_large
        self.fields["file"].widget.attrs |= {"data-bytes-max": FILE_MB_MAX << 20, "data-too-large": too_large}

    def clean_file(self) -> NewFile | None:
        """The file as it is kept, or None."""
        upload = self.cleaned_data["file"]
        if self.was_too_large or (upload and upload.size > FILE_MB_MAX << 20):
            raise ValidationError(self.too_large)
        if not upload:
            return None
        content = upload.read()
        media_type = media_type_of(content)
        if not media_type:
            raise ValidationError(_("This kind of file is not kept. Kept are: %(kinds)s") % {"kinds": KINDS})
        return NewFile(name=upload.name, media_type=media_type, content=content)
