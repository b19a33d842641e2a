"""Joins the ports to their implementations; the only place that knows store, jobs and gateways."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
    load_pem_public_key,
)

from esign.ceremony.errors import KeyUnusableError
from esign.ceremony.keys import read_p256
from esign.engine import Application
from esign.engine.household import Household
from esign.engine.ports import Mailer
from esign.engine.sealing.ports import SealFiles
from esign.foundation.canonical import canonical
from esign.foundation.clock import Clock, SystemClock
from esign.foundation.digests import sha256
from esign.foundation.pkcs11_uri import Pkcs11Uri
from esign.gateways.certification_authority import EstCertificationAuthority
from esign.gateways.company_provider import HttpCompanyProvider
from esign.gateways.form_files import offers, reference_data
from esign.gateways.guarded_http import GuardedCaller
from esign.gateways.http import HttpCaller
from esign.gateways.identity_provider import HttpIdentityProvider
from esign.gateways.mail import MailServer, SmtpMailer
from esign.gateways.prefill import configured_prefill
from esign.gateways.revocation import RevocationCollector
from esign.gateways.seal_keys import DeferredSealKey, PermittedSealKey, opened
from esign.gateways.timestamp_authority import HttpTimestampAuthority
from esign.gateways.webhooks import GuardedWebhookCaller
from esign.jobs import Beside, Task, Worker
from esign.lookups import list_keeper, seal_surroundings
from esign.lookups import trust_anchors as trust_anchors
from esign.preservation import Augmenter
from esign.seal_works.house_bench import HouseBench
from esign.settings import Settings, SettingsError
from esign.signing import Devices
from esign.store.blobs import FolderBlobs
from esign.store.contract_keys import refuse_if_foreign, refuse_if_sealed
from esign.store.database import Database, migrate
from esign.store.errors import VaultKeyError
from esign.store.master_key import EnvironmentMasterKey, FileMasterKey, MasterKey
from esign.store.rates import SharedRates
from esign.store.seal_files import FolderSealFiles
from esign.store.seal_object_files import ObjectSealFiles
from esign.store.token_master_key import TokenMasterKey
from esign.store.unit_of_work import SqlStore
from esign.store.vault import SealingKey
from esign.validation import TrustAnchors
from esign.validation.list_keeper import ListKeeper


def build(
    settings: Settings,
    *,
    http: httpx.Client | None = None,
    clock: Clock | None = None,
    mailer: Mailer | None = None,
) -> Application:
    """Return the engine of an installation.

    Args:
        settings: The configuration.
        http: Makes the calls to trust services; None: an own client with the system's certificates.
        clock: Where time comes from; None: the machine's clock.
        mailer: Sends mails; None: SMTP as configured.

    Raises:
        EsignError: The installation is not complete, or its database is of another version.
    """
    clock = clock or SystemClock()
    database = Database(settings.database)
    database.check_schema()
    vault = open_vault(settings)
    caller = HttpCaller(http or httpx.Client(), timeout=settings.outside_timeout)
    anchors = trust_anchors(settings.trust_anchors)
    manifest = agent_manifest(settings)
    timestamps = HttpTimestampAuthority(caller, settings.tsa_urls, clock=clock, anchors=anchors.certificates)
    household = Household(
        settings=settings,
        clock=clock,
        store=SqlStore(database, vault, clock),
        documents=FolderBlobs(settings.state_dir / "documents"),
        timestamps=timestamps,
        authority=EstCertificationAuthority(caller, settings.ca_url),
        provider=HttpIdentityProvider(caller, settings.idp_issuer, clock=clock),
        revocation=RevocationCollector(
            caller, allowed_hosts=settings.revocation_hosts, clock=clock, anchors=anchors.certificates
        ),
        devices=Devices(seal=seal(settings, http=http, clock=clock)),
        trust=anchors,
        mailer=mailer or mail_server(settings, clock),
        webhook_caller=GuardedWebhookCaller(
            GuardedCaller(private_networks=settings.private_networks, timeout=settings.outside_timeout)
        ),
        rates=SharedRates(settings.state_dir / "rates.sqlite"),
        offers=offers(settings),
        prefill=configured_prefill(settings),
        reference=reference_data(settings.state_dir / "reference"),
        company_provider=company_provider(settings, caller, clock),
        customer_provider=customer_provider(settings, caller, clock),
        dispute_keys=dispute_keys(settings),
        trusted_lists=list_keeper(settings),
        seal_bench=HouseBench(
            settings, database, clock=clock, anchors=anchors.certificates, http=http, timestamps=timestamps
        ),
        seal_files=seal_files(settings),
        agent_digest=sha256(manifest),
        agent_manifest=manifest,
    )
    return Application.of(household)


def seal_files(settings: Settings) -> SealFiles:
    """Return where the documents of batches lie that backend systems have sealed.

    Raises:
        SettingsError: They are to lie in object storage, and the extra for that is not installed.
    """
    if not settings.seal_store:
        return FolderSealFiles(settings.state_dir / "seal-batches")
    if find_spec("obstore") is None:
        raise SettingsError("object storage needs the extra scale: pip install 'esign[scale]'", setting="seal_store")
    return ObjectSealFiles(settings.seal_store)


def augmenter(
    settings: Settings,
    *,
    trust: TrustAnchors | None = None,
    http: httpx.Client | None = None,
    clock: Clock | None = None,
) -> Augmenter:
    """Return what raises the level of signatures; it needs trust services, and no database.

    Args:
        settings: The configuration.
        trust: Anchors for signers and timestamp authorities; None: those of the configuration.
        http: Makes the calls to trust services; None: an own client with the system's certificates.
        clock: Where time comes from; None: the machine's clock.

    Raises:
        SettingsError: A trust anchor cannot be read.
    """
    clock = clock or SystemClock()
    trust = trust or trust_anchors(settings.trust_anchors)
    caller = HttpCaller(http or httpx.Client(), timeout=settings.outside_timeout)
    anchors = trust.certificates
    return Augmenter(
        timestamps=HttpTimestampAuthority(caller, settings.tsa_urls, clock=clock, anchors=anchors),
        revocation=RevocationCollector(caller, allowed_hosts=settings.revocation_hosts, clock=clock, anchors=anchors),
        trust=trust,
        clock=clock,
    )


LISTS_EVERY = 900.0
"""Seconds between two questions whether trusted lists are due."""


def _beside(lists: ListKeeper) -> Beside:
    return Beside("trusted-lists", lists.update_due)


def worker(application: Application) -> Worker:
    """Return the loop that does in the background what is due."""
    lists = list_keeper(application.settings)
    return Worker(
        [
            *([] if lists is None else [Task(name="trusted-lists", run=_beside(lists), every=LISTS_EVERY)]),
            Task(name="deliveries", run=application.delivery.deliver_due, every=1.0),
            Task(name="conclusions", run=application.upkeep.conclude_abandoned, every=5.0),
            Task(name="overdue", run=application.upkeep.end_overdue, every=15.0),
            Task(name="expiries", run=application.upkeep.end_expired_contracts, every=60.0),
            Task(name="reminders", run=application.upkeep.remind_due, every=60.0),
            Task(name="clocks", run=application.clocks.run_due, every=2.0),
            Task(name="ledger", run=application.ledger.stamp_due, every=30.0),
            Task(name="logins", run=application.sessions.forget_old, every=600.0),
            Task(name="drafts", run=application.forms.forget_due, every=300.0),
            Task(name="cases", run=application.cases.forget_due, every=600.0),
            Task(name="uploads", run=application.uploads.forget_due, every=300.0),
            Task(name="bulk", run=application.bulk.run_due, every=2.0),
            Task(name="bulk-log", run=application.bulk.forget_due, every=3600.0),
            Task(name="search-words", run=application.desk.index_due, every=20.0),
            Task(name="answers", run=application.idempotency.forget_due, every=600.0),
        ]
    )


def webhook_worker(application: Application) -> Worker:
    """Return the loop that tells webhooks what happened; apart, because receivers may be slow."""
    rounds = application.webhook_rounds
    return Worker(
        [
            Task(name="webhook-events", run=rounds.fan_out, every=1.0),
            Task(name="webhook-deliveries", run=rounds.deliver_due, every=1.0),
            Task(name="webhook-disabled", run=rounds.tell_disabled, every=60.0),
            Task(name="webhook-log", run=rounds.forget_due, every=3600.0),
        ]
    )


def seal_worker(application: Application) -> Worker:
    """Return the loop that seals batches of backend systems; apart, because a batch may take hours."""
    return Worker(
        [
            Task(name="seal-batches", run=application.sealing.seal_due, every=1.0),
            Task(name="seal-batches-over", run=application.sealing.forget_due, every=3600.0),
        ]
    )


def install(settings: Settings) -> None:
    """Make what an installation needs before it can be built: folders, the tables, the vault's master key.

    Nothing that is there already is changed. Processes that start together agree on one key.

    Raises:
        VaultKeyError: The key is missing although content is sealed under it: it was lost or moved, and a new one would
            only hide that.
    """
    settings.state_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    migrate(settings.database)
    key = master_key(settings)
    if not key.exists():
        refuse_if_sealed(settings.database)
        try:
            key.create()
        except VaultKeyError:
            if not key.exists():  # otherwise another process was faster
                raise


def master_key(settings: Settings) -> MasterKey:
    """Return the place of the vault's master key.

    Raises:
        SettingsError: ``vault_key`` names no place that is known.
    """
    kind, _, rest = settings.vault_key.partition(":")
    if kind == "file":
        return FileMasterKey(settings.state_dir / rest)
    if kind == "environment" and rest:
        return EnvironmentMasterKey(rest)
    if kind == "pkcs11":
        return TokenMasterKey(Pkcs11Uri.parse(settings.vault_key), settings.state_dir / "vault.wrapped")
    raise SettingsError("vault_key begins with file:, environment: or pkcs11:", setting="vault_key")


def open_vault(settings: Settings) -> SealingKey:
    """Return the vault, after a look whether its key is the one of this database.

    Raises:
        VaultKeyError: The master key is missing, unusable, or another one than the database's content is sealed under.
    """
    vault = SealingKey(master_key(settings).read())
    refuse_if_foreign(settings.database, vault)
    return vault


def company_provider(settings: Settings, caller: HttpCaller, clock: Clock) -> HttpCompanyProvider | None:
    """Return the company's own identity provider, where one is configured.

    Raises:
        SettingsError: The client's secret cannot be read.
    """
    if not settings.company_idp_issuer:
        return None
    secret = ""
    if settings.company_idp_secret_file is not None:
        try:
            secret = settings.company_idp_secret_file.read_text("utf-8").strip()
        except OSError as error:
            raise SettingsError("the client's secret cannot be read", setting="company_idp_secret_file") from error
    return HttpCompanyProvider(caller, settings.company_idp_issuer, settings.company_idp_client_id, secret, clock=clock)


def customer_provider(settings: Settings, caller: HttpCaller, clock: Clock) -> HttpCompanyProvider | None:
    """Return the identity provider as it recognises who fills a form in, where a client is configured for that."""
    if not settings.prefill_idp_client_id or not settings.idp_issuer:
        return None
    client = settings.prefill_idp_client_id
    return HttpCompanyProvider(caller, settings.idp_issuer, client, "", clock=clock, scope="openid profile")


def agent_manifest(settings: Settings) -> bytes:
    """Return the manifest of the browser agent that is served; an empty one where none is built."""
    if settings.agent_dist is None:
        return canonical({"v": "esign-agent/1", "files": {}})
    try:
        return (settings.agent_dist / "manifest.json").read_bytes()
    except OSError as error:
        raise SettingsError("the browser agent is not built", setting="agent_dist") from error


def seal(
    settings: Settings, *, http: httpx.Client | None = None, clock: Clock | None = None
) -> PermittedSealKey | None:
    """Return the device of the company's seal, or None where none is configured.

    A file is opened at once; a token or a remote service when it is first needed, so that everything else goes on while
    it is away.

    Args:
        settings: The configuration.
        http: Makes the calls to a remote service; None: an own client with the system's certificates.
        clock: Where time comes from; None: the machine's clock.

    Raises:
        SealKeyError: The file cannot be opened.
    """
    uri = settings.seal_uri
    if not uri:
        return None
    around = seal_surroundings(settings, http=http, clock=clock)
    if uri.lower().startswith("file:"):
        return PermittedSealKey(opened(uri, around))
    return PermittedSealKey(DeferredSealKey(lambda: opened(uri, around)))


def mail_server(settings: Settings, clock: Clock) -> SmtpMailer:
    """Return the mailer.

    Raises:
        SettingsError: The password file cannot be read.
    """
    password = ""
    if settings.smtp_password_file is not None:
        try:
            password = settings.smtp_password_file.read_text("utf-8").strip()
        except OSError as error:
            raise SettingsError("the password file cannot be read", setting="smtp_password_file") from error
    host = urlsplit(settings.web_url).hostname or "localhost"
    return SmtpMailer(
        MailServer(
            host=settings.smtp_host,
            port=settings.smtp_port,
            security=settings.smtp_security,  # type: ignore[arg-type]  # one of the three, says Settings
            user=settings.smtp_user,
            password=password,
            timeout=settings.outside_timeout,
        ),
        sender=settings.mail_from or f"esign <no-reply@{host}>",
        clock=clock,
    )


def dispute_keys(settings: Settings) -> tuple[bytes, bytes]:
    """Return the public dispute keys of two persons.

    Raises:
        SettingsError: They are not two different keys of P-256.
    """
    found = [_dispute_key(path) for path in settings.dispute_key_files]
    if len(found) != 2 or found[0] == found[1]:
        what = "the public dispute keys of two persons are needed: seeds are escrowed to both"
        raise SettingsError(what, setting="dispute_key_files")
    return found[0], found[1]


def _dispute_key(path: Path) -> bytes:
    try:
        data = path.read_bytes()
        key = load_pem_public_key(data) if data.startswith(b"-----BEGIN") else load_der_public_key(data)
        spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        read_p256(spki)
    except (OSError, ValueError, UnsupportedAlgorithm) as error:
        raise SettingsError("a dispute key cannot be read", setting="dispute_key_files", file=path.name) from error
    except KeyUnusableError as error:
        what = "a dispute key is not a key of P-256"
        raise SettingsError(what, setting="dispute_key_files", file=path.name) from error
    return spki
