"""The largest upload there is: what goes beyond it is not stored anywhere, however much somebody sends."""

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile

UPLOAD_MB_MAX = 64


class SizeLimit(FileUploadHandler):
    """Stands before the handlers that store. A file that grows too large is dropped, and the request says so.

    The form then finds no file; `request.upload_too_large` tells it why.
    """

    # Of the whole request, however many files it brings: a handler lives for one request.
    received = 0

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Pass the chunk on while the file is within the limit."""
        self.received += len(raw_data)
        if self.received > UPLOAD_MB_MAX << 20:
            self.request.upload_too_large = True  # type: ignore[union-attr]
            raise SkipFile
        return raw_data

    def file_complete(self, file_size: int) -> UploadedFile | None:
        """The next handler has the file."""
        return None
