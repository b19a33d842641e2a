"""Two implementations, one verdict: the Python and the JavaScript verifier are asked about the same dossiers.

They must agree on validity, on the outcome of every step, on names and times. Where they differ, docs/dossier-spec.md
says who is wrong; what it leaves open is listed in the last test.
"""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from esign.evidence.dossier_container import read_container, write_container
from esign.evidence.dossier_manifest import TIMESTAMP
from esign.evidence.dossier_verify import FRAME
from esign.foundation.canonical import canonical
from esign.foundation.encoding import b64url, from_b64url
from esign.foundation.identifiers import Oid
from esign.pades import add_document_security_store, read_security_store
from esign.pades.document import Array, entry
from esign.pades.revision import pointer, stream, with_entries, with_items
from tests import samples
from tests.actors import COMPANY
from tests.conftest import PERSONS
from tests.evidence.helpers.case import NOW, Case, make_case
from tests.evidence.test_dossier_dishonest import DISHONEST
from tests.evidence.test_dossier_strict import STRICT
from tests.pades.small_world import Holder, World, walk
from tests.verifier.helpers.both import Sample, differences, needs_node
from tests.verifier.helpers.company import (
    Parts,
    flipped,
    inner_parts,
    reseal,
    revised,
    signed_revision,
    stamped,
    stored_revision,
    with_document,
)

pytestmark = needs_node


def agree(samples: list[Sample], folder: Path) -> list[Any]:
    found, answers = differences(samples, folder / "asked")
    assert found == []
    return answers


def sample(case: Case, label: str, data: bytes) -> Sample:
    return Sample(label=label, data=data, anchors=case.anchors)


def concluded(world: Any, template: str, **options: Any) -> str:
    contract, link = world.invite(template)
    world.signatory(link, PERSONS[template], **options).run()
    world.application.delivery.deliver_due()
    return contract


# Honest dossiers of the whole walk


def test_dossiers_of_every_sample_contract_are_valid_for_both(world: Any, tmp_path: Path) -> None:
    anchors = world.application.contracts.household.trust.certificates

    def create(contract: str, keys: Any = ()) -> bytes:
        return world.application.dossiers.create(COMPANY, contract, keys)

    samples = [Sample(label=name, data=create(concluded(world, name)), anchors=anchors) for name in PERSONS]
    disputed = concluded(world, "cost-approval")
    data = create(disputed, world.sandbox.dispute_private_keys_pem)
    samples.append(Sample(label="disclosed", data=data, anchors=anchors))
    samples.append(Sample(label="after wrong codes", data=create(after_wrong_codes(world)), anchors=anchors))
    world.clock.offset += timedelta(days=40)
    samples.append(Sample(label="made long after", data=create(disputed), anchors=anchors))
    answers = agree(samples, tmp_path)
    assert [answer["why"] for answer in answers if not answer["valid"]] == []


def after_wrong_codes(world: Any) -> str:
    contract, link = world.invite("electricity-supply")
    signatory = world.signatory(link)
    for step in (signatory.hello, signatory.enrol, signatory.open, signatory.document):
        step()
    wrong = f"{(int(signatory.scratch()) + 1) % 1_000_000:06d}"
    with pytest.raises(Exception, match="wrong_code"):
        signatory.declare(wrong)
    for step in (signatory.open, signatory.document, signatory.declare, signatory.sign, signatory.result):
        step()
    return contract


