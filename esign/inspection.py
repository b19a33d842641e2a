"""Looks whether an installation is complete: what is good, what is doubtful, what is missing, what is still sandbox.

Nothing is changed, and nothing secret is shown. Each point says what to do in one sentence.
"""

from __future__ import annotations

import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from urllib.parse import urlsplit

import httpx
from cryptography import x509
from sqlalchemy import select

from esign import bootstrap
from esign.access import Role
from esign.engine.accounts.records import AccountState
from esign.engine.household import BERLIN
from esign.foundation.clock import Clock, SystemClock
from esign.foundation.digests import sha256
from esign.foundation.errors import EsignError
from esign.gateways.certification_authority import EstCertificationAuthority
from esign.gateways.form_files import offers, reference_data
from esign.gateways.http import HttpCaller, RetryRule
from esign.gateways.identity_provider import HttpIdentityProvider
from esign.gateways.prefill import configured_prefill
from esign.gateways.timestamp_authority import HttpTimestampAuthority
from esign.identity import CertificateFacts
from esign.lookups import list_keeper
from esign.policy import signature_policy
from esign.proof.certificate_path import verify_path
from esign.settings import Settings
from esign.store.database import Database
from esign.store.tables_access import account

_SOON = timedelta(days=30)
"""A certificate that ends earlier is a warning."""
_FREE_BYTES = 1_000_000_000
"""Less free space in the state folder is a warning."""
_LOCAL = ("localhost", "127.0.0.1", "::1")


class State(StrEnum):
    """What became of one point."""

    GOOD = "good"
    WARNING = "warning"
    MISSING = "missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One thing that was looked at."""

    name: str
    state: State
    what: str
    """One sentence for the operator: what is there, or what to do."""
    code: str | None = None
    """Code of the error that was met."""


def inspect(
    settings: Settings, *, outside: bool, http: httpx.Client | None = None, clock: Clock | None = None
) -> tuple[Point, ...]:
    """Look at everything that an installation needs.

    Args:
        settings: The configuration.
        outside: Whether the trust services and the mail server are called as well.
        http: Makes those calls; None: an own client.
        clock: Where time comes from; None: the machine's clock.

    Returns:
        The points in the order in which they are mended best; never an error.
    """
    clock = clock or SystemClock()
    database = tuple(_point("database", lambda: _database(settings)))
    points = [
        *_point("state folder", lambda: _state_folder(settings)),
        *database,
        *(_point("vault", lambda: _vault(settings)) if complete(database) else ()),
        *(_point("administrator", lambda: _administrator(settings)) if complete(database) else ()),
        *_point("addresses", lambda: _addresses(settings)),
        *_point("browser agent", lambda: _agent(settings)),
        *_point("trust", lambda: _trust(settings)),
        *_point("seal", lambda: _seal(settings, clock, http, outside=outside)),
        *_point("seal store", lambda: _seal_store(settings, outside=outside)),
        *_point("dispute keys", lambda: _dispute(settings)),
        *_point("signature policies", lambda: _policies(settings, clock)),
        *_point("forms", lambda: _forms(settings)),
        *_point("prefill", lambda: _prefill(settings, outside=outside)),
        *_point("trust services", lambda: _named(settings)),
        *_point("trusted lists", lambda: _lists(settings, clock)),
    ]
    if outside:
        with httpx.Client() as own:
            caller = HttpCaller(http or own, timeout=settings.outside_timeout, retry=RetryRule(attempts=1))
            points += _outside(settings, caller, clock)
    return tuple(points)


_Look = Iterator[tuple[State, str]]


def _point(name: str, look: Callable[[], _Look]) -> Iterator[Point]:
    try:
        for state, what in look():
            yield Point(name=name, state=state, what=what)
    except EsignError as error:
        facts = ", ".join(f"{key}: {value}" for key, value in error.facts.items())
        what = f"{error.detail.rstrip('.')} [{facts}]" if facts else error.detail.rstrip(".")
        yield Point(name=name, state=State.MISSING, what=what, code=error.code)
    except OSError as error:
        yield Point(name=name, state=State.MISSING, what=f"cannot be read or written ({type(error).__name__})")


def _state_folder(settings: Settings) -> _Look:
    folder = settings.state_dir
    if not folder.is_dir():
        yield State.MISSING, "there is no state folder; `esign init` makes it"
        return
    mode = stat.S_IMODE(folder.stat().st_mode)
    if mode & 0o077:
        yield State.WARNING, f"others on this machine can look into the state folder (mode {mode:04o}); set 0700"
    if (free := shutil.disk_usage(folder).free) < _FREE_BYTES:
        yield State.WARNING, f"only {free // 1_000_000} MB are free where documents are kept"
    yield State.GOOD, "the state folder is there"


