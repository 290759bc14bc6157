"""The largest upload there is: what goes beyond it is not stored anywhere, however much somebody sends."""

from django.contrib.auth import SESSION_KEY
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile

UPLOAD_MB_MAX = 64


class SizeLimit(FileUploadHandler):
    """Stands before the handlers that store. A file that grows too large is dropped, and the request says so.

    The form then finds no file; `request.upload_too_large` tells it why.
    """

    # Of the whole request, however many files it brings: a handler lives for one request.
    received = 0

    @property
    def limit(self) -> int:
        """Bytes. Forms are read before a view asks who sends them, and no form for strangers takes a file."""
        session = getattr(self.request, "session", None)
        return 0 if session is not None and SESSION_KEY not in session else UPLOAD_MB_MAX << 20

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Pass the chunk on while the file is within the limit."""
        self.received += len(raw_data)
        if self.received > self.limit:
            self.request.upload_too_large = True  # type: ignore[union-attr]
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> UploadedFile | None:
        """The next handler has the file."""
        return None
