"""What goes through the pipes between a process that seals and its helper: a head in JSON, and bytes.

Both sides write frames: two lengths (8 bytes each), the head, the bytes. Nobody unpickles what a helper says.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping
from typing import Any, BinaryIO

READY = b"+"
"""What a helper says once when it is shut in."""
SIZE = struct.Struct(">Q")
SIZES = struct.Struct(">QQ")
_LONGEST_HEAD = 4 << 20
_LONGEST_BODY = 512 << 20


def tell(pipe: BinaryIO, head: Mapping[str, Any], body: bytes = b"") -> None:
    """Write a frame.

    Raises:
        OSError: Nobody reads it.
    """
    written = json.dumps(head).encode("ascii")
    pipe.write(SIZES.pack(len(written), len(body)) + written)
    pipe.write(body)
    pipe.flush()


def heard(pipe: BinaryIO) -> tuple[dict[str, Any], bytes]:
    """Read a frame.

    Raises:
        EOFError: Nobody writes any more.
        ValueError: It is no frame.
    """
    sizes = _exactly(pipe, SIZES.size)
    head_size, size = SIZES.unpack(sizes)
    if head_size > _LONGEST_HEAD or size > _LONGEST_BODY:
        raise ValueError("a frame too long")
    head = json.loads(_exactly(pipe, head_size))
    if not isinstance(head, dict):
        raise ValueError("a frame without a head")
    return head, _exactly(pipe, size)


def _exactly(pipe: BinaryIO, size: int) -> bytes:
    found = pipe.read(size)
    if len(found) < size:
        raise EOFError
    return found
