"""Reading the signatures of a PDF safely: whatever the bytes are, the answer is values or an error of this room."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from esign.pades import der
from esign.pades.document import Array, Dictionary, Document, Field, entry, reading
from esign.pades.errors import ByteRangeError, DerError, SignatureReadError

_LONGEST_HOLE = 8 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedSignature:
    """A signature as it stands in the file; nothing of it has been verified.

    Args:
        field: Fully qualified name of the field.
        kind: ``Sig`` or ``DocTimeStamp``.
        subfilter: ``ETSI.CAdES.detached``, ``ETSI.RFC3161`` …
        byte_range: ``(0, b, c, d)`` within the file; bytes b to c are the hole.
        cms: CMS signature or RFC 3161 token, cut to its own length.
        padding_is_zero: Whether everything behind the CMS in the hole is zero.
        covers_whole_file: Whether the byte range ends with the file.
    """

    field: str
    kind: str
    subfilter: str
    byte_range: tuple[int, int, int, int]
    cms: bytes
    padding_is_zero: bool
    covers_whole_file: bool


def read_signatures(pdf: bytes | Document) -> tuple[EmbeddedSignature, ...]:
    """Return the signatures of a document in the order in which their byte ranges end.

    Args:
        pdf: The file, or the file as it was opened before.

    Raises:
        DocumentUnreadableError: Not a PDF, or damaged.
        DocumentUnsupportedError: Encrypted, XFA, or larger than any contract.
        SignatureReadError: A signature field holds something that is no signature.
        ByteRangeError: A byte range is not two pieces of this file around the signature's own contents.
    """
    document = pdf if isinstance(pdf, Document) else Document(pdf)
    with reading():
        found = [_signature(document.data, field) for field in document.fields() if field.signed]
        return tuple(sorted(found, key=lambda s: s.byte_range[2] + s.byte_range[3]))


def _signature(pdf: bytes, field: Field) -> EmbeddedSignature:
    dictionary = field.dictionary["/V"]
    if not isinstance(dictionary, Dictionary):
        raise SignatureReadError("signature is not a dictionary")
    byte_range = _byte_range(dictionary, len(pdf))
    contents = _hole(pdf, byte_range)
    if contents != getattr(dictionary.raw_get("/Contents"), "original_bytes", None):
        raise ByteRangeError("the byte range leaves out something other than the signature's own contents")
    if contents[:1] != bytes((der.SEQUENCE,)):
        raise SignatureReadError("the field holds no signature yet, or none at all")
    try:
        length = der.element_length(contents)
    except DerError as error:
        raise SignatureReadError("contents are not DER") from error
    return EmbeddedSignature(
        field=field.name,
        kind=str(entry(dictionary, "/Type", "/Sig"))[1:],
        subfilter=str(entry(dictionary, "/SubFilter", "/"))[1:],
        byte_range=byte_range,
        cms=contents[:length],
        padding_is_zero=not any(contents[length:]),
        covers_whole_file=byte_range[2] + byte_range[3] == len(pdf),
    )


def _byte_range(dictionary: Any, size: int) -> tuple[int, int, int, int]:
    array = entry(dictionary, "/ByteRange")
    if not isinstance(array, Array) or len(array) != 4:
        raise ByteRangeError("byte range is not four numbers")
    numbers = [item for item in array if isinstance(item, int) and not isinstance(item, bool)]
    if len(numbers) != 4 or not 0 == numbers[0] < numbers[1] < numbers[2] <= numbers[2] + numbers[3] <= size:
        raise ByteRangeError("byte range is not two pieces of this file")
    first, start, end, behind = (int(n) for n in numbers)
    return first, start, end, behind


def _hole(pdf: bytes, byte_range: tuple[int, int, int, int]) -> bytes:
    _, start, end, _ = byte_range
    hole = pdf[start:end]
    if len(hole) > _LONGEST_HOLE or not (hole.startswith(b"<") and hole.endswith(b">")):
        raise ByteRangeError("hole of the byte range is not one hexadecimal string")
    digits = hole[1:-1]
    if len(digits) % 2 or not digits.isalnum():
        raise ByteRangeError("hole of the byte range is not one hexadecimal string")
    try:
        return bytes.fromhex(digits.decode("ascii"))
    except ValueError as error:
        raise ByteRangeError("hole of the byte range is not one hexadecimal string") from error