def _database(settings: Settings) -> _Look:
    database = Database(settings.database)
    try:
        database.check_schema()
    finally:
        database.close()
    kind = "SQLite" if database.is_sqlite else "PostgreSQL"
    yield State.GOOD, f"{kind}, its tables are those of this version"


def _forms(settings: Settings) -> _Look:
    reference_data(settings.state_dir / "reference")
    found = offers(settings)
    count = sum(len(found.of(tenant)) for tenant in settings.tenants)
    if settings.forms_file is None:
        what = (
            "the sample forms of the sandbox are offered" if settings.sandbox else "no forms are offered (forms_file)"
        )
        yield State.GOOD, what
        return
    yield State.GOOD, f"{count} forms are offered"


def _prefill(settings: Settings, *, outside: bool) -> _Look:
    found = configured_prefill(settings)
    if settings.prefill_file is None:
        yield State.GOOD, "no form is filled in from the company's data (prefill_file)"
        return
    for source in found.sources.values() if outside else ():
        source.check()
    yield State.GOOD, f"{len(found.uses)} forms are filled in, from {len(found.sources)} sources"


def _vault(settings: Settings) -> _Look:
    bootstrap.open_vault(settings)
    kind, _, place = settings.vault_key.partition(":")
    if kind == "file" and not settings.sandbox:
        folder = settings.state_dir.resolve()
        if (folder / place).resolve().is_relative_to(folder):
            what = "the master key lies beside what it seals; another place (environment, token) protects a stolen disk"
            yield State.WARNING, what
    yield State.GOOD, f"the master key opens what the database holds ({kind})"


def _administrator(settings: Settings) -> _Look:
    database = Database(settings.database)
    try:
        with database.reading() as connection:
            rows = connection.execute(select(account.c.roles).where(account.c.state == AccountState.ACTIVE))
            found = sum(Role.ADMINISTRATOR in row.roles.split() for row in rows)
    finally:
        database.close()
    if not found:
        what = "nobody administers the company's side yet: `esign account create --role administrator` prints a link"
        yield State.WARNING, what
        return
    yield State.GOOD, f"{found} active accounts administer the company's side"


def _addresses(settings: Settings) -> _Look:
    good = True
    for name in ("web_url", "agent_url"):
        parts = urlsplit(getattr(settings, name))
        if parts.scheme != "https" and parts.hostname not in _LOCAL:
            good = False
            yield State.MISSING, f"{name} must be https: browsers give keys and passkeys to secure origins only"
        elif parts.hostname in _LOCAL:
            yield State.WARNING, f"{name} is this machine only; customers need a public host name with TLS"
    web, agent = urlsplit(settings.web_url), urlsplit(settings.agent_url)
    if web.hostname == agent.hostname and web.hostname not in _LOCAL:
        yield State.WARNING, "web and agent share a host name; cookies do not keep ports apart, use two host names"
    if good:
        yield State.GOOD, "web and agent have an origin each"


def _agent(settings: Settings) -> _Look:
    if settings.agent_dist is None:
        yield State.MISSING, "agent_dist names no built browser agent"
        return
    yield State.GOOD, f"built; digest of its manifest: {sha256(bootstrap.agent_manifest(settings)).hex()}"


def _trust(settings: Settings) -> _Look:
    found = bootstrap.trust_anchors(settings.trust_anchors).certificates
    if settings.sandbox:
        yield State.WARNING, "SANDBOX: the trust anchors prove nothing to anybody"
    if not settings.sandbox:
        for certificate in found:
            subject = x509.load_der_x509_certificate(certificate).subject.rfc4514_string()
            if "sandbox" in subject.lower():
                yield State.MISSING, "a trust anchor is one of the sandbox although trust = configured"
    yield State.GOOD, f"{len(found)} trust anchors"


_SEAL_KINDS = {"file": "a PKCS #12 file", "pkcs11": "a key on a token", "csc": "a key at a remote signing service"}


def _seal(settings: Settings, clock: Clock, http: httpx.Client | None, *, outside: bool) -> _Look:
    scheme = settings.seal_uri.partition(":")[0].lower()
    if scheme == "csc" and not outside:
        yield State.GOOD, f"{_SEAL_KINDS[scheme]}, which was not asked (--offline)"
        return
    device = bootstrap.seal(settings, http=http, clock=clock)
    if device is None:
        yield State.WARNING, "no seal: no simple signatures, no company's signature, no sealed dossiers"
        return
    facts = CertificateFacts.read(device.certificate)
    now = clock.now()
    if not facts.not_before <= now <= facts.not_after:
        yield State.MISSING, "the seal's certificate is not valid today"
        return
    if facts.sandbox:
        yield (
            State.WARNING if settings.sandbox else State.MISSING,
            "SANDBOX: the seal's certificate is one of a sandbox and proves nothing to anybody",
        )
    anchors = bootstrap.trust_anchors(settings.trust_anchors).certificates
    verify_path(device.certificate, intermediates=tuple(device.chain), anchors=anchors, at=now)
    pin = settings.seal_pin_file
    if pin is not None and stat.S_IMODE(pin.stat().st_mode) & 0o077:
        yield State.WARNING, "others on this machine can read the file with the seal's PIN; set 0600"
    if facts.not_after - now < _SOON:
        yield State.WARNING, f"the seal's certificate ends on {facts.not_after:%Y-%m-%d}"
    what = f"its certificate leads to a trust anchor and is valid until {facts.not_after:%Y-%m-%d}"
    yield State.GOOD, f"{_SEAL_KINDS[scheme]}; {what}"


