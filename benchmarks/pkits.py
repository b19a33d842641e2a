"""Agreement with NIST's PKITS: ``python -m benchmarks.pkits FOLDER``; the set itself is not part of this repository.

The folder is pyHanko's copy of the set (``tests/fixtures/nist_pkits`` of pyhanko-certvalidator): ``certs``, ``crls``,
and ``pkits.json``, which says for every test which certificates and lists it gives, what it asks of policies and
whether the path is valid. Each test is judged by path building, RFC 5280's rules, validity, revocation and freshness.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from esign.validation.process.certificate import ANY_POLICY
from esign.validation.process.path_rules import check_path, out_of_bounds
from esign.validation.process.policy_tree import PolicyInputs
from esign.validation.process.pool import CertificatePool
from esign.validation.process.revocation import RevocationData, fresh

AT = datetime(2022, 5, 1, tzinfo=UTC)
"""The set's certificates live from 2010 to 2030."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How many tests there are, and those on which the answers differ, with what was found."""

    tests: int
    differ: tuple[str, ...]
    cpu_ms: float


def measure(folder: Path) -> Agreement:
    """Judge every test of a folder."""
    differ: list[str] = []
    cases = json.loads((folder / "pkits.json").read_text("utf-8"))
    started = time.process_time()
    for case in cases:
        valid, why = judge(folder, case)
        if valid is ("error" in case):
            differ.append(f"{case['id']} {case['name']}: expected {'invalid' if valid else 'valid'}; {why}")
    cpu_ms = (time.process_time() - started) * 1000 / max(len(cases), 1)
    return Agreement(tests=len(cases), differ=tuple(differ), cpu_ms=cpu_ms)


def judge(folder: Path, case: dict[str, Any]) -> tuple[bool, str]:
    """Return whether some path of a test is valid, and otherwise what was wrong with each."""
    pool = CertificatePool([(folder / "certs" / "TrustAnchorRootCertificate.crt").read_bytes()])
    for name in case.get("other_certs", ()):
        pool.add((folder / "certs" / name).read_bytes())
    certificate = pool.add((folder / "certs" / case["cert"]).read_bytes())
    if certificate is None:
        return False, "the certificate cannot be read"
    asked = case.get("params", {})
    policies = PolicyInputs(
        initial=frozenset(asked.get("user_initial_policy_set", (ANY_POLICY,))),
        require_explicit=asked.get("initial_explicit_policy", False),
        inhibit_mapping=asked.get("initial_policy_mapping_inhibit", False),
        inhibit_any=asked.get("initial_any_policy_inhibit", False),
    )
    lists = ["TrustAnchorRootCRL.crl", *case.get("crls", ())]
    revocation = RevocationData(pool, [(folder / "crls" / name).read_bytes() for name in lists], ())
    why = [certificate.problem or "no path"]
    for path in pool.paths(certificate):
        fault = check_path(path, pool, policies)
        if fault is not None:
            why.append(fault.fault.value)
        elif out_of_bounds(path, AT):
            why.append("not valid at the time")
        else:
            found = [revocation.about(path[position:]) for position in range(len(path) - 1)]
            if all(s and fresh(s[0], AT) and not any(one.revoked_at for one in s) for s in found):
                return True, "valid"
            why.append("revoked, or nothing fresh says that it is not")
    return False, "; ".join(why)


def main(arguments: list[str]) -> None:
    """Print the agreement; exit 1 if there is a difference."""
    if len(arguments) != 1:
        sys.exit("usage: python -m benchmarks.pkits FOLDER")
    warnings.simplefilter("ignore")
    agreement = measure(Path(arguments[0]))
    print(
        f"PKITS: {agreement.tests - len(agreement.differ)} of {agreement.tests} agree, {agreement.cpu_ms:.1f} ms a test"
    )
    for line in agreement.differ:
        print(f"  differs: {line}")
    sys.exit(bool(agreement.differ))


if __name__ == "__main__":
    main(sys.argv[1:])
