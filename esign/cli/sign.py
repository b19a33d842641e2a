"""``esign sign``: a person's own signature with a device that they hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from esign.cli import sign_terminal
from esign.cli.configuration import config_option, load, load_if_any
from esign.cli.errors import FileUnwritable, WrongUse, tell
from esign.cli.fetching import Fetching, GivenData, given_data
from esign.cli.inputs import read_document, trust_of
from esign.cli.options import PATH
from esign.cli.terminal import json_line, plain
from esign.cli.trusted_list_inputs import NamedLists, lists_of, named_lists
from esign.cli.whole_file import create
from esign.foundation.digests import sha256
from esign.foundation.errors import EsignError

if TYPE_CHECKING:
    from esign.policy import LegalLevel
    from esign.sealing import SealKey, SealProfile, VisibleSeal
    from esign.sealing.own_signature import OwnSignature
    from esign.settings import Settings
    from esign.validation.certificates import TrustAnchors
    from esign.validation.isolation import Isolation
    from esign.validation.process import Material
    from esign.validation.qualification import TrustedServices
    from esign.validation.verdict import FileVerdict
    from esign.validation.verdict.signature_verdict import SignatureVerdict

DONE, REFUSED, WRONG_USE = 0, 1, 2
"""Exit status."""
_PLACE = re.compile(r"(\d{1,5}):(\d{1,5}),(\d{1,5}),(\d{1,5}),(\d{1,5})")


@click.command()
@click.argument("file", type=PATH)
@click.option("--legal-level", type=click.Choice(("simple", "advanced", "qualified")), required=True, help="By law.")
@click.option("--level", type=click.Choice(("B-B", "B-T", "B-LT", "B-LTA")), required=True, help="By ETSI (PAdES).")
@click.option("--device", metavar="URI", required=True, help="file:KEY.p12?pin-file=PATH, pkcs11:… or csc:NAME.")
@click.option("--out", type=PATH, required=True, help="A new file to write.")
@click.option("--field", default="Signature", show_default=True, help="Name of the field; taken: a number follows.")
@click.option(
    "--visible", metavar="PAGE:LEFT,BOTTOM,RIGHT,TOP", help="Where it is shown, in points (default: nowhere)."
)
@click.option("--lang", type=click.Choice(("de", "en")), default="de", show_default=True, help="Of what is shown.")
@click.option("--trust", type=PATH, multiple=True, help="Trusted certificates (default: those of the configuration).")
@given_data
@named_lists
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object (docs/schemas/sign.schema.json).")
@config_option
def sign(
    file: Path,
    legal_level: str,
    level: str,
    device: str,
    out: Path,
    field: str,
    visible: str | None,
    lang: str,
    trust: tuple[Path, ...],
    given: GivenData,
    lists: NamedLists,
    as_json: bool,
    config: Path | None,
) -> int:
    """Sign a PDF yourself, with a device that you hold.

    The device's certificate must allow what the law shall call the signature. A qualified one is your own act: one
    file, at a terminal, with the PIN from your hand and a confirmation; never from a pipe. What is made is verified
    before it is written. Exit 0 signed, 1 refused, 2 the file cannot be read, or wrong use; unless it is 0, nothing
    was written.
    """
    from esign.policy import LegalLevel

    wanted = LegalLevel.parse(legal_level)
    try:
        if wanted is LegalLevel.QUALIFIED:
            sign_terminal.require()
        data = read_document(file)
        if out.exists():
            raise FileUnwritable("the file exists already", file=str(out))
        place = _place(visible)
        settings = load_if_any(config) if level == "B-B" else load(config)
        now = _now()
        found = lists_of(lists, hosts=given.hosts, config=config, at=now, offline=False)
        surroundings = _Surroundings(
            settings=settings,
            trust=trust_of(trust, config),
            services=_services(found),
            fetching=given.fetching(settings),
            at=now,
        )
    except EsignError as error:
        tell(error, file, as_json=as_json)
        return WRONG_USE
    try:
        _look(data, surroundings)
        key, allowed = _device(device, wanted, surroundings)
        if wanted is LegalLevel.QUALIFIED:
            sign_terminal.confirm(_shown(file, data, allowed, key))
        profile = _profile(allowed, field, place, lang)
        made = _made(data, key, profile, surroundings, level)
        verdict = _judged(data, made, allowed, key, surroundings)
        create(out, made)
    except EsignError as error:
        tell(error, file, as_json=as_json)
        return REFUSED
    if as_json:
        click.echo(json_line(_object(file, out, allowed, verdict, key)))
    else:
        for line in _lines(out, allowed, verdict):
            click.echo(line)
    return DONE


@dataclass(frozen=True, slots=True, kw_only=True)
class _Surroundings:
    """What a signature is made and judged in."""

    settings: Settings | None
    trust: TrustAnchors
    services: TrustedServices | None
    fetching: Fetching
    at: datetime


def _now() -> datetime:
    return datetime.now(UTC)


def _place(text: str | None) -> tuple[int, tuple[float, float, float, float]] | None:
    if text is None:
        return None
    found = _PLACE.fullmatch(text)
    if found is None:
        raise WrongUse("--visible is PAGE:LEFT,BOTTOM,RIGHT,TOP in points, such as 1:60,60,260,120")
    page, left, bottom, right, top = map(int, found.groups())
    if page < 1 or right <= left or top <= bottom:
        raise WrongUse("--visible names no place on a page")
    return page - 1, (left, bottom, right, top)


def _services(found: Any) -> TrustedServices | None:
    from esign.validation.qualification import TrustedServices

    return None if found is None else TrustedServices.of(found)


def _look(data: bytes, around: _Surroundings) -> None:
    """Look into the document in a helper process first: what costs too much or breaks things is refused there."""
    from esign.sealing.own_signature import require_readable
    from esign.validation.isolation import Isolation

    with Isolation(trust=around.trust, material=around.fetching.given, lists=around.services) as isolation:
        require_readable(isolation.verify(data, at=around.at))


def _device(uri: str, wanted: LegalLevel, around: _Surroundings) -> tuple[SealKey, OwnSignature]:
    """Open the device, and tell what a signature with it is."""
    from esign import lookups
    from esign.policy import LegalLevel
    from esign.sealing.own_signature import allow

    qualified = wanted is LegalLevel.QUALIFIED
    key = lookups.seal_key(
        uri,
        settings=around.settings,
        ask_pin=sign_terminal.ask_pin if sign_terminal.present() else None,
        in_person=qualified,
    )
    return key, allow(key, wanted, trust=around.trust, services=around.services, at=around.at)


def _profile(
    allowed: OwnSignature, field: str, place: tuple[int, tuple[float, float, float, float]] | None, lang: str
) -> SealProfile:
    from esign.documents.appearance import signature_appearance
    from esign.sealing import SealProfile, VisibleSeal

    shown: VisibleSeal | None = None
    if place is not None:
        page, box = place
        size = (box[2] - box[0], box[3] - box[1])
        picture = signature_appearance(
            name=allowed.signer, level=allowed.level, sandbox=allowed.sandbox, lang=lang, size_points=size
        )
        shown = VisibleSeal(page=page, box=box, picture=picture)
    return SealProfile(name=allowed.signer, field=field, visible=shown)


def _made(data: bytes, key: SealKey, profile: SealProfile, around: _Surroundings, level: str) -> bytes:
    """Return the signed file on its level."""
    from esign import bootstrap
    from esign.preservation import BaselineLevel
    from esign.sealing.own_signature import sign_own

    signed = sign_own(data, key, profile, at=_now())
    if level == "B-B" or around.settings is None:
        return signed
    augmenter = bootstrap.augmenter(around.settings, trust=around.trust)
    return augmenter.augment(signed, BaselineLevel.named(level), material=around.fetching.given).data


def _judged(data: bytes, made: bytes, allowed: OwnSignature, key: SealKey, around: _Surroundings) -> SignatureVerdict:
    """Return our own verdict on the new signature, by a helper process."""
    from esign.sealing.own_signature import require_shown
    from esign.validation.isolation import Isolation

    with Isolation(trust=around.trust, material=around.fetching.given, lists=around.services) as isolation:
        after, material = _completed(isolation, made, around)
        before = isolation.verify(data, at=around.at, material=material)
    return require_shown(before, after, allowed, certificate=key.certificate)


def _completed(isolation: Isolation, made: bytes, around: _Surroundings) -> tuple[FileVerdict, Material]:
    def judge(material: Material) -> FileVerdict:
        return isolation.verify(made, at=_now(), material=material)

    return around.fetching.judged(judge, judge(around.fetching.given))


def _shown(file: Path, data: bytes, allowed: OwnSignature, key: SealKey) -> Iterator[str]:
    """Yield what the person sees before they confirm."""
    from cryptography import x509

    certificate = x509.load_der_x509_certificate(key.certificate)
    if allowed.sandbox:
        yield "SANDBOX: this certificate proves nothing to anybody"
    yield "You are about to make a qualified electronic signature: it stands for one by hand (eIDAS Art. 25 (2))."
    yield f"  file     {file} ({len(data)} bytes)"
    yield f"  SHA-256  {sha256(data).hex()}"
    yield f"  signer   {allowed.signer}"
    yield f"  issuer   {certificate.issuer.rfc4514_string()}"
    yield f"  valid    until {certificate.not_valid_after_utc:%Y-%m-%d}"
    if allowed.listed is None:
        yield "  note     by the certificate's own statements; no trusted list was asked"


def _object(file: Path, out: Path, allowed: OwnSignature, verdict: SignatureVerdict, key: SealKey) -> dict[str, Any]:
    return {
        "file": str(file),
        "out": str(out),
        "error": None,
        "legal_level": allowed.level.word,
        "level": verdict.level,
        "signer": allowed.signer,
        "certificate_sha256": sha256(key.certificate).hex(),
        "trusted_lists": allowed.listed is not None,
        "sandbox": allowed.sandbox or verdict.sandbox,
        "signature": verdict.to_json(),
    }


def _lines(out: Path, allowed: OwnSignature, verdict: SignatureVerdict) -> Iterator[str]:
    if allowed.sandbox or verdict.sandbox:
        yield "SANDBOX: the certificate is one of a sandbox and proves nothing to anybody"
    yield f"{plain(str(out))}: signed by {plain(allowed.signer)}, {allowed.level.word}, {verdict.level}"
    if allowed.level.word == "qualified" and allowed.listed is None:
        yield "  qualified by the certificate's own statements; no trusted list was asked"