def test_a_dossier_of_several_signatories_is_valid_for_both_and_damaged_for_both(world: Any, tmp_path: Path) -> None:
    contract = world.application.contracts.draw_up(COMPANY, world.sample("electricity-supply", **together()))
    world.application.contracts.invite(COMPANY, contract)
    for person in ("mira-sommerfeld", "david-sommerfeld"):
        world.application.delivery.deliver_due()
        link = re.findall(r"http://localhost:8081/#[A-Za-z0-9_-]{43}", world.post.text())
        world.signatory(link[0], person).run()
    world.application.delivery.deliver_due()
    anchors = world.application.contracts.household.trust.certificates
    keys = world.sandbox.dispute_private_keys_pem
    whole = world.application.dossiers.create(COMPANY, contract, keys)
    parts = inner_parts(whole)
    drawn = random.Random(20261123)
    changed: dict[str, Parts] = {"sealed again": parts}
    for name in parts:
        changed[name] = parts | {name: flipped(parts[name], drawn)}
    own = {name: data for name, data in parts.items() if not name.startswith("signatories/")}
    changed["without the second"] = own
    changed["the second is the first"] = own | {f"signatories/2/{name}": parts[name] for name in own_names(parts)}
    changed["the second is the third"] = own | {
        name.replace("/2/", "/3/"): data for name, data in parts.items() if name.startswith("signatories/")
    }
    samples = [Sample(label="whole", data=whole, anchors=anchors)]
    samples += [Sample(label=label, data=reseal(world, each), anchors=anchors) for label, each in changed.items()]
    answers = agree(samples, tmp_path)
    assert [answer["valid"] for answer in answers[:2]] == [True, True]
    assert [s.label for s, answer in zip(samples[2:], answers[2:], strict=True) if answer["valid"]] == []


def together() -> dict[str, Any]:
    return samples.sample(samples.COUPLE)


def own_names(parts: Parts) -> list[str]:
    return [name.removeprefix("signatories/2/") for name in parts if name.startswith("signatories/2/")]


# Whoever has the file only


def test_any_changed_byte_is_noticed_by_both(advanced: Case, whole: bytes, tmp_path: Path) -> None:
    drawn = random.Random(20261122)
    samples = [sample(advanced, f"bit {number}", flipped(whole, drawn)) for number in range(60)]
    samples += [sample(advanced, f"cut at {end}", whole[:end]) for end in (0, 4, 21, 22, 30, len(whole) - 1)]
    samples += [sample(advanced, "more", whole + b"\0"), sample(advanced, "twice", whole + whole)]
    answers = agree(samples, tmp_path)
    assert {answer["first"] for answer in answers} == {"container"}


def test_parts_changed_by_somebody_without_the_seal_are_named_by_both(
    advanced: Case, whole: bytes, tmp_path: Path
) -> None:
    drawn = random.Random(20261124)
    parts = read_container(whole)
    samples = []
    for name, data in parts.items():
        changes = {
            "changed": parts | {name: flipped(data, drawn)},
            "missing": {other: content for other, content in parts.items() if other != name},
            "empty": parts | {name: b""},
        }
        samples += [sample(advanced, f"{name} {what}", write_container(each)) for what, each in changes.items()]
    samples.append(sample(advanced, "one more", write_container(parts | {"more.json": b"{}"})))
    answers = agree(samples, tmp_path)
    # The small world's token carries its root, which nobody needs: turning a bit there is no harm.
    judged = {s.label: answer["first"] for s, answer in zip(samples, answers, strict=True)}
    judged.pop(f"{TIMESTAMP} changed")
    assert set(judged.values()) <= {"container", "manifest", "timestamp"}


def test_seal_and_timestamp_have_one_form(world: Any, tmp_path: Path) -> None:
    """No bit of either can be turned; of the timestamp, the sandbox's token holds nothing that nobody needs."""
    data = world.application.dossiers.create(COMPANY, concluded(world, "mobile-plan"))
    anchors = world.application.contracts.household.trust.certificates
    drawn = random.Random(20261125)
    parts = read_container(data)
    samples = []
    for name in FRAME:
        for number in range(50 if name.endswith(("p7s", "tst")) else 3):
            changed = write_container(parts | {name: flipped(parts[name], drawn)})
            samples.append(Sample(label=f"{name} {number}", data=changed, anchors=anchors))
    answers = agree(samples, tmp_path)
    assert not any(answer["valid"] for answer in answers)


# Whoever has the company's seal, too


