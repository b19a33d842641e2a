"""The configuration of an installation: one TOML file, each value overridable by an environment variable."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from ipaddress import ip_network
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from esign.foundation.errors import EsignError

ENVIRONMENT_PREFIX = "ESIGN_"


_OBJECTS = re.compile(r"(?:s3|gs|az)://[A-Za-z0-9][A-Za-z0-9._-]{0,250}(?:/[A-Za-z0-9][A-Za-z0-9._-]{0,200})*/?")
_ORIGIN = re.compile(r"https?://[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?(:[1-9][0-9]{0,4})?\Z")
"""Source: docs/ceremony-spec.md (``aud``); WHATWG URL, serialisation of an origin."""

_TENANT = re.compile(r"[a-z0-9-]{1,32}")


class SettingsError(EsignError):
    """The configuration cannot be used."""

    code = "settings"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every setting of an installation. Paths are absolute; URLs have no trailing slash."""

    state_dir: Path
    """Everything that the installation writes lies below it."""
    database_url: str = ""
    """SQLAlchemy URL; empty: SQLite in the state directory."""
    web_url: str = "http://localhost:8080"
    """Public origin of the web application and the API."""
    agent_url: str = "http://localhost:8081"
    """Public origin of the browser agent; must differ from the web origin."""
    agent_dist: Path | None = None
    """Folder with the built agent; its manifest's digest stands in every transcript."""
    trust: str = "configured"
    """``sandbox`` or ``configured``: what the trust anchors are worth; stands in every signature's statement."""
    trust_anchors: tuple[Path, ...] = ()
    """Certificates (PEM or DER) that are trusted: for signatories, seals and timestamps."""
    tsa_urls: tuple[str, ...] = ()
    """RFC 3161 timestamp authorities, asked in this order."""
    ca_url: str = ""
    """EST base URL of the certification authority for signatories (RFC 7030), up to the label."""
    idp_issuer: str = ""
    """OpenID Connect issuer of the identity provider."""
    idp_client_id: str = "esign"
    """This installation's public client at the identity provider."""
    revocation_hosts: tuple[str, ...] = ()
    """``host:port`` from which CRLs and OCSP responses may be fetched."""
    trusted_lists_url: str = ""
    """Address of the list of the trusted lists (LOTL); empty: no trusted lists. ``esign trusted-lists update`` and the
    worker fetch it, its pivots and the national lists that it names (docs/verify.md)."""
    trusted_lists_signers: tuple[Path, ...] = ()
    """Certificates that the Official Journal names for the list of the lists (files or folders, PEM or DER): where the
    trust in all lists begins."""
    trusted_lists_journal: str = ""
    """Address of that publication as the list of the lists names it; pivots are followed back to it. Empty: the list
    must be signed by one of the signers itself."""
    trusted_lists_hosts: tuple[str, ...] = ()
    """``host`` or ``host:port`` from which trusted lists may be fetched besides that of the list of the lists; ``*``:
    every public host that it names, by https."""
    trusted_lists_territories: tuple[str, ...] = ()
    """Only these national lists are used (``DE``, ``AT``); empty: all."""
    trusted_lists_hours: int = 24
    """After how many hours without a successful look whether there is a newer list a list is called stale."""
    trusted_lists_grace_days: int = 0
    """How many days a list is still used after its next issue was due; it is called stale all the time."""
    seal: str = ""
    """The company's seal as a URI: ``file:KEY.p12?pin-file=PATH`` (relative to the state directory), ``pkcs11:…``
    (RFC 7512) or ``csc:NAME`` (docs/sealing.md); empty: ``seal_file``."""
    csc_file: Path | None = None
    """TOML file that describes remote signing services for ``csc:NAME`` (docs/sealing.md)."""
    seal_file: Path | None = None
    """PKCS #12 file of the company's seal."""
    seal_pin_file: Path | None = None
    """File with the PIN of the seal file."""
    seal_open_batches: int = 20
    """Batches of documents to be sealed that one API key may have open or being worked on at a time."""
    seal_batch_days: int = 30
    """How many days after it was opened the documents of such a batch are deleted; digests stay."""
    seal_store: str = ""
    """Where the documents of such batches lie, sealed at rest: a place in object storage (``s3://bucket/prefix``; keys,
    region and endpoint come from the environment, ``AWS_…``, or the machine's role; needs the extra ``scale``); empty:
    ``seal-batches`` in the state directory."""
    seal_invoices: str = "standard"
    """Policy for e-invoices that backend systems have sealed: a name of ``policies/invoices``, or a file ``.yaml``."""
    seal_invoice_rules: Path | None = None
    """Folder of further rules for e-invoices (docs/sealing.md); None: those that are shipped."""
    dispute_key_files: tuple[Path, ...] = ()
    """Two public keys (PEM or DER SubjectPublicKeyInfo, P-256) of two persons; only both together disclose a seed."""
    vault_key: str = "file:vault.key"
    """Master key of the vault: ``file:PATH`` (relative to the state directory), ``environment:NAME`` (32 bytes in
    base64url in that variable), or ``pkcs11:…`` (RFC 7512: an AES key on a token that opens the wrapped key)."""
    signature_policy_simple: str = "scratch-simple"
    """Signature policy (``policies/signature``) of contracts at the simple level."""
    signature_policy_advanced: str = "scratch-advanced"
    """Signature policy of contracts at the advanced level; ``scratch-advanced-recorded`` also lets devices sign that
    cannot verify their user, and records that."""
    signature_policy_company_device: str = "scratch-company-device"
    """Signature policy of signatures made in person on a device of the company; its level is the highest that is
    reached there. Empty: no device of the company is offered."""
    certificate_minutes: int = 60
    """Longest life of a signatory's certificate that is accepted."""
    attempt_seconds: int = 1800
    """Life of an attempt (T.exp)."""
    invitation_days: int = 14
    """Life of an invitation."""
    invitation_days_most: int = 90
    """Longest validity, in days, that somebody may give a single contract."""
    reminder_days: tuple[int, ...] = (3, 1)
    """How many days before an invitation ends its party is reminded; each once."""
    tenants: tuple[str, ...] = ("default",)
    """The companies that this installation serves: short names (``a-z``, ``0-9``, hyphen)."""
    company_login: tuple[str, ...] = ("passkey", "password", "provider")
    """Ways in which accounts may log in: ``passkey``, ``password`` (with an authenticator app), ``provider`` (the
    company's identity provider, where one is configured)."""
    company_idp_issuer: str = ""
    """OpenID Connect issuer of the company's own identity provider, for logins of its staff; empty: none."""
    company_idp_client_id: str = "esign-company"
    """This installation's client there."""
    company_idp_secret_file: Path | None = None
    """File with that client's secret; None: a public client."""
    company_idle_minutes: int = 30
    """After how long without a request a login ends."""
    company_session_hours: int = 10
    """After how long a login ends at the latest."""
    account_link_hours: int = 72
    """Life of the link with which an account is set up."""
    smtp_host: str = "localhost"
    """Mail server that takes all mails."""
    smtp_port: int = 25
    """Its port: 25 or 587 with ``starttls``, 465 with ``tls``."""
    smtp_security: str = "starttls"
    """``none``, ``starttls`` or ``tls``; without encryption no password is sent."""
    smtp_user: str = ""
    """Login at the mail server; empty: none."""
    smtp_password_file: Path | None = None
    """File with the password of that login."""
    mail_from: str = ""
    """Sender of all mails: ``Name <address>`` or an address."""
    outside_timeout: float = 10.0
    """Seconds after which a call to the outside world is given up."""
    private_networks: tuple[str, ...] = ()
    """Networks (``10.1.0.0/16``) that webhooks and look-ups may call although they are private, also without TLS;
    everything else must be public and https."""
    forms_file: Path | None = None
    """TOML file that says which company offers which forms (docs/straight-through.md); None: the sandbox offers the
    sample forms, an installation in earnest offers none."""
    prefill_file: Path | None = None
    """TOML file that says which forms are filled in from which data of the company (docs/straight-through.md)."""
    prefill_idp_client_id: str = ""
    """This installation's client at the identity provider for recognising who fills a form in; empty: nobody is
    recognised. Must be another one than ``idp_client_id``: over its tokens nobody may get a certificate."""
    draft_days: int = 14
    """How long a form that is not sent in waits after the last change; then it is deleted with its key."""
    case_days: int = 90
    """How long a refused or closed case is kept."""
    case_answer_days: int = 3
    """Working days within which an employee answers a case that the rules referred."""
    bulk_open_runs: int = 20
    """Files of many contracts (``/company/bulk/``) that one company may have open at a time: checked and neither sent
    nor cancelled, or being sent."""
    api_rate: int = 50
    """Requests a second that an API key may make in the long run; it is counted on each machine."""
    api_burst: int = 200
    """Requests that an API key may make at once."""

    def __post_init__(self) -> None:
        if self.trust not in ("sandbox", "configured"):
            raise SettingsError("trust is either sandbox or configured", setting="trust")
        if self.smtp_security not in ("none", "starttls", "tls"):
            raise SettingsError("smtp_security is none, starttls or tls", setting="smtp_security")
        for name in ("web_url", "agent_url"):
            if not _ORIGIN.match(getattr(self, name)):
                raise SettingsError("must be an origin as browsers write it: no path, lower case", setting=name)
            if getattr(self, name).endswith(":443" if getattr(self, name).startswith("https:") else ":80"):
                raise SettingsError("browsers leave the scheme's own port out", setting=name)
        if self.web_url == self.agent_url:
            raise SettingsError("the agent needs an origin of its own", setting="agent_url")
        if self.seal and self.seal_file is not None:
            raise SettingsError("the seal is named twice: by seal and by seal_file", setting="seal")
        if self.seal and self.seal.partition(":")[0].lower() not in ("file", "pkcs11", "csc"):
            raise SettingsError("seal begins with file:, pkcs11: or csc:", setting="seal")
        if any(not 1 <= days <= 60 for days in self.reminder_days):
            raise SettingsError("reminders are sent 1 to 60 days before the end", setting="reminder_days")
        if not 1 <= self.invitation_days <= 365:
            raise SettingsError("an invitation lives between a day and a year", setting="invitation_days")
        if not 1 <= self.invitation_days_most <= 365:
            raise SettingsError("a contract is valid for a year at most", setting="invitation_days_most")
        if not 5 <= self.certificate_minutes <= 60:
            raise SettingsError("a certificate lives between five minutes and an hour", setting="certificate_minutes")
        if not 0 < self.outside_timeout <= 120:
            raise SettingsError("a call outside is given up within two minutes", setting="outside_timeout")
        if self.prefill_idp_client_id and self.prefill_idp_client_id == self.idp_client_id:
            raise SettingsError(
                "a client of its own: no token of a form may lead to a certificate", setting="prefill_idp_client_id"
            )
        if not 1 <= self.draft_days <= 90:
            raise SettingsError("a draft waits between a day and ninety", setting="draft_days")
        if not 1 <= self.case_days <= 3660:
            raise SettingsError("a case is kept between a day and ten years", setting="case_days")
        if not 1 <= self.case_answer_days <= 60:
            raise SettingsError("an employee answers within 60 working days", setting="case_answer_days")
        if not 1 <= self.bulk_open_runs <= 1000:
            raise SettingsError("between one and a thousand files are open at a time", setting="bulk_open_runs")
        if not 1 <= self.seal_open_batches <= 1000:
            raise SettingsError("between one and a thousand batches are open at a time", setting="seal_open_batches")
        if not 1 <= self.seal_batch_days <= 366:
            raise SettingsError("documents of a batch are kept between a day and a year", setting="seal_batch_days")
        if self.seal_store and not _OBJECTS.fullmatch(self.seal_store):
            raise SettingsError("a place in object storage such as s3://bucket/prefix", setting="seal_store")
        if not 1 <= self.api_rate <= self.api_burst <= 100_000:
            raise SettingsError("at least one request a second, and the burst not below the rate", setting="api_rate")
        for network in self.private_networks:
            try:
                ip_network(network)
            except ValueError as error:
                raise SettingsError("not a network such as 10.1.0.0/16", setting="private_networks") from error
        if self.trusted_lists_url and not self.trusted_lists_signers:
            raise SettingsError("who may sign the list of the lists must be named", setting="trusted_lists_signers")
        if not 1 <= self.trusted_lists_hours <= 24 * 31:
            raise SettingsError("lists are looked after within an hour to a month", setting="trusted_lists_hours")
        if not 0 <= self.trusted_lists_grace_days <= 31:
            raise SettingsError("a list is used up to a month beyond its time", setting="trusted_lists_grace_days")
        if not self.tenants or not all(_TENANT.fullmatch(name) for name in self.tenants):
            raise SettingsError("a tenant has a short name of a-z, 0-9 and hyphen", setting="tenants")
        if not self.company_login or set(self.company_login) - {"passkey", "password", "provider"}:
            raise SettingsError("ways to log in are passkey, password and provider", setting="company_login")
        if self.company_idp_issuer and not self.company_idp_issuer.startswith("https://") and not self.sandbox:
            raise SettingsError("an identity provider is reached by https", setting="company_idp_issuer")
        if not 5 <= self.company_idle_minutes <= 240:
            raise SettingsError("an idle login ends after 5 minutes to 4 hours", setting="company_idle_minutes")
        if not 1 <= self.company_session_hours <= 24:
            raise SettingsError("a login ends within a day", setting="company_session_hours")
        if not 1 <= self.account_link_hours <= 24 * 14:
            raise SettingsError("the link to an account lives up to a fortnight", setting="account_link_hours")
        if not 60 <= self.attempt_seconds <= 3600:
            raise SettingsError("an attempt lives between one minute and one hour", setting="attempt_seconds")

    @property
    def sandbox(self) -> bool:
        """Whether the trust anchors are a sandbox that proves nothing to anybody."""
        return self.trust == "sandbox"

    @property
    def database(self) -> str:
        """The SQLAlchemy URL that is used."""
        return self.database_url or f"sqlite:///{self.state_dir / 'esign.sqlite'}"

    @property
    def seal_uri(self) -> str:
        """The company's seal as a URI, however it is named; empty: there is none."""
        if self.seal or self.seal_file is None:
            return self.seal
        pin = f"?pin-file={quote(str(self.seal_pin_file))}" if self.seal_pin_file is not None else ""
        return f"file:{quote(str(self.seal_file))}{pin}"

    @property
    def relying_party(self) -> str:
        """WebAuthn relying party identifier: the host of the agent's origin."""
        return urlsplit(self.agent_url).hostname or ""

    @classmethod
    def load(cls, path: Path, environment: Mapping[str, str] | None = None) -> Settings:
        """Read a TOML file; ``ESIGN_<NAME>`` in the environment goes before it.

        Raises:
            SettingsError: The file cannot be read, names an unknown setting, or a value has the wrong type.
        """
        try:
            table = tomllib.loads(path.read_text("utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise SettingsError("the configuration file cannot be read", file=path.name) from error
        known = {item.name: item.type for item in fields(cls)}
        if unknown := sorted(set(table) - set(known)):
            raise SettingsError("unknown setting", setting=unknown[0])
        for name, text in (os.environ if environment is None else environment).items():
            setting = name.removeprefix(ENVIRONMENT_PREFIX).lower()
            if name.startswith(ENVIRONMENT_PREFIX) and setting in known:
                table[setting] = text.split() if str(known[setting]).startswith("tuple") else text
        if "state_dir" not in table:
            raise SettingsError("state_dir is missing", setting="state_dir")
        base = path.resolve().parent
        values: dict[str, Any] = {name: _typed(name, str(known[name]), value, base) for name, value in table.items()}
        return cls(**values)

    def with_changes(self, **changes: object) -> Settings:
        """Return a copy with other values."""
        return replace(self, **changes)  # type: ignore[arg-type]  # names and types are checked by the class


def _typed(name: str, kind: str, value: object, base: Path) -> object:
    try:
        if kind.startswith("tuple"):
            items = [value] if isinstance(value, str) else list(value)  # type: ignore[call-overload]  # whatever is no list raises and is told
            if "int" in kind:
                return tuple(int(str(item)) for item in items)
            return tuple((base / item if "Path" in kind else str(item)) for item in items)
        if "Path" in kind:
            return base / str(value)
        if kind == "bool":
            return value if isinstance(value, bool) else {"true": True, "false": False}[str(value).lower()]
        if kind == "int":
            return int(str(value))
        if kind == "float":
            return float(str(value))
        return str(value).rstrip("/") if name.endswith("_url") and "database" not in name else str(value)
    except (TypeError, ValueError, KeyError) as error:
        raise SettingsError("value of the wrong type", setting=name) from error
