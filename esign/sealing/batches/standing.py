"""What has become of a document that was sealed before: is what has its name still the sealed one?"""

from __future__ import annotations

import hashlib
import re

from esign.sealing.batches.errors import OutputGone, OutputReplaced
from esign.sealing.batches.ports import Documents

MOST = 256 << 20
"""Bytes of a sealed document that is looked at for being the beginning of a longer one."""
_MOST_ENDS = 4_096
"""Ends of revisions that are looked at in one document."""
_find_ends = re.compile(rb"%%EOF(?:\r\n|[\r\n])?").finditer


def still_sealed(documents: Documents, output: bytes, digest: bytes) -> bool:
    """Check that the document that was sealed still has its name.

    Args:
        documents: Where it was given out.
        output: Its name.
        digest: SHA-256 of what was given out.

    Returns:
        Whether it was lengthened since (``esign augment``, a further signature): all that was given out is its
        beginning. What stands behind is not judged here; ``esign verify`` does that.

    Raises:
        OutputGone: Nothing has that name.
        OutputReplaced: Something else has it.
    """
    there = documents.digest(output)
    if there == digest:
        return False
    if there is not None and _begins_with(documents.content(output, MOST), digest):
        return True
    if there is None and not documents.exists(output):
        raise OutputGone
    raise OutputReplaced


def _begins_with(content: bytes | None, digest: bytes) -> bool:
    """Tell whether the bytes up to the end of a revision have a digest; everything is hashed once."""
    if content is None:
        return False
    view, running, done = memoryview(content), hashlib.sha256(), 0
    for count, end in enumerate(_find_ends(content)):
        if count == _MOST_ENDS:
            break
        for behind in (end.start() + 5, end.end()):  # a line end may have come with what follows
            running.update(view[done:behind])
            done = behind
            if running.digest() == digest:
                return True
    return False
