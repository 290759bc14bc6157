"""What the process that asks and the process that renders say to each other, over a socket pair.

A frame is its length in four bytes and its bytes. A request is the document; an answer is one byte (Answer) and the
PDF, or why there is none. Nothing here or in child.py imports Django.
"""

import socket
import struct
from dataclasses import asdict, dataclass
from enum import IntEnum

_LENGTH = struct.Struct(">I")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one document may take, and one process for all of them."""

    seconds: int = 20
    memory_mb: int = 512  # of address space above what the process holds when it is ready
    documents: int = 500
    resident_mb: int = 180
    idle_seconds: int = 600

    def text(self) -> str:
        """As an argument for the command line."""
        return ",".join(f"{name}={value}" for name, value in asdict(self).items())

    @classmethod
    def parse(cls, text: str) -> "Limits":
        """The limits in `text`."""
        return cls(**{name: int(value) for name, _, value in (part.partition("=") for part in text.split(","))})


class Answer(IntEnum):
    """What became of a document; the odd ones are the last word of their process."""

    MADE = 0
    MADE_LAST = 1
    TOO_LARGE = 3
    FAILED = 5

    def last(self) -> "Answer":
        """The same answer from a process that ends now."""
        return Answer(self | 1)

    @property
    def is_last(self) -> bool:
        """Whether the process ends after it."""
        return bool(self & 1)


def write_frame(connection: socket.socket, payload: bytes) -> None:
    """Send one frame. TimeoutError when the other side does not take it within the socket's time."""
    connection.sendall(_LENGTH.pack(len(payload)) + payload)


def write_answer(connection: socket.socket, answer: Answer, payload: bytes) -> None:
    """Send one answer."""
    write_frame(connection, bytes((answer,)) + payload)


def read_frame(connection: socket.socket) -> bytes | None:
    """The next frame; None when the other side is gone. TimeoutError by the socket's time."""
    head = _read(connection, _LENGTH.size)
    return None if head is None else _read(connection, _LENGTH.unpack(head)[0])


def _read(connection: socket.socket, count: int) -> bytes | None:
    parts = []
    while count:
        try:
            part = connection.recv(min(count, 2**20))
        except ConnectionResetError:
            return None
        if not part:
            return None
        parts.append(part)
        count -= len(part)
    return b"".join(parts)
