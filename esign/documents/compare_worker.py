"""The helper of ``compare``: reads two PDFs, writes pictures of the pages that differ, differences marked.

Runs as a process of its own (``python -I compare_worker.py SCALE PAIRS``) and limits itself before it reads anything:
both files may be hostile. Standard input: the length of the first file (8 bytes), the first, the second. Standard
output: the length of a head (8 bytes), the head (JSON), then the pictures (PNG) one behind the other.
"""

from __future__ import annotations

import io
import json
import resource
import struct
import sys
import time
from difflib import SequenceMatcher
from hashlib import sha256
from typing import Any

MEMORY = 1_500_000_000
"""Address space in bytes."""
CPU_SECONDS = 25
ENOUGH = 12.0
"""Seconds of processor time after which no further page is looked at."""
MAX_PIXELS = 6_000_000
MAX_PAGES = 400
MOST_BYTES = 10_000_000
"""Bytes of pictures after which no further pair is pictured."""
LARGEST_PICTURE = 3_000_000
"""Bytes of one picture; larger ones are made coarser."""
SIZE = struct.Struct(">Q")
FAINT = 24
"""Steps of grey (of 255) that two pixels may differ by without being marked."""
MARK = (200, 30, 20)
REACH = 9
"""Pixels by which a difference is made wider, so that it can be seen; odd."""


def main(scale: float, most: int) -> int:
    """Compare; return the process status: 0 done, 4 not readable."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NPROC, (0, 0))
    import pypdfium2

    data = sys.stdin.buffer.read()
    size = SIZE.unpack_from(data)[0]
    files = data[SIZE.size : SIZE.size + size], data[SIZE.size + size :]
    try:
        before, after = (_Pages(pypdfium2.PdfDocument(one), scale) for one in files)
        marks_before, marks_after = before.marks(), after.marks()
        head, pictures = _pairs(before, after, marks_before, marks_after, most)
    except (pypdfium2.PdfiumError, MemoryError, ValueError):
        return 4
    line = json.dumps(head).encode()
    sys.stdout.buffer.write(SIZE.pack(len(line)) + line + b"".join(pictures))
    sys.stdout.buffer.flush()
    return 0


class _Pages:
    """The pages of a file, pictured when they are asked for."""

    def __init__(self, document: Any, scale: float) -> None:
        self._document = document
        document.init_forms()  # pictures of signatures are form fields: readers show them too
        self._scale = scale
        self.count = min(len(document), MAX_PAGES)
        self.complete = len(document) <= MAX_PAGES

    def picture(self, index: int) -> Any:
        sheet = self._document[index]
        width, height = sheet.get_size()
        scale = min(self._scale, (MAX_PIXELS / max(1.0, width * height)) ** 0.5)
        found = sheet.render(scale=scale).to_pil().convert("RGB")
        sheet.close()
        return found

    def marks(self) -> list[bytes]:
        """Return a digest of each page's picture, as far as time allows."""
        found = []
        until = time.process_time() + ENOUGH / 2
        for index in range(self.count):
            if time.process_time() > until:
                self.complete = False
                break
            picture = self.picture(index)
            found.append(sha256(repr(picture.size).encode() + picture.tobytes()).digest())
        return found


def _pairs(
    before: _Pages, after: _Pages, first: list[bytes], second: list[bytes], most: int
) -> tuple[dict[str, Any], list[bytes]]:
    """Return what differs, at most so many pairs of pages with pictures."""
    places: list[tuple[int | None, int | None]] = []
    for kind, begin, end, start, stop in SequenceMatcher(None, first, second, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        length = max(end - begin, stop - start)
        for step in range(length):
            one = begin + step if begin + step < end else None
            other = start + step if start + step < stop else None
            places.append((one, other))
    pairs: list[dict[str, Any]] = []
    pictures: list[bytes] = []
    for one, other in places[:most]:
        if sum(map(len, pictures)) > MOST_BYTES:
            break
        left = before.picture(one) if one is not None else None
        right = after.picture(other) if other is not None else None
        if left is not None and right is not None:
            left, right = _marked(left, right)
        sizes = [0, 0]
        for side, picture in enumerate((left, right)):
            if picture is not None:
                pictures.append(_png(picture))
                sizes[side] = len(pictures[-1])
        pairs.append({"before": one, "after": other, "sizes": sizes})
    complete = before.complete and after.complete
    return {
        "pairs": pairs,
        "differing": len(places),
        "compared": [len(first), len(second)],
        "complete": complete,
    }, pictures


def _png(picture: Any) -> bytes:
    """Return a picture as PNG, half as fine as often as it takes to be no larger than allowed."""
    while True:
        stream = io.BytesIO()
        picture.save(stream, "PNG", compress_level=6)
        if stream.tell() <= LARGEST_PICTURE:
            return stream.getvalue()
        picture = picture.reduce(2)


def _marked(left: Any, right: Any) -> tuple[Any, Any]:
    """Return both pictures with a frame around each region that differs, on a common size."""
    from PIL import Image, ImageChops, ImageDraw, ImageFilter

    size = max(left.width, right.width), max(left.height, right.height)
    grounds = []
    for picture in (left, right):
        ground = Image.new("RGB", size, "white")
        ground.paste(picture)
        grounds.append(ground)
    difference = ImageChops.difference(*grounds)
    red, green, blue = difference.split()
    grey = ImageChops.lighter(ImageChops.lighter(red, green), blue)
    mask = grey.point(lambda value: 255 if value > FAINT else 0).filter(ImageFilter.MaxFilter(REACH))
    tint = Image.new("RGB", size, (255, 214, 102))
    for place, ground in enumerate(grounds):
        grounds[place] = Image.composite(ImageChops.multiply(ground, tint), ground, mask)
        draw = ImageDraw.Draw(grounds[place])
        for box in _boxes(mask):
            draw.rectangle(box, outline=MARK, width=2)
    return grounds[0], grounds[1]


CELL = 24
"""Pixels of the coarse grid on which regions are joined."""


def _boxes(mask: Any) -> list[tuple[int, int, int, int]]:
    """Return the frames of the regions of a mask, regions that touch joined."""
    from PIL import Image

    columns, rows = -(-mask.width // CELL), -(-mask.height // CELL)
    padded = Image.new("L", (columns * CELL, rows * CELL))
    padded.paste(mask)
    coarse = padded.reduce(CELL).tobytes()
    fine = {at for at, value in enumerate(coarse) if value}
    boxes = []
    while fine:
        todo = [fine.pop()]
        region = set(todo)
        while todo:
            column, row = todo[-1] % columns, todo.pop() // columns
            near = {
                y * columns + x
                for y in range(max(0, row - 1), min(rows, row + 2))
                for x in range(max(0, column - 1), min(columns, column + 2))
            } & fine
            fine -= near
            region |= near
            todo += near
        xs, ys = [at % columns for at in region], [at // columns for at in region]
        area = (min(xs) * CELL, min(ys) * CELL, (max(xs) + 1) * CELL, (max(ys) + 1) * CELL)
        tight = padded.crop(area).getbbox() or (0, 0, CELL, CELL)
        left, top = area[0] + tight[0], area[1] + tight[1]
        boxes.append((left, top, area[0] + tight[2] - 1, area[1] + tight[3] - 1))
    return boxes


if __name__ == "__main__":
    raise SystemExit(main(float(sys.argv[1]), int(sys.argv[2])))
