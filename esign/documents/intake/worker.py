"""The helper of ``upload``: reads a PDF from standard input, writes one line of JSON and, if it is taken, the new PDF.

Runs as a process of its own (``python -I worker.py``) and limits itself before it reads anything: a hostile file can
spoil the helper, not the engine. The rooms above it are not loaded: their packages are put there empty.
"""

from __future__ import annotations

import io
import json
import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

_LANDMARK = re.compile(
    rb"\d(?:[\0\s]|%[^\r\n]*[\r\n])+\d+(?:[\0\s]|%[^\r\n]*[\r\n])*obj|xref[\0\s]+\d|trailer[\0\s]*<<"
)
"""What the customer's browser takes for the place of an object, a table or a trailer (web/agent, pdf-names)."""
_DOCUMENTS = Path(__file__).resolve().parent.parent


def main() -> int:
    """Normalise one file; return the process status: 0 there is an answer."""
    for name, folder in (("esign", _DOCUMENTS.parent), ("esign.documents", _DOCUMENTS)):
        package = ModuleType(name)
        package.__path__ = [str(folder)]
        sys.modules.setdefault(name, package)
    from esign.documents.intake import limits
    from esign.documents.intake.reasons import Refused

    limits.confine()
    data = sys.stdin.buffer.read()
    pdf = b""
    try:
        answer, pdf = _normalised(data)
    except Refused as refused:
        answer = {"refused": refused.reason, "facts": refused.facts}
    except MemoryError:
        answer = {"refused": "too_complex", "facts": {}}
    except RecursionError:
        answer = {"refused": "damaged", "facts": {}}
    sys.stdout.buffer.write(json.dumps(answer).encode("ascii") + b"\n" + pdf)
    sys.stdout.buffer.flush()
    return 0


def _normalised(data: bytes) -> tuple[dict[str, Any], bytes]:
    """Return what is said about the file, and the file in its one form.

    1. It begins as a PDF; what is packed unpacks to a bounded size.  2. It opens without repairs and without a
    password.  3. Its page tree ends, and is the one that another reader sees.  4. Nothing in it acts, hides, plays,
    points elsewhere or is signed.  5. Fields and annotations are drawn into the pages, the pages straightened, standard
    typefaces put in.  6. It is written as one classic revision.  7. No name is left that the customer's browser would
    refuse.
    """
    import pikepdf

    from esign.documents.intake import agreement, fonts, forms, objects, pages, streams, structure
    from esign.documents.intake.reasons import Reasons, Refused

    if b"%PDF-" not in data[:1024]:
        raise Refused("not_pdf")
    streams.check_packed_objects(data)
    try:
        with _opened(data) as document:
            structure.check_page_tree(document)
            reasons = Reasons()
            structure.check_catalogue(document.Root, reasons)
            if not agreement.one_reading(data, document):
                reasons.add("ambiguous")
            structure.prune(document)
            reached = _written(document, compress=False)
        with _opened(reached) as document:
            streams.check_streams(document)
            objects.inspect(document, reasons)
            pages.check_sizes(document, reasons)
            forms.check_form(document, reasons)
            for picture in streams.image_filters(document):
                reasons.add("image_format", kind=streams.filters(picture)[-1].lstrip("/"))
            reasons.check()
            settled = forms.settle(document)
            sizes = pages.straighten(document)
            reached = _written(document)
        with _opened(reached) as document:
            stood_in = fonts.put_in(document, reasons)
            reasons.check()
            objects.check_names(document)
            tagged = "/StructTreeRoot" in document.Root
            pdf = _written(document)
            if not _plain(pdf):
                pdf = _written(document, recompress=True)
        with _opened(pdf) as document:  # written once more: what is normal stays as it is, byte for byte
            pdf = _written(document)
    except pikepdf.PasswordError:
        raise Refused("encrypted") from None
    except (Refused, MemoryError, RecursionError):
        raise
    except Exception as error:  # whatever a foreign file makes the library say
        raise Refused("damaged", fault=type(error).__name__) from error
    if not _plain(pdf):
        raise Refused("damaged", where="text")
    warnings: list[dict[str, Any]] = []
    if stood_in:
        warnings.append({"kind": "font_not_embedded", "values": list(stood_in)})
    if settled.fields:
        warnings.append({"kind": "form_flattened", "values": [str(settled.fields)]})
    if settled.drawn:
        warnings.append({"kind": "annotations_drawn", "values": [str(settled.drawn)]})
    if settled.links:
        warnings.append({"kind": "links", "values": sorted(set(settled.links))[:50]})
    if not tagged:
        warnings.append({"kind": "not_tagged", "values": []})
    return {"pages": len(sizes), "sizes": sizes, "warnings": warnings}, pdf


def _plain(pdf: bytes) -> bool:
    """Tell whether nothing in strings and streams looks like an object, a table, a trailer or an end of the file."""
    table = re.search(rb"\nxref\n0 (\d+)\n", pdf)
    landmarks = int(table[1]) - 1 + len(("xref", "trailer", "startxref")) if table else -1
    return len(_LANDMARK.findall(pdf)) == landmarks and pdf.count(b"%%EOF") == 1 and b"/ByteRange" not in pdf


def _opened(data: bytes) -> Any:
    import pikepdf

    from esign.documents.intake.reasons import Refused

    document = pikepdf.open(io.BytesIO(data), suppress_warnings=True, attempt_recovery=False)
    if document.is_encrypted:
        document.close()
        raise Refused("encrypted")
    return document


def _written(document: Any, *, compress: bool = True, recompress: bool = False) -> bytes:
    import pikepdf

    stream = io.BytesIO()
    document.save(
        stream,
        force_version="1.7",
        fix_metadata_version=False,
        preserve_pdfa=True,  # an end of line before each "endstream", as our lint asks
        object_stream_mode=pikepdf.ObjectStreamMode.disable,
        compress_streams=compress,  # without: every stream as it stands, packed or not
        recompress_flate=recompress,
        stream_decode_level=pikepdf.StreamDecodeLevel.generalized if recompress else pikepdf.StreamDecodeLevel.none,
        deterministic_id=True,
    )
    return stream.getvalue()


if __name__ == "__main__":
    raise SystemExit(main())
