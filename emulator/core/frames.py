"""Frames: objects on a stream between processes of one server, each after its length."""

import pickle
import struct
from typing import Any

LENGTH = struct.Struct("<Q")
"""What precedes a frame: how many bytes it has."""


def frame(content: Any) -> bytes:
    """Return the bytes of a frame."""
    body = pickle.dumps(content, pickle.HIGHEST_PROTOCOL)
    return LENGTH.pack(len(body)) + body


def content(body: bytes | bytearray | memoryview) -> Any:
    """Return the content of a frame. Both ends are processes of one server, which trust each other."""
    return pickle.loads(body)  # noqa: S301
