from dataclasses import replace
from datetime import date

import pytest

from esign.policy import LegalLevel, signature_policy
from esign.signing import (
    Devices,
    KeyHolding,
    LevelNotReached,
    NoQualifiedDevice,
    NoSealDevice,
    PermissionRefused,
    Receipt,
    grant,
    level_reached,
    require_level,
    statement_held_by,
)

DAY = date(2026, 11, 22)
STRICT = signature_policy("scratch-advanced", DAY)
RECORDED = signature_policy("scratch-advanced-recorded", DAY)
ON_COMPANY_DEVICE = signature_policy("scratch-company-device", DAY)
SIMPLE = signature_policy("scratch-simple", DAY)
RECEIPT = Receipt(sequence=7, entry=bytes(32))


def holding(certified: bool = True, identity_bound: bool = True, user_verified: bool = True) -> KeyHolding:
    return KeyHolding(certified=certified, identity_bound=identity_bound, user_verified=user_verified)


COMPANY_DEVICE = replace(holding(user_verified=False), company_device=True)


@pytest.mark.parametrize(
    ("key", "policy", "level"),
    [
        (holding(), STRICT, LegalLevel.ADVANCED),
        (holding(user_verified=False), STRICT, LegalLevel.SIMPLE),
        (holding(user_verified=False), RECORDED, LegalLevel.ADVANCED),
        (holding(identity_bound=False), STRICT, LegalLevel.SIMPLE),
        (holding(certified=False), RECORDED, LegalLevel.SIMPLE),
        (holding(), SIMPLE, LegalLevel.SIMPLE),
        (COMPANY_DEVICE, ON_COMPANY_DEVICE, LegalLevel.ADVANCED),
        (COMPANY_DEVICE, RECORDED, LegalLevel.SIMPLE),
        (COMPANY_DEVICE, STRICT, LegalLevel.SIMPLE),
        (replace(COMPANY_DEVICE, identity_bound=False), ON_COMPANY_DEVICE, LegalLevel.SIMPLE),
        (replace(COMPANY_DEVICE, user_verified=True, qualified_device=True), ON_COMPANY_DEVICE, LegalLevel.ADVANCED),
        (holding(), ON_COMPANY_DEVICE, LegalLevel.SIMPLE),
        (holding(user_verified=False), ON_COMPANY_DEVICE, LegalLevel.SIMPLE),
    ],
)
def test_eidas_art_26_level_reached(key: KeyHolding, policy: object, level: LegalLevel) -> None:
    assert level_reached(key, policy) is level  # type: ignore[arg-type]  # a stand-in with what is asked of it


def test_a_browser_key_never_reaches_qualified_however_verified() -> None:
    assert level_reached(holding(), STRICT) < LegalLevel.QUALIFIED


def test_a_key_without_user_verification_is_refused_where_the_policy_requires_it() -> None:
    with pytest.raises(LevelNotReached) as refusal:
        require_level(holding(user_verified=False), STRICT, LegalLevel.ADVANCED)
    assert refusal.value.code == "signing.level.not_reached"
    assert dict(refusal.value.facts) == {"needed": "advanced", "reached": "simple"}


def test_the_statement_says_who_holds_the_key() -> None:
    keys = (holding(), holding(user_verified=False), COMPANY_DEVICE, holding(certified=False))
    words = [statement_held_by(key) for key in keys]
    assert words == ["signatory-passkey", "signatory", "signatory-company-device", "company"]


def test_without_a_qualified_device_qualified_is_refused() -> None:
    with pytest.raises(NoQualifiedDevice) as refusal:
        Devices().for_qualified()
    assert (refusal.value.code, refusal.value.detail) == (
        "signing.qualified.no_device",
        "no qualified device configured",
    )


def test_without_a_seal_sealing_is_refused() -> None:
    with pytest.raises(NoSealDevice):
        Devices().for_seal()


def test_a_permission_is_spent_once() -> None:
    permission = grant(RECEIPT, certificate=b"cert", data=b"data")
    permission.spend(certificate=b"cert", data=b"data")
    with pytest.raises(PermissionRefused):
        permission.spend(certificate=b"cert", data=b"data")


@pytest.mark.parametrize(("certificate", "data"), [(b"other", b"data"), (b"cert", b"other")])
def test_a_permission_is_for_one_key_and_one_digest_and_a_refused_use_does_not_spend_it(
    certificate: bytes, data: bytes
) -> None:
    permission = grant(RECEIPT, certificate=b"cert", data=b"data")
    with pytest.raises(PermissionRefused):
        permission.spend(certificate=certificate, data=data)
    permission.spend(certificate=b"cert", data=b"data")
