"""The container of a dossier: a ZIP file of which there is exactly one for the same parts, in the form of ASiC-E.

Nothing is compressed; times, flags, attributes and order are fixed. Whoever reads a container writes it again from what
was read and requires the very same bytes, so that no byte of it can be anything else, and names the part where they
differ. Source: ETSI EN 319 162-1 clause 4.4 (ASiC-E), PKWARE APPNOTE 6.3.3.
"""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

from esign.evidence.errors import ContainerError

MIMETYPE = "mimetype"
"""Name of the first part. Source: ETSI EN 319 162-1 clause 4.4.3.1."""

MEDIA_TYPE = b"application/vnd.etsi.asic-e+zip"
"""Content of the first part."""

META = "META-INF/"
"""Folder of manifests, seal and timestamp."""

MAX_PARTS = 2_000
MAX_BYTES = 256 * 1024 * 1024
"""Larger files are no dossiers."""

_NAME = re.compile(
    r"(signatories/[2-5]/)?[A-Za-z0-9][A-Za-z0-9_.-]{0,63}(/[A-Za-z0-9][A-Za-z0-9_.-]{0,63})?\Z", re.ASCII
)
_FRAME = re.compile(r"META-INF/(ASiCManifest[12]\.xml|signature\.p7s|timestamp\.tst)\Z")
_LOCAL = struct.Struct("<IHHHHHIIIHH")
_CENTRAL = struct.Struct("<IHHHHHHIIIHHHHHII")
_END = struct.Struct("<IHHHHIIH")
_LOCAL_MARK, _CENTRAL_MARK, _END_MARK = 0x04034B50, 0x02014B50, 0x06054B50
_VERSION = 10
_DATE = 0x0021  # 1980-01-01, the first day that ZIP knows


@dataclass(frozen=True, slots=True, kw_only=True)
class _Segment:
    name: str
    data: bytes


def order(name: str) -> tuple[int, str]:
    """Return by what parts are ordered: mimetype, the parts, then ``META-INF``."""
    return (0 if name == MIMETYPE else 2 if name.startswith(META) else 1, name)


def write_container(parts: Mapping[str, bytes]) -> bytes:
    """Return the container of the parts (without ``mimetype``, which is added).

    Raises:
        ContainerError: A name or size that a dossier does not have.
    """
    whole = {MIMETYPE: MEDIA_TYPE, **parts}
    for name in whole:
        if not _NAME.match(name) or (name == MIMETYPE) != (whole[name] is MEDIA_TYPE):
            raise ContainerError("name of a part", part=_printable(name))
    if len(whole) > MAX_PARTS or sum(map(len, whole.values())) > MAX_BYTES:
        raise ContainerError("larger than a dossier may be")
    segments = [_Segment(name=name, data=whole[name]) for name in sorted(whole, key=order)]
    bodies = [_local(segment) for segment in segments]
    start = sum(map(len, bodies))
    return b"".join(bodies) + _directory(segments, start)


def read_container(data: bytes) -> dict[str, bytes]:
    """Return the parts (without ``mimetype``) of exactly such a container.

    Raises:
        ContainerError: Any byte is another one; ``facts["part"]`` names the part in which the first difference lies, or
            ``container`` where it lies in no part.
    """
    if len(data) > MAX_BYTES + MAX_PARTS * 512:
        raise ContainerError("larger than a dossier may be", part="container")
    segments, end = _walk(data)
    listed = _listed(data)
    names = [segment.name for segment in segments]
    if not segments or data[end:] != _directory(segments, end) or len(set(names)) != len(names):
        raise _difference(data, segments, end, listed)
    parts = {segment.name: segment.data for segment in segments}
    if names != sorted(names, key=order):
        raise ContainerError("parts are not in their order", part="container")
    if parts.pop(MIMETYPE, None) != MEDIA_TYPE:
        raise ContainerError("not the media type of a dossier", part=MIMETYPE)
    return parts


