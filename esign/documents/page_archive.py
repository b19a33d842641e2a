"""Templates as files: ``template.json`` and ``document.pdf``, in a folder or a ZIP archive."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

from esign.documents.page_errors import TemplateArchiveRefused
from esign.documents.page_template import MAX_BYTES, PageTemplate
from esign.documents.upload import MAX_BYTES as MAX_PDF
from esign.documents.upload import normalise

DESCRIPTION, DOCUMENT = "template.json", "document.pdf"
_LIMITS = {DESCRIPTION: MAX_BYTES, DOCUMENT: MAX_PDF}
_LARGEST = 20_000_000
_ALWAYS = (1980, 1, 1, 0, 0, 0)
"""The archive carries no time: the same template gives the same bytes."""


def to_archive(template: PageTemplate) -> bytes:
    """Return a template as a ZIP archive of its two files."""
    stream = io.BytesIO()
    readable = json.dumps(json.loads(template.source), ensure_ascii=False, indent=2) + "\n"
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in ((DESCRIPTION, readable.encode("utf-8")), (DOCUMENT, template.pdf)):
            entry = zipfile.ZipInfo(name, date_time=_ALWAYS)
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, content)
    return stream.getvalue()


def from_archive(data: bytes) -> PageTemplate:
    """Return the template of a ZIP archive. Nothing is written to disk, nothing beyond the limits is unpacked.

    Raises:
        TemplateArchiveRefused: Other files than the two, paths, encryption, more bytes than allowed, no archive.
        TemplateRefused: What stands in them is refused.
        UploadRefused: The PDF is refused.
    """
    if len(data) > _LARGEST:
        raise TemplateArchiveRefused("the archive is too large", limit=_LARGEST)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            if sorted(entry.filename for entry in entries) != sorted(_LIMITS):
                raise TemplateArchiveRefused("the archive holds other files than the two of a template")
            contents = {entry.filename: _read(archive, entry) for entry in entries}
    except TemplateArchiveRefused:
        raise
    except Exception:  # whatever a foreign archive makes the library say
        raise TemplateArchiveRefused("this is no ZIP archive that can be read") from None
    return PageTemplate.parse(contents[DESCRIPTION], normalise(contents[DOCUMENT]))


def to_folder(template: PageTemplate, folder: Path) -> None:
    """Write a template's two files into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(io.BytesIO(to_archive(template))) as archive:
        for name in _LIMITS:
            (folder / name).write_bytes(archive.read(name))


def from_folder(folder: Path) -> PageTemplate:
    """Return the template in a folder; like :func:`from_archive`.

    Raises:
        TemplateArchiveRefused: A file is missing, is no plain file, or is too large.
        TemplateRefused: What stands in them is refused.
        UploadRefused: The PDF is refused.
    """
    contents = {}
    for name, limit in _LIMITS.items():
        path = folder / name
        if path.is_symlink() or not path.is_file() or path.stat().st_size > limit:
            raise TemplateArchiveRefused("a file of the template is missing or too large", file=name)
        contents[name] = path.read_bytes()
    return PageTemplate.parse(contents[DESCRIPTION], normalise(contents[DOCUMENT]))


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    limit = _LIMITS[entry.filename]
    if entry.file_size > limit or entry.flag_bits & 1 or entry.is_dir():
        raise TemplateArchiveRefused("a file of the template is too large or encrypted", file=entry.filename)
    with archive.open(entry) as stream:
        content = stream.read(limit + 1)
    if len(content) > limit:
        raise TemplateArchiveRefused("a file of the template is too large", file=entry.filename)
    return content