def _seal_store(settings: Settings, *, outside: bool) -> _Look:
    if not settings.seal_store:
        return  # the state folder, which is looked at anyway
    files = bootstrap.seal_files(settings)
    if not outside:
        yield State.GOOD, "documents of batches lie in object storage, which was not asked (--offline)"
        return
    files.check()
    yield State.GOOD, "documents of batches lie in object storage, which answers"


def _dispute(settings: Settings) -> _Look:
    bootstrap.dispute_keys(settings)
    for path in settings.dispute_key_files:
        if any(path.parent.glob(f"{path.stem.replace('public', 'private')}*")) and "public" in path.stem:
            yield (
                State.GOOD if settings.sandbox else State.WARNING,
                "a private dispute key seems to lie beside the public one: it belongs to its person, not to the server",
            )
            break
    yield State.GOOD, "the public keys of two persons"


def _policies(settings: Settings, clock: Clock) -> _Look:
    for name in (settings.signature_policy_simple, settings.signature_policy_advanced):
        signature_policy(name, clock.now().astimezone(BERLIN).date())
    yield State.GOOD, "in force today"


def _named(settings: Settings) -> _Look:
    needed = {
        "tsa_urls": "a timestamp authority",
        "ca_url": "a certification authority",
        "idp_issuer": "an identity provider",
    }
    missing = [f"{what} ({name})" for name, what in needed.items() if not getattr(settings, name)]
    for what in missing:
        yield State.MISSING, f"{what} is not configured: no advanced signature can be made"
    if not settings.revocation_hosts:
        yield State.WARNING, "revocation_hosts is empty: no certificate's revocation can be looked up"
    if not missing:
        yield State.GOOD, "timestamps, certificates and identities have an address each"


def _lists(settings: Settings, clock: Clock) -> _Look:
    keeper = list_keeper(settings)
    if keeper is None:
        yield (
            State.GOOD,
            "none are configured (trusted_lists_url): verdicts do not say whether a signature is qualified",
        )
        return
    loaded = keeper.kept(clock.now())
    for problem in loaded.problems:
        yield State.WARNING, f"{problem.finding.what} ({problem.code})"
    if loaded.lists:
        yield State.GOOD, f"{len(loaded.lists)} national lists can be used"
    else:
        yield State.WARNING, "no list can be used; `esign trusted-lists update` fetches them"


def _outside(settings: Settings, caller: HttpCaller, clock: Clock) -> Iterator[Point]:
    anchors = bootstrap.trust_anchors(settings.trust_anchors).certificates if settings.trust_anchors else ()

    def timestamps() -> _Look:
        for url in settings.tsa_urls:
            host = urlsplit(url).netloc
            token = HttpTimestampAuthority(caller, (url,), clock=clock, anchors=anchors).stamp(sha256(b"esign check"))
            away = abs((token.gen_time - clock.now()).total_seconds())
            if away > 60:
                yield State.WARNING, f"{host} and this machine's clock are {away:.0f} s apart"
            yield State.GOOD, f"{host} answers with a token that leads to a trust anchor"

    def authority() -> _Look:
        if settings.ca_url:
            EstCertificationAuthority(caller, settings.ca_url).authorities()
            yield State.GOOD, f"{urlsplit(settings.ca_url).netloc} answers"

    def provider() -> _Look:
        if settings.idp_issuer:
            HttpIdentityProvider(caller, settings.idp_issuer, clock=clock).keys()
            yield State.GOOD, f"{urlsplit(settings.idp_issuer).netloc} answers with its keys"

    def mail() -> _Look:
        bootstrap.mail_server(settings, clock).greet()
        if settings.smtp_security == "none" and settings.smtp_host not in _LOCAL:
            yield State.WARNING, "mails leave this machine without encryption (smtp_security)"
        yield State.GOOD, "the mail server takes the connection"

    yield from _point("timestamp authority", timestamps)
    yield from _point("certification authority", authority)
    yield from _point("identity provider", provider)
    yield from _point("mail server", mail)


def complete(points: tuple[Point, ...]) -> bool:
    """Tell whether nothing is missing."""
    return all(point.state is not State.MISSING for point in points)