@pytest.mark.parametrize("kind", ["advanced", "without_passkey", "simple"])
def test_parts_changed_and_sealed_again_are_found_out_by_both(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    case: Case = request.getfixturevalue(kind)
    drawn = random.Random(20261126)
    parts = case.dossier.parts()
    samples = [sample(case, "unchanged", case.build_parts(parts))]
    for name, data in parts.items():
        for number in range(3):
            changed = parts | {name: flipped(data, drawn)}
            samples.append(sample(case, f"{name} {number}", case.build_parts(changed)))
        less = {other: content for other, content in parts.items() if other != name}
        samples.append(sample(case, f"{name} missing", case.build_parts(less)))
    answers = agree(samples, tmp_path)
    assert answers[0]["valid"]
    optional = {"disclosure.json missing"}
    kept = [s.label for s, answer in zip(samples[1:], answers[1:], strict=True) if answer["valid"]]
    assert set(kept) <= optional | harmless(parts)


def harmless(parts: Parts) -> set[str]:
    """Return removals that take nothing away that anything else relies on: messages about nothing, unsent mails."""
    return {f"{name} missing" for name in parts if name.startswith(("messages/", "mails/"))}


def test_a_dishonest_company_is_found_out_by_both(advanced: Case, tmp_path: Path) -> None:
    kinds = {label: (change, step) for label, (change, step, _) in DISHONEST.items()} | STRICT
    samples = [sample(advanced, label, advanced.build(**change(advanced))) for label, (change, _) in kinds.items()]
    answers = agree(samples, tmp_path)
    for (label, (_, step)), answer in zip(kinds.items(), answers, strict=True):
        assert (answer["valid"], answer["first"]) == (False, step), label


def test_what_was_exchanged_in_the_transcript_is_found_out_by_both(tmp_path: Path) -> None:
    steps = dict.fromkeys(("capsule", "device", "passkey"), "request")
    steps |= {"document": "document", "provider": "identity", "time": "signing_time", "certificate": "evidence"}
    steps |= {"statement": "evidence", "policy": "evidence", "revision": "document", "named": "texts"}
    steps |= {"holder": "certificate", "trust": "certificate", "word": "user_verification"}
    steps |= {f"ledger {fact}": "ledger" for fact in ("capsule", "proof", "message", "order", "twice")}
    steps |= {f"ledger {content}": "commitments" for content in ("draft", "transcript", "attributes")}
    cases = {each: make_case(tmp_path / each, swapped=each) for each in steps}
    answers = agree([sample(case, label, case.build()) for label, case in cases.items()], tmp_path)
    for step, answer in zip(steps.values(), answers, strict=True):
        assert (answer["valid"], answer["first"]) == (False, step)


@pytest.mark.parametrize("algorithm", ["RS256", "PS256"])
def test_both_verify_a_provider_with_an_rsa_key(advanced: Case, tmp_path: Path, algorithm: str) -> None:
    """Another token than the device sent: the step about the messages says so, the one about the identity does not."""
    enrolment = advanced.dossier.enrolment
    assert enrolment is not None
    key = rsa.generate_private_key(65537, 2048)
    numbers = key.public_key().public_numbers()
    public = {"kty": "RSA", "kid": "rsa-1", "n": b64url(numbers.n.to_bytes(256, "big")), "e": "AQAB"}
    claims = from_b64url(enrolment.id_token.split(".")[1])
    signed = f"{b64url(canonical({'alg': algorithm, 'kid': 'rsa-1'}))}.{b64url(claims)}".encode()
    salted = padding.PSS(padding.MGF1(hashes.SHA256()), salt_length=32)
    value = key.sign(signed, salted if algorithm == "PS256" else padding.PKCS1v15(), hashes.SHA256())
    samples = []
    for label, signature in (("good", value), ("bad", bytes(256))):
        token = f"{signed.decode()}.{b64url(signature)}"
        changed = replace(enrolment, id_token=token, jwks=json.dumps({"keys": [public]}))
        samples.append(sample(advanced, label, advanced.build(enrolment=changed)))
    answers = agree(samples, tmp_path)
    assert [answer["first"] for answer in answers] == ["messages", "identity"]


def test_both_verify_seals_with_other_keys(advanced: Case, tmp_path: Path) -> None:
    world = advanced.world
    purposes = [x509.ObjectIdentifier("1.3.6.1.5.5.7.3.36")]
    policies = (Oid.HELD_BY_COMPANY, Oid.SANDBOX)
    samples = []
    for key_type in ("rsa", "ec"):
        holder = world._certify("Seal", world.authority, purposes=purposes, policies=policies, key_type=key_type)
        samples.append(sample(advanced, key_type, replace(advanced, seal=holder).build()))
    short = world._certify("Seal", world.authority, purposes=purposes, policies=policies, minutes=1)
    samples.append(sample(advanced, "expired", replace(advanced, seal=short).build()))
    stranger = World()
    foreign = stranger._certify("Seal", stranger.authority, purposes=purposes, policies=policies)
    samples.append(sample(advanced, "of a stranger", replace(advanced, seal=foreign).build()))
    answers = agree(samples, tmp_path)
    assert [answer["first"] for answer in answers] == [None, None, "seal", "seal"]


def test_other_json_in_the_parts_is_found_out_by_both(advanced: Case, tmp_path: Path) -> None:
    parts = advanced.dossier.parts()
    drawn = random.Random(20261127)
    samples = []
    for name in parts:
        if not name.endswith(".json") or name in ("summary.json", "agent-manifest.json", "contract.json"):
            continue
        mutants = list(other_json(json.loads(parts[name])))
        for number, mutant in enumerate(drawn.sample(mutants, min(len(mutants), 24))):
            text = json.dumps(mutant, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
            changed = parts | {name: text.encode("utf-8")}
            samples.append(sample(advanced, f"{name} {number}: {text[:60]}", advanced.build_parts(changed)))
    answers = agree(samples, tmp_path)
    assert [s.label for s, answer in zip(samples, answers, strict=True) if answer["valid"]] == []


def other_json(value: Any) -> Iterator[Any]:
    """Yield the value with one member, at any depth, taken away or made something else."""
    if isinstance(value, dict):
        for name, item in value.items():
            rest = {other: kept for other, kept in value.items() if other != name}
            yield rest
            yield {**rest, f"{name}x": item}
            for other in (None, True, 0, "", [], {}, [item], {"a": item}, 1.5):
                if other != item:
                    yield {**value, name: other}
            for inner in other_json(item):
                yield {**value, name: inner}
        yield {**value, "more": None}
    elif isinstance(value, list):
        for place, item in enumerate(value):
            yield value[:place] + value[place + 1 :]
            yield [*value, item]
            for inner in other_json(item):
                yield [*value[:place], inner, *value[place + 1 :]]


# Whoever has the seal and a ledger to match: only the document itself is left to tell


def restored(case: Case, signed: bytes, **changes: Any) -> bytes:
    """Return a signed document with the security store that it had, or another, and a timestamp."""
    certificates, crls, responses = read_security_store(case.dossier.document)
    values = {"certificates": certificates, "crls": crls, "ocsp_responses": responses} | changes
    return stamped(case, add_document_security_store(signed, **values))


def in_hole(case: Case, change: Callable[[bytes], bytes]) -> bytes:
    pdf = signed_revision(case)
    start = pdf.rindex(b"/Contents<") + len(b"/Contents<")
    end = pdf.index(b">", start)
    changed = change(pdf[start:end])
    assert len(changed) == end - start
    return pdf[:start] + changed + pdf[end:]


def page_changed(document: Any, revision: Any, **entries: bytes) -> None:
    page = document.page(0)
    changes = {f"/{name}": value for name, value in entries.items()}
    revision.put(page.reference, with_entries(page.dictionary, changes))


def page_exchanged(document: Any, revision: Any) -> None:
    content = revision.new(stream(b"", b"BT /F0 12 Tf (nothing) Tj ET"))
    page_changed(document, revision, Contents=pointer(content))


def note_added(document: Any, revision: Any) -> None:
    note = revision.new(b"<</Type/Annot/Subtype/Text/Rect[0 0 99 99]/Contents(no)>>")
    page = document.page(0)
    items = with_items(entry(page.dictionary, "/Annots", Array()), pointer(note))
    revision.put(page.reference, with_entries(page.dictionary, {"/Annots": items}))


def catalog_changed(document: Any, revision: Any, **entries: bytes) -> None:
    changes = {f"/{name}": value for name, value in entries.items()}
    revision.put(document.reader.root_ref, with_entries(document.root, changes))


def form_changed(document: Any, revision: Any) -> None:
    form = document.root.raw_get("/AcroForm")
    revision.put(form, with_entries(form.get_object(), {"/NeedAppearances": b"true"}))


def stray_object(_: Any, revision: Any) -> None:
    revision.new(b"<</Nothing true>>")


def revised_and_stamped(case: Case, change: Callable[[Any, Any], None]) -> bytes:
    return stamped(case, revised(stored_revision(case), change))


def stale_lists(case: Case) -> list[bytes]:
    world = case.world
    now, world.now = world.now, world.now - timedelta(days=30)
    try:
        return [world.crl(world.root), world.crl(world.authority)]
    finally:
        world.now = now


def revoking_lists(case: Case) -> list[bytes]:
    signer = Holder(key=case.seal.key, certificate=x509.load_der_x509_certificate(case.dossier.certificate))
    return [case.world.crl(case.world.root), case.world.crl(case.world.authority, (signer,))]


def foreign_lists(_: Case) -> list[bytes]:
    stranger = World()
    return [stranger.crl(stranger.root), stranger.crl(stranger.authority)]


GOOD: dict[str, Callable[[Case], bytes]] = {
    "as it was": lambda c: c.dossier.document,
    "stored and stamped again": lambda c: restored(c, signed_revision(c)),
    "capital hexadecimal digits": lambda c: restored(c, in_hole(c, bytes.upper)),
}
BAD: dict[str, Callable[[Case], bytes]] = {
    "a turned page": lambda c: revised_and_stamped(c, lambda d, r: page_changed(d, r, Rotate=b"90")),
    "an exchanged page": lambda c: revised_and_stamped(c, page_exchanged),
    "a note": lambda c: revised_and_stamped(c, note_added),
    "an action on opening": lambda c: revised_and_stamped(c, lambda d, r: catalog_changed(d, r, OpenAction=b"[0/Fit]")),
    "no attached files": lambda c: revised_and_stamped(c, lambda d, r: catalog_changed(d, r, Names=b"<<>>")),
    "no security store": lambda c: stamped(c, signed_revision(c)),
    "no timestamp": stored_revision,
    "two timestamps": lambda c: stamped(c, c.dossier.document, at=NOW + timedelta(seconds=2)),
    "a line behind the timestamp": lambda c: c.dossier.document + b"\n",
    "an update behind the timestamp": lambda c: revised(c.dossier.document, page_exchanged),
    "something behind the signature in its hole": lambda c: restored(c, in_hole(c, lambda hole: hole[:-2] + b"01")),
    "another signature": lambda c: walk(c.world, base=stored_revision(c), field_name="Other").finished,
    "a timestamp of a stranger": lambda c: stamped(c, stored_revision(c), tsa=World().tsa),
    "a timestamp from before": lambda c: stamped(c, stored_revision(c), at=NOW - timedelta(hours=1)),
    "a timestamp from afterwards": lambda c: stamped(c, stored_revision(c), at=NOW + timedelta(days=2)),
    "no revocation lists": lambda c: restored(c, signed_revision(c), crls=()),
    "one revocation list": lambda c: restored(c, signed_revision(c), crls=[c.world.crl(c.world.root)]),
    "stale revocation lists": lambda c: restored(c, signed_revision(c), crls=stale_lists(c)),
    "a revoked certificate": lambda c: restored(c, signed_revision(c), crls=revoking_lists(c)),
    "revocation lists of a stranger": lambda c: restored(c, signed_revision(c), crls=foreign_lists(c)),
    "only the signed revision": signed_revision,
    "an object that nothing refers to": lambda c: revised_and_stamped(c, stray_object),
    "a form that asks for new appearances": lambda c: revised_and_stamped(c, form_changed),
}


def test_what_was_done_to_the_document_after_signing_is_found_out_by_both(advanced: Case, tmp_path: Path) -> None:
    kinds = {**GOOD, **BAD}
    samples = [
        sample(advanced, label, with_document(advanced, tmp_path / str(number), make(advanced)))
        for number, (label, make) in enumerate(kinds.items())
    ]
    answers = agree(samples, tmp_path)
    judged = {s.label: (answer["valid"], answer["first"]) for s, answer in zip(samples, answers, strict=True)}
    assert {label: judged[label] for label in GOOD} == dict.fromkeys(GOOD, (True, None))
    assert {label: judged[label] for label in BAD} == dict.fromkeys(BAD, (False, "verdict"))