def _local(segment: _Segment) -> bytes:
    name, size = segment.name.encode("ascii"), len(segment.data)
    header = _LOCAL.pack(_LOCAL_MARK, _VERSION, 0, 0, 0, _DATE, zlib.crc32(segment.data), size, size, len(name), 0)
    return header + name + segment.data


def _directory(segments: list[_Segment], start: int) -> bytes:
    rows, offset = [], 0
    for segment in segments:
        rows.append(_row(segment, offset))
        offset += _LOCAL.size + len(segment.name) + len(segment.data)
    size = sum(map(len, rows))
    return b"".join(rows) + _END.pack(_END_MARK, 0, 0, len(rows), len(rows), size, start, 0)


def _row(segment: _Segment, offset: int) -> bytes:
    name, size = segment.name.encode("ascii"), len(segment.data)
    crc = zlib.crc32(segment.data)
    header = _CENTRAL.pack(
        *(_CENTRAL_MARK, _VERSION, _VERSION, 0, 0, 0, _DATE, crc, size, size, len(name), 0, 0, 0, 0, 0, offset)
    )
    return header + name


def _walk(data: bytes) -> tuple[list[_Segment], int]:
    """Return the parts up to the first that is not exactly as it is written here, and where that begins."""
    segments: list[_Segment] = []
    position = 0
    while len(segments) < MAX_PARTS and position + _LOCAL.size <= len(data):
        fields = _LOCAL.unpack_from(data, position)
        begin = position + _LOCAL.size + fields[9]
        raw = data[position + _LOCAL.size : begin]
        content = data[begin : begin + fields[7]]
        if fields[0] != _LOCAL_MARK or not raw.isascii() or not _NAME.match(raw.decode("ascii")):
            break
        segment = _Segment(name=raw.decode("ascii"), data=content)
        if data[position : begin + fields[7]] != _local(segment):
            break
        segments.append(segment)
        position = begin + len(content)
    return segments, position


def _listed(data: bytes) -> list[str]:
    """Return the names of the directory at the end, as far as it can be read."""
    if len(data) < _END.size:
        return []
    end = _END.unpack_from(data, len(data) - _END.size)
    names: list[str] = []
    position = end[6] if end[0] == _END_MARK else data.find(_CENTRAL_MARK.to_bytes(4, "little"))
    while position >= 0 and position + _CENTRAL.size <= len(data) and len(names) < MAX_PARTS:
        fields = _CENTRAL.unpack_from(data, position)
        if fields[0] != _CENTRAL_MARK:
            break
        position += _CENTRAL.size
        names.append(_printable(data[position : position + fields[10]].decode("ascii", "replace")))
        position += fields[10]
    return names


def _difference(data: bytes, segments: list[_Segment], end: int, listed: list[str]) -> ContainerError:
    """Return the error that names where the bytes first differ from those of a dossier."""
    for place, segment in enumerate(segments):
        expected = listed[place] if place < len(listed) else segment.name
        if segment.name != expected and _known(expected, data) and not _known(segment.name, data):
            return ContainerError("header of the part", part=expected)
    if data[end : end + 4] != _CENTRAL_MARK.to_bytes(4, "little") and len(segments) < len(listed):
        return ContainerError("header, length or content of the part", part=listed[len(segments)])
    position = end
    offset = 0
    for segment in segments:
        row = _row(segment, offset)
        if data[position : position + len(row)] != row:
            return ContainerError("directory entry of the part", part=segment.name)
        position += len(row)
        offset += _LOCAL.size + len(segment.name) + len(segment.data)
    return ContainerError("directory, or something before, between or behind the parts", part="container")


def _known(name: str, data: bytes) -> bool:
    """Tell whether a name is one that a manifest somewhere in the bytes lists, or one of the frame."""
    listed = f'URI="{name}"'.encode("ascii", "replace") in data
    return name == MIMETYPE or listed or _FRAME.match(name) is not None


def _printable(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_./-]", "?", name)[:140]
