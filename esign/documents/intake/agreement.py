"""A file that can be read in two ways: what one program shows is not what another one shows."""

from __future__ import annotations

import pikepdf

from esign.pdf import Pdf, PdfError, Ref


def one_reading(data: bytes, document: pikepdf.Pdf) -> bool:
    """Tell whether our own reader sees the same end of the file, the same catalogue and the same pages as the library.

    It reads strictly: a name twice in a dictionary, a table that tells twice of an object, an end that names an older
    document are no reading at all.

    Source: ISO 32000-2 clauses 7.3.7, 7.5.4 to 7.5.8.
    """
    try:
        pdf = Pdf(data)
        view = pdf.view()
        catalogue, own = view.trailer.get("Root"), [page.ref for page in view.pages()]
    except PdfError:
        return False
    seen = document.Root.objgen, [page.obj.objgen for page in document.pages]
    return isinstance(catalogue, Ref) and pdf.ends_with_last_revision and (catalogue, own) == seen
