"""What commands are given: files and folders, evidence records, trust anchors, validation data, an instant."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from esign.cli.configuration import load_if_any
from esign.cli.errors import FileUnreadable, WrongUse

if TYPE_CHECKING:
    from esign.validation.certificates import TrustAnchors
    from esign.validation.process import Material

LARGEST_INPUT = 64 << 20
"""Bytes of a trust anchor, revocation list or trusted list."""
RECORD = ".ers"
"""What the name of an evidence record has behind that of its file."""


def files_of(paths: Sequence[Path]) -> Iterator[Path]:
    """Yield the files that are meant: a folder stands for every PDF in it and below it, in order.

    What cannot be looked into – a folder below, a link that leads nowhere – stands for itself: it is unreadable.

    Raises:
        WrongUse: There is no PDF in a folder.
    """
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        found = sorted(_within(path))
        if not found:
            raise WrongUse(f"there is no PDF in the folder {path}")
        yield from found


def records_of(path: Path | None, files: Sequence[Path]) -> Callable[[Path], bytes | None]:
    """Return a function that gives the evidence record of a file, or None where there is none.

    Args:
        path: The record of the one file, or a folder in which each file's record has its name with ``.ers`` behind it;
            None: it is looked for beside the file.
        files: The files that are meant.

    Raises:
        WrongUse: One record for several files.
    """
    one = path is not None and not path.is_dir()
    if one and len(set(files)) > 1:
        raise WrongUse("one evidence record belongs to one file; for several name the folder of their records")

    def record(file: Path) -> bytes | None:
        if path is not None and one:
            return input_file(path)
        beside = (path or file.parent) / f"{file.name}{RECORD}"
        if path is None and not beside.is_file():
            return None
        return input_file(beside)

    return record


def _within(folder: Path) -> list[Path]:
    closed: list[Path] = []
    walk = os.walk(folder, onerror=lambda error: closed.append(Path(str(error.filename))))
    found = [Path(here, name) for here, _, names in walk for name in names if name.lower().endswith(".pdf")]
    return found + closed


def shown(path: Path) -> str:
    """Return a file's name as text that can be written; file systems also hold names that are none."""
    return os.fsencode(path).decode("utf-8", "replace")


def read_file(path: Path, limit: int) -> bytes:
    """Return a file's bytes; at most one more than the limit.

    Raises:
        FileUnreadable: It is not there, not to be read, or no file.
    """
    if path.exists() and not path.is_file():
        raise FileUnreadable("this is no file")
    try:
        with path.open("rb") as source:
            return source.read(limit + 1)
    except (OSError, ValueError) as error:
        raise FileUnreadable("the file cannot be read") from error


def read_document(path: Path) -> bytes:
    """Return a document's bytes.

    Raises:
        FileUnreadable: It is not there, not to be read, no file, or larger than any that is looked into.
    """
    from esign.validation.isolation import MAX_BYTES

    data = read_file(path, MAX_BYTES)
    if len(data) > MAX_BYTES:
        raise FileUnreadable("the file is larger than any that is looked into", file=str(path))
    return data


def trust_of(paths: Sequence[Path], config: Path | None) -> TrustAnchors:
    """Return the trust anchors of files and folders; without any those of the configuration, if there is one.

    Raises:
        FileUnreadable: A file cannot be read, or holds no certificate.
        SettingsError: The configuration cannot be used.
    """
    from esign.validation.certificates import NoTrustAnchors, TrustAnchors

    if not paths:
        settings = load_if_any(config)
        if settings is None:
            return NoTrustAnchors()
        from esign.lookups import trust_anchors

        return trust_anchors(settings.trust_anchors)
    found: list[bytes] = []
    for path in paths:
        for file in _inside(path):
            found += _certificates(file)
    return TrustAnchors(certificates=tuple(dict.fromkeys(found)))


def _inside(path: Path) -> list[Path]:
    from esign.validation.certificates import CERTIFICATE_FILES

    inside = sorted(file for pattern in CERTIFICATE_FILES for file in path.glob(pattern)) if path.is_dir() else [path]
    if not inside:
        raise FileUnreadable("there is no certificate in the folder", file=str(path))
    return inside


def _certificates(file: Path) -> list[bytes]:
    from esign.validation.certificates import read_certificates

    try:
        return read_certificates(input_file(file))
    except ValueError as error:
        raise FileUnreadable("this is no certificate", file=str(file)) from error


def material_of(
    crls: Sequence[Path], ocsp_responses: Sequence[Path] = (), certificates: Sequence[Path] = ()
) -> Material:
    """Return validation data of files: revocation lists and certificates in PEM or DER, OCSP responses in DER.

    Raises:
        FileUnreadable: A file cannot be read, or holds something else.
    """
    from cryptography.x509 import ocsp

    from esign.validation.process import Material

    answers: list[bytes] = []
    for file in ocsp_responses:
        data = input_file(file)
        try:
            answers.append(data)
            successful = ocsp.load_der_ocsp_response(data).response_status is ocsp.OCSPResponseStatus.SUCCESSFUL
        except ValueError as error:
            raise FileUnreadable("this is no OCSP response (DER)", file=str(file)) from error
        if not successful:
            raise FileUnreadable("the responder had no answer", file=str(file))
    above = [der for path in certificates for file in _inside(path) for der in _certificates(file)]
    return Material(
        certificates=tuple(dict.fromkeys(above)),
        crls=tuple(dict.fromkeys(_crls(crls))),
        ocsp_responses=tuple(dict.fromkeys(answers)),
    )


def _crls(files: Sequence[Path]) -> list[bytes]:
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    found: list[bytes] = []
    for file in files:
        data = input_file(file)
        try:
            pem = data.lstrip().startswith(b"-----BEGIN")
            loaded = x509.load_pem_x509_crl(data) if pem else x509.load_der_x509_crl(data)
        except ValueError as error:
            raise FileUnreadable("this is no revocation list", file=str(file)) from error
        found.append(loaded.public_bytes(Encoding.DER))
    return found


def instant_of(text: str | None) -> datetime:
    """Return the instant of the validation: the present, or a stated one; without a time zone it is UTC.

    Raises:
        WrongUse: Not an instant.
    """
    if text is None:
        return datetime.now(UTC)
    try:
        stated = datetime.fromisoformat(text)
    except ValueError as error:
        raise WrongUse("--at is no instant such as 2026-11-22T12:00:00Z") from error
    try:
        return (stated if stated.tzinfo else stated.replace(tzinfo=UTC)).astimezone(UTC)
    except OverflowError as error:
        raise WrongUse("--at is no instant such as 2026-11-22T12:00:00Z") from error


def input_file(file: Path) -> bytes:
    """Return the bytes of a trust anchor, of validation data or of a trusted list.

    Raises:
        FileUnreadable: It cannot be read, or is larger than any of its kind.
    """
    try:
        data = read_file(file, LARGEST_INPUT)
    except FileUnreadable as error:
        raise FileUnreadable(error.detail, file=str(file)) from error
    if len(data) > LARGEST_INPUT:
        raise FileUnreadable("the file is larger than any of its kind", file=str(file))
    return data
