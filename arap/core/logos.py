"""A company's logo as it is brought: a small picture, and really one."""

import io
from typing import Any

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from PIL import Image

LOGO_BYTES_MAX = 512 * 1024
LOGO_SIDE_MAX = 4000
LOGO_FORMATS = ("PNG", "JPEG")


def read_logo(upload: UploadedFile | None, *, upload_too_large: bool) -> bytes | None:
    """The picture's bytes, after it was opened as a picture: its name and its beginning prove nothing. None for none.

    `upload_too_large`: uploads.py dropped the file on its way. Raises ValidationError.
    """
    if upload_too_large or (upload is not None and (upload.size or 0) > LOGO_BYTES_MAX):
        raise ValidationError(_("The logo is larger than 512 KB."))
    if upload is None:
        return None
    content: bytes = upload.read()
    if max(_sides(content)) > LOGO_SIDE_MAX:
        raise ValidationError(_("The logo has more than 4,000 pixels on a side."))
    return content


def _sides(content: bytes) -> tuple[int, int]:
    """Width and height. The picture is unpacked only when it is not too large for that."""
    try:
        with Image.open(io.BytesIO(content), formats=LOGO_FORMATS) as picture:
            sides: tuple[Any, Any] = picture.size
            if max(sides) <= LOGO_SIDE_MAX:
                picture.load()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        raise ValidationError(_("The logo is neither PNG nor JPEG.")) from None
    return sides
