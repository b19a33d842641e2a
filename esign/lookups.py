"""Joins what commands need without an installation to its sources: trust anchors, trusted lists, hosts, seal keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from esign.foundation.clock import Clock, SystemClock
from esign.gateways.allowed_hosts import EVERY, AllowedHosts
from esign.gateways.material import HttpMaterial
from esign.gateways.seal_keys import OpenedKey, Surroundings, open_seal_key
from esign.gateways.trusted_lists import HttpListSource
from esign.settings import Settings, SettingsError
from esign.store.trusted_lists import FolderListCache, FolderListSource, NoCache
from esign.validation import TrustAnchors
from esign.validation.certificates import CERTIFICATE_FILES, read_certificates
from esign.validation.list_keeper import ListKeeper
from esign.validation.trusted_lists import ListAnchors, ListPolicy

MATERIAL_TIMEOUT = 20.0
"""Seconds that one answer may take."""
LISTS_TIMEOUT = 60.0
"""Seconds that one trusted list may take."""


def list_keeper(settings: Settings) -> ListKeeper | None:
    """Return the trusted lists of an installation; None where none are configured.

    Raises:
        SettingsError: A certificate of the Official Journal cannot be read.
    """
    if not settings.trusted_lists_url:
        return None
    signers = trust_anchors(settings.trusted_lists_signers, setting="trusted_lists_signers").certificates
    policy = ListPolicy(
        grace=timedelta(days=settings.trusted_lists_grace_days),
        check_every=timedelta(hours=settings.trusted_lists_hours),
        territories=settings.trusted_lists_territories,
    )
    return fetched_lists(
        ListAnchors(location=settings.trusted_lists_url, signers=signers, journal=settings.trusted_lists_journal),
        cache=settings.state_dir / "trusted-lists",
        hosts=settings.trusted_lists_hosts,
        private_networks=settings.private_networks,
        policy=policy,
    )


def fetched_lists(
    anchors: ListAnchors,
    *,
    cache: Path,
    hosts: Sequence[str] = (),
    private_networks: Sequence[str] = (),
    policy: ListPolicy | None = None,
) -> ListKeeper:
    """Return trusted lists that are fetched and kept in a folder.

    Args:
        anchors: Where trust begins; the host of the list of the lists may be asked.
        cache: The folder.
        hosts: Who may be asked besides.
        private_networks: Networks that may be called although they are private.
        policy: How old a list may be.

    Raises:
        SettingsError: The folder cannot be made.
    """
    own = urlsplit(anchors.location).netloc
    allowed = AllowedHosts((own, *hosts), private_networks=private_networks, timeout=LISTS_TIMEOUT)
    try:
        kept = FolderListCache(cache)
    except OSError as error:
        raise SettingsError("the folder of the kept trusted lists cannot be made", file=cache.name) from error
    return ListKeeper(source=HttpListSource(allowed), cache=kept, anchors=anchors, policy=policy or ListPolicy())


def mirrored_lists(files: Sequence[Path], anchors: ListAnchors) -> ListKeeper:
    """Return trusted lists from files, by the way from the Official Journal; nothing is fetched and nothing kept.

    Args:
        files: Named like the last parts of the lists' addresses.
        anchors: Where trust begins.
    """
    return ListKeeper(source=FolderListSource.mirror(files), cache=NoCache(), anchors=anchors)


def material_source(hosts: Sequence[str], *, private_networks: Sequence[str] = ()) -> HttpMaterial:
    """Return what fetches issuers' certificates and revocation data for verdicts.

    Args:
        hosts: ``host`` or ``host:port``: nobody else is asked, whatever a certificate names (``*`` is for lists).
        private_networks: Networks that may be called although they are private.
    """
    named = [host for host in hosts if host != EVERY]
    return HttpMaterial(AllowedHosts(named, private_networks=private_networks, plain=True, timeout=MATERIAL_TIMEOUT))


def seal_surroundings(
    settings: Settings | None, *, http: httpx.Client | None = None, clock: Clock | None = None
) -> Surroundings:
    """Return what the URI of a seal is read in: an installation's folder and services, or where the process runs."""
    return Surroundings(
        clock=clock or SystemClock(),
        base=None if settings is None else settings.state_dir,
        services=None if settings is None else settings.csc_file,
        http=http,
    )


def seal_key(
    uri: str,
    *,
    settings: Settings | None = None,
    http: httpx.Client | None = None,
    clock: Clock | None = None,
    ask_pin: Callable[[], str | None] | None = None,
    in_person: bool = False,
) -> OpenedKey:
    """Return the key that a URI names, ready to seal; for commands, with an installation or without one.

    Args:
        uri: ``file:…`` (relative to where the process runs), ``pkcs11:…`` or ``csc:NAME``.
        settings: The installation whose ``csc_file`` describes remote services; None: ``csc.toml`` here.
        http: Makes the calls to remote services; None: an own client.
        clock: Where time comes from; None: the machine's clock.
        ask_pin: Answers a PIN that no file holds; None: nobody is asked.
        in_person: Whether the PIN must come from there, as for a qualified signature.

    Raises:
        SealKeyError: The key cannot be used (``sealing.key.*``).
    """
    services = None if settings is None else settings.csc_file
    return open_seal_key(uri, clock=clock, services=services, http=http, ask_pin=ask_pin, in_person=in_person)


def house_seal_key(
    settings: Settings, *, http: httpx.Client | None = None, clock: Clock | None = None
) -> OpenedKey | None:
    """Return the key of an installation's own seal for bulk, ready to seal; None where none is configured.

    Raises:
        SealKeyError: The key cannot be used (``sealing.key.*``).
    """
    if not settings.seal_uri:
        return None
    return open_seal_key(settings.seal_uri, clock=clock, base=settings.state_dir, services=settings.csc_file, http=http)


def trust_anchors(paths: Sequence[Path], *, setting: str = "trust_anchors") -> TrustAnchors:
    """Read trust anchors from files in PEM or DER; a folder stands for those in it, by their names' endings.

    Args:
        paths: Files and folders.
        setting: Which setting names them, for errors.

    Raises:
        SettingsError: A file cannot be read, or there is no certificate in any.
    """
    found: list[bytes] = []
    for path in paths:
        inside = (file for pattern in CERTIFICATE_FILES for file in path.glob(pattern))
        for file in sorted(inside) if path.is_dir() else [path]:
            try:
                found += read_certificates(file.read_bytes())
            except (OSError, ValueError) as error:
                raise SettingsError("a trust anchor cannot be read", setting=setting, file=file.name) from error
    if not found:
        raise SettingsError("no trust anchor is configured: nothing can be verified", setting=setting)
    return TrustAnchors(certificates=tuple(dict.fromkeys(found)))
