"""The description of the sandbox PKI as values: what ``pki.yaml`` says, checked and typed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from jsonschema import Draft202012Validator

from esign.foundation.identifiers import Oid
from esign.policy.reader import parse_policy

CERTS = Path(__file__).parents[1]
"""The folder with the descriptions, templates and styles."""

POLICIES: Mapping[str, str] = MappingProxyType(
    {
        "sandbox": Oid.SANDBOX,
        "identified-by-provider": Oid.IDENTIFIED_BY_PROVIDER,
        "held-by-signatory-passkey": Oid.HELD_BY_SIGNATORY_PASSKEY,
        "held-by-signatory": Oid.HELD_BY_SIGNATORY,
        "held-by-signatory-company-device": Oid.HELD_BY_SIGNATORY_COMPANY_DEVICE,
        "held-by-company": Oid.HELD_BY_COMPANY,
    }
)
"""Names of certificate policies in the description, and their object identifiers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorityDescription:
    """A certification authority: its name, who certifies it, how long it and its revocation lists live."""

    name: str
    common_name: str
    issuer: str
    lifetime: timedelta
    path_length: int
    crl_lifetime: timedelta
    policies: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EndEntityDescription:
    """A service of the sandbox that signs: timestamps, OCSP responses or ID tokens (``usage``)."""

    name: str
    common_name: str
    issuer: str
    lifetime: timedelta
    usage: str
    policies: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SealDescription:
    """The certificate of a company's seal."""

    issuer: str
    lifetime: timedelta
    company: str
    organization_identifier: str
    policies: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignatoryDescription:
    """The short-lived certificates that signatories get."""

    issuer: str
    lifetime: timedelta
    backdate: timedelta
    policies: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderDescription:
    """The identity provider: its one public client, its level of assurance, and how long what it gives out lives."""

    client_id: str
    assurance: str
    token_lifetime: timedelta
    code_lifetime: timedelta
    login_lifetime: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class PkiDescription:
    """Everything that ``pki.yaml`` says. It holds no key; certificate policies are object identifiers already."""

    country: str
    organization: str
    backdate: timedelta
    authorities: tuple[AuthorityDescription, ...]
    end_entities: tuple[EndEntityDescription, ...]
    seal: SealDescription
    signatory: SignatoryDescription
    timestamp_policy: str
    timestamp_accuracy: timedelta
    ocsp_lifetime: timedelta
    provider: ProviderDescription

    @classmethod
    def read(cls, path: Path = CERTS / "pki.yaml") -> PkiDescription:
        """Read a description.

        Raises:
            PolicyMalformed: Not YAML, a repeated key, or not as ``pki.schema.json`` says; for example a name
                without the word SANDBOX.
        """
        data = read_described(path, "pki.schema.json")
        provider, signatory, seal = data["identity_provider"], data["signatory"], data["seal"]
        return cls(
            country=data["country"],
            organization=data["organization"],
            backdate=_minutes(data["backdate_minutes"]),
            authorities=tuple(_authority(name, item) for name, item in data["authorities"].items()),
            end_entities=tuple(_end_entity(name, item) for name, item in data["end_entities"].items()),
            seal=SealDescription(
                issuer=seal["issuer"],
                lifetime=_days(seal["lifetime_days"]),
                company=seal["company"],
                organization_identifier=seal["organization_identifier"],
                policies=_policies(seal),
            ),
            signatory=SignatoryDescription(
                issuer=signatory["issuer"],
                lifetime=_minutes(signatory["lifetime_minutes"]),
                backdate=_minutes(signatory["backdate_minutes"]),
                policies=_policies(signatory),
            ),
            timestamp_policy=data["timestamp"]["policy"],
            timestamp_accuracy=timedelta(seconds=int(data["timestamp"]["accuracy_seconds"])),
            ocsp_lifetime=_minutes(data["ocsp"]["next_update_minutes"]),
            provider=ProviderDescription(
                client_id=provider["client_id"],
                assurance=provider["assurance"],
                token_lifetime=_minutes(provider["token_minutes"]),
                code_lifetime=timedelta(seconds=int(provider["code_seconds"])),
                login_lifetime=_minutes(provider["login_minutes"]),
            ),
        )


def read_described(path: Path, schema: str) -> Mapping[str, Any]:
    """Return a YAML description of this folder, checked against the JSON Schema of that file name.

    Raises:
        PolicyMalformed: It cannot be used.
    """
    return _read(path.read_bytes(), (CERTS / schema).read_bytes(), path.name)


@lru_cache(maxsize=16)
def _read(source: bytes, schema: bytes, name: str) -> Mapping[str, Any]:
    """The same bytes mean the same: every sandbox of a process reads them, nobody changes what they mean."""
    return parse_policy(source, Draft202012Validator(json.loads(schema)), name=name)


def _authority(name: str, item: Mapping[str, Any]) -> AuthorityDescription:
    return AuthorityDescription(
        name=name,
        common_name=item["common_name"],
        issuer=item["issuer"],
        lifetime=_days(item["lifetime_days"]),
        path_length=int(item["path_length"]),
        crl_lifetime=timedelta(hours=int(item["crl_hours"])),
        policies=_policies(item),
    )


def _end_entity(name: str, item: Mapping[str, Any]) -> EndEntityDescription:
    return EndEntityDescription(
        name=name,
        common_name=item["common_name"],
        issuer=item["issuer"],
        lifetime=_days(item["lifetime_days"]),
        usage=item["usage"],
        policies=_policies(item),
    )


def _policies(item: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(POLICIES[name] for name in item["policies"])


def _days(text: str) -> timedelta:
    return timedelta(days=int(text))


def _minutes(text: str) -> timedelta:
    return timedelta(minutes=int(text))
