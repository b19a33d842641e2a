"""What a page says about verified files: words of the reports, pictures and reports as data within the page."""

from __future__ import annotations

import base64
import re
import secrets
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from flask import request

from esign.documents.errors import HelpersBusy
from esign.foundation.errors import EsignError
from web.security import COMPANY_POLICY
from web.verification.refusals import NoFileSent, TooManyFiles, VerificationBusy
from web.verification.room import FILES, arrived, bench

if TYPE_CHECKING:
    from esign.engine.verification import VerificationDesk, Verified

POLICY = COMPANY_POLICY.replace("img-src 'self'", "img-src 'self' data:")
"""Policy of these pages: one module of our own, and pictures that stand in the page itself."""
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_LONGEST = 400
_STEM = re.compile(r"[^A-Za-z0-9._-]+")
_ENDINGS = (("pdf", "application/pdf"), ("json", "application/json"), ("xml", "application/xml"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """A report within the page.

    Args:
        ending: ``pdf``, ``json`` or ``xml``.
        name: What the browser calls the file.
        address: The report itself (RFC 2397).
        size: Bytes.
    """

    ending: str
    name: str
    address: str
    size: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a page says about one file.

    Args:
        id: A random word for the parts of the page.
        name: Of the file.
        words: What the report for people says.
        pictures: Addresses of the pictures that ``words`` refers to.
        downloads: The reports.
        refused: Why there are no sealed reports; None: there are, or none were asked for.
    """

    id: str
    name: str
    words: Mapping[str, Any]
    pictures: tuple[str, ...]
    downloads: tuple[Download, ...]
    refused: str | None = None


def inert(text: object) -> str:
    """Return text of strangers whose every character is seen: what shows nothing or turns writing round is numbered."""
    said = str(text)
    cut = said if len(said) <= _LONGEST else said[: _LONGEST - 1] + "…"
    return "".join(f"[U+{ord(letter):04X}]" if unicodedata.category(letter) in _UNSEEN else letter for letter in cut)


def examined(desk: VerificationDesk, *, lang: str, sealed: bool = False) -> tuple[Shown, ...]:
    """Return what is to be said about the files of this request.

    Raises:
        NoFileSent: There is none.
        TooManyFiles: More than one answer holds.
        VerificationBusy: Others are being looked into for too long.
    """
    arrived()
    sent = [one for one in request.files.getlist("files") if one.filename or one.content_length]
    if not sent:
        raise NoFileSent
    if len(sent) > FILES:
        raise TooManyFiles(most=FILES)
    return tuple(_one(desk, one.stream.read(), one.filename or "", lang, sealed) for one in sent)


def _one(desk: VerificationDesk, data: bytes, filename: str, lang: str, sealed: bool) -> Shown:
    name = inert(filename.replace("\\", "/").rsplit("/", 1)[-1]) or "?"
    refused = None
    try:
        with bench().place():
            try:
                found = desk.verify(data, name=name, lang=lang, sealed=sealed)
            except HelpersBusy:
                raise
            except EsignError as error:
                if not sealed:
                    raise
                refused = error.code
                found = desk.verify(data, name=name, lang=lang)
    except HelpersBusy:
        raise VerificationBusy from None
    return Shown(
        id=f"v{secrets.token_hex(4)}",
        name=name,
        words=found.reports.words,
        pictures=tuple(_data(png, "image/png") for png in found.reports.shown),
        downloads=_downloads(found, name),
        refused=refused,
    )


def _downloads(found: Verified, name: str) -> tuple[Download, ...]:
    stem = _STEM.sub("_", name.removesuffix(".pdf"))[:80].strip("._") or "report"
    reports: Sequence[bytes] = (found.reports.pdf, found.reports.json, found.reports.xml)
    return tuple(
        Download(ending=ending, name=f"{stem}.report.{ending}", address=_data(report, media), size=len(report))
        for (ending, media), report in zip(_ENDINGS, reports, strict=True)
    )


def _data(content: bytes, media_type: str) -> str:
    return f"data:{media_type};base64,{base64.b64encode(content).decode('ascii')}"
