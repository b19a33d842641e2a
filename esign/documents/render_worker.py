"""The helper of ``render``: reads a PDF from standard input, writes one page as PNG to standard output.

Runs as a process of its own (``python -I render_worker.py PAGE SCALE``) and limits itself before it reads anything:
PDFium is not thread-safe, and files may be hostile.
"""

from __future__ import annotations

import resource
import sys

MEMORY = 1_500_000_000
"""Address space in bytes."""
CPU_SECONDS = 15
MAX_PIXELS = 40_000_000


def main(page: int, scale: float) -> int:
    """Picture one page; return the process status: 0 done, 3 no such page or too large, 4 not readable."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(sys.stdin.buffer.read())
        document.init_forms()  # pictures of signatures are form fields: the customer's viewer shows them too
    except (pypdfium2.PdfiumError, MemoryError):
        return 4
    if page >= len(document):
        return 3
    sheet = document[page]
    width, height = sheet.get_size()
    if width * height * scale * scale > MAX_PIXELS:
        return 3
    picture = sheet.render(scale=scale).to_pil().convert("RGB")
    picture.save(sys.stdout.buffer, "PNG")
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    raise SystemExit(main(int(sys.argv[1]), float(sys.argv[2])))
