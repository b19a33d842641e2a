"""RFC 5280: which paths are certification paths. The public PKITS set is measured by ``python -m benchmarks.pkits``."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from esign.validation.findings import FindingKind
from esign.validation.process import Indication, PolicyInputs, SubIndication
from esign.validation.process.path_rules import PathFault, check_path, out_of_bounds, shared_validity
from esign.validation.process.pool import MOST_LINKS, CertificatePool
from tests.validation.process_pki import DAY, T0, YEAR, Party, certify, crl, name
from tests.validation.process_world import File, World, cms, judge

AT = T0 + timedelta(hours=2)
ROOT = certify("Root", authority=True)


def fault_of(leaf: Party, *others: Party, anchor: Party = ROOT, policies: PolicyInputs | None = None):
    """Return the fault of the best path; None for a good one, the word 'none' where there is no path at all."""
    pool = CertificatePool([anchor.der])
    for party in others:
        pool.add(party.der)
    certificate = pool.add(leaf.der)
    faults = [check_path(path, pool, policies) for path in pool.paths(certificate)]
    if not faults:
        return "none"
    return None if None in faults else faults[0].fault


def test_6_1_a_good_path_holds_in_any_order():
    one = certify("One", ROOT, authority=True)
    two = certify("Two", one, authority=True)
    leaf = certify("Leaf", two)
    assert fault_of(leaf, two, one) is None
    assert fault_of(leaf, one, two) is None
    assert fault_of(leaf, one) == "none"


def test_6_1_3_a_1_a_lookalike_authority_with_another_key_leads_nowhere():
    real, fake_root = certify("One", ROOT, authority=True), certify("Root", authority=True)
    fake = certify("One", fake_root, authority=True)
    leaf = certify("Leaf", fake)
    assert fault_of(leaf, real, fake, fake_root) == "none"


def test_5_2_6_4_a_lookalike_beside_the_real_authority_does_not_disturb():
    world = World()
    fake = certify("Authority", certify("Root", authority=True), authority=True)
    file = File().sign(cms(world.signer)).store(certificates=(fake.der,))
    (result,) = judge(file, world, AT, crls=world.crls())
    assert result.indication is Indication.TOTAL_PASSED


def test_5_2_6_4_step_2_of_several_paths_the_good_one_counts():
    world = World()
    other = certify("Other Root", authority=True)
    dead = certify("Authority", other, authority=True, key=world.authority.key, ends=T0 - DAY)
    file = File().sign(cms(world.signer)).store(certificates=(dead.der,))
    lists = (*world.crls(), crl(other, (dead, T0 - 2 * DAY, None)))
    for anchors in ((world.root, other), (other, world.root)):
        (result,) = judge(file, world, AT, crls=lists, anchors=anchors)
        assert result.indication is Indication.TOTAL_PASSED
        assert result.chain[-1] == world.root.der
    (result,) = judge(file, world, AT, crls=lists, anchors=(other,))
    assert result.sub_indication is SubIndication.REVOKED_CA_NO_POE


def test_6_1_cross_certificates_in_a_circle_end():
    one = certify("One", authority=True)
    two = certify("Two", one, authority=True)
    one_by_two = certify("One", two, authority=True, key=one.key)
    leaf = certify("Leaf", one_by_two)
    assert fault_of(leaf, one, two, one_by_two) == "none"
    by_root = certify("Two", ROOT, authority=True, key=two.key)
    assert fault_of(leaf, one, two, one_by_two, by_root) is None


def test_6_1_many_authorities_of_one_name_are_bounded():
    key = certify("One", authority=True).key
    same = [certify("One", ROOT, authority=True, key=key) for _ in range(60)]
    leaf = certify("Leaf", same[0])
    pool = CertificatePool([ROOT.der])
    for party in same:
        pool.add(party.der)
    assert 0 < len(pool.paths(pool.add(leaf.der))) <= 24
    assert MOST_LINKS == 1000


def test_6_1_4_k_an_end_entity_signs_no_certificates():
    middle = certify("Middle", ROOT)
    assert fault_of(certify("Leaf", middle), middle) is PathFault.NOT_AUTHORITY


def test_6_1_4_l_the_path_length_counts_authorities_below():
    one = certify("One", ROOT, authority=True, path_length=0)
    assert fault_of(certify("Leaf", one), one) is None
    two = certify("Two", one, authority=True)
    assert fault_of(certify("Leaf", two), one, two) is PathFault.PATH_LENGTH


def test_6_1_4_n_an_authority_needs_key_cert_sign():
    one = certify("One", ROOT, authority=True, usage=("crl_sign",))
    assert fault_of(certify("Leaf", one), one) is PathFault.KEY_USAGE


def test_6_1_5_f_an_unknown_critical_extension_breaks_the_path_and_an_uncritical_one_does_not():
    def unknown(critical: bool) -> Party:
        extension = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00")
        return certify("Leaf", ROOT, extra=((extension, critical),))

    assert fault_of(unknown(True)) is PathFault.UNKNOWN_EXTENSION
    assert fault_of(unknown(False)) is None


def constrained(*, permitted=None, excluded=None) -> Party:
    extension = x509.NameConstraints(permitted_subtrees=permitted, excluded_subtrees=excluded)
    return certify("One", ROOT, authority=True, extra=((extension, True),))


def with_names(issuer: Party, *names: x509.GeneralName, text: str = "Leaf") -> Party:
    return certify(text, issuer, extra=((x509.SubjectAlternativeName(names), False),) if names else ())


@pytest.mark.parametrize(
    ("base", "inside", "outside"),
    [
        (x509.RFC822Name("example.de"), x509.RFC822Name("a@example.de"), x509.RFC822Name("a@b.example.de")),
        (x509.RFC822Name(".example.de"), x509.RFC822Name("a@b.example.de"), x509.RFC822Name("a@example.de")),
        (x509.RFC822Name("a@example.de"), x509.RFC822Name("a@EXAMPLE.de"), x509.RFC822Name("b@example.de")),
        (x509.DNSName("example.de"), x509.DNSName("a.example.de"), x509.DNSName("badexample.de")),
        (
            x509.UniformResourceIdentifier(".example.de"),
            x509.UniformResourceIdentifier("https://a.example.de/x"),
            x509.UniformResourceIdentifier("https://example.de/x"),
        ),
        (
            x509.IPAddress(__import__("ipaddress").ip_network("10.0.0.0/8")),
            x509.IPAddress(__import__("ipaddress").ip_address("10.1.2.3")),
            x509.IPAddress(__import__("ipaddress").ip_address("11.1.2.3")),
        ),
    ],
)
def test_4_2_1_10_names_are_held_against_the_constraints_above(base, inside, outside):
    allowed, barred = constrained(permitted=[base]), constrained(excluded=[base])
    assert fault_of(with_names(allowed, inside), allowed) is None
    assert fault_of(with_names(allowed, outside), allowed) is PathFault.NAME_CONSTRAINTS
    assert fault_of(with_names(barred, inside), barred) is PathFault.NAME_CONSTRAINTS
    assert fault_of(with_names(barred, outside), barred) is None


def test_4_2_1_10_directory_names_are_subtrees():
    german = x509.Name([x509.NameAttribute(x509.NameOID.COUNTRY_NAME, "DE")])
    french = x509.Name([x509.NameAttribute(x509.NameOID.COUNTRY_NAME, "FR")])
    one, two = constrained(permitted=[x509.DirectoryName(german)]), constrained(permitted=[x509.DirectoryName(french)])
    assert fault_of(certify("Leaf", one), one) is None
    assert fault_of(certify("Leaf", two), two) is PathFault.NAME_CONSTRAINTS


def policies(*oids: str, **more: int) -> list[tuple[x509.ExtensionType, bool]]:
    listed = [x509.PolicyInformation(x509.ObjectIdentifier(oid), None) for oid in oids]
    extra: list[tuple[x509.ExtensionType, bool]] = [(x509.CertificatePolicies(listed), False)]
    if more:
        extra.append((x509.PolicyConstraints(more.get("explicit"), more.get("mapping")), True))
    return extra


def test_6_1_5_g_policies_must_reach_down_where_they_are_required():
    one = certify("One", ROOT, authority=True, extra=policies("1.2.3"))
    same, other = certify("Leaf", one, extra=policies("1.2.3")), certify("Leaf", one, extra=policies("1.2.4"))
    asked = PolicyInputs(require_explicit=True)
    wanted = PolicyInputs(initial=frozenset({"1.2.4"}), require_explicit=True)
    assert fault_of(same, one, policies=asked) is None
    assert fault_of(other, one, policies=asked) is PathFault.POLICIES
    assert fault_of(other, one) is None
    assert fault_of(same, one, policies=wanted) is PathFault.POLICIES


def test_6_1_4_i_an_authority_may_require_policies():
    one = certify("One", ROOT, authority=True, extra=policies("1.2.3", explicit=0))
    assert fault_of(certify("Leaf", one), one) is PathFault.POLICIES
    assert fault_of(certify("Leaf", one, extra=policies("1.2.3")), one) is None


def mapped(source: str, target: str) -> tuple[x509.ExtensionType, bool]:
    from esign.pades import der

    value = der.sequence(der.sequence(der.oid(source), der.oid(target)))
    return x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.33"), value), True


def test_6_1_4_b_mapped_policies_lead_back_to_those_above():
    one = certify("One", ROOT, authority=True, extra=(*policies("1.2.3"), mapped("1.2.3", "1.9.9")))
    leaf = certify("Leaf", one, extra=policies("1.9.9"))
    wanted = PolicyInputs(initial=frozenset({"1.2.3"}), require_explicit=True)
    assert fault_of(leaf, one, policies=wanted) is None
    inhibited = PolicyInputs(initial=frozenset({"1.2.3"}), require_explicit=True, inhibit_mapping=True)
    assert fault_of(leaf, one, policies=inhibited) is PathFault.POLICIES


def test_6_1_4_a_any_policy_is_mapped_nowhere():
    one = certify("One", ROOT, authority=True, extra=(*policies("1.2.3"), mapped("2.5.29.32.0", "1.9.9")))
    assert fault_of(certify("Leaf", one), one) is PathFault.POLICIES


def test_6_1_policies_of_many_certificates_cost_no_exponential_time():
    oids = [f"1.2.3.{number}" for number in range(24)]
    crossing = [mapped(a, b)[0].value for a in oids[:1] for b in oids[:1]]
    from esign.pades import der

    pairs = der.sequence(*(der.sequence(der.oid(a), der.oid(b)) for a in oids for b in oids))
    extension = x509.UnrecognizedExtension(x509.ObjectIdentifier("2.5.29.33"), pairs)
    above, chain = ROOT, []
    for number in range(8):
        above = certify(f"{number}", above, authority=True, extra=(*policies(*oids), (extension, False)))
        chain.append(above)
    assert crossing
    assert fault_of(certify("Leaf", above, extra=policies(*oids)), *chain) is None


def test_7_1_names_are_compared_without_case_and_spaces():
    spaced = x509.Name(
        [
            x509.NameAttribute(x509.NameOID.COUNTRY_NAME, "DE"),
            x509.NameAttribute(x509.NameOID.COMMON_NAME, "  ONE   more "),
        ]
    )
    one = certify("one More", ROOT, authority=True)
    assert fault_of(certify("Leaf", one, issuer_name=spaced), one) is None
    other = certify("Leaf", one, issuer_name=name("onemore"))
    assert fault_of(other, one) == "none"


def test_5_6_2_1_4_certificates_that_were_never_valid_together_have_no_shared_validity():
    one = certify("One", ROOT, authority=True, begins=T0 - 3 * YEAR, ends=T0 - 2 * YEAR)
    leaf = certify("Leaf", one, begins=T0 - YEAR)
    pool = CertificatePool([ROOT.der])
    pool.add(one.der)
    (path,) = pool.paths(pool.add(leaf.der))
    assert shared_validity(path) is None
    assert out_of_bounds(path, T0) == (1,)


def test_5_2_6_4_step_5_a_key_for_encryption_signs_no_documents():
    world = World()
    wrong = certify("Wrong", world.authority, usage=("key_encipherment",))
    (result,) = judge(File().sign(cms(wrong)), world, AT, crls=world.crls())
    assert (result.indication, result.sub_indication) == (
        Indication.INDETERMINATE,
        SubIndication.CHAIN_CONSTRAINTS_FAILURE,
    )
    assert [finding.kind for finding in result.findings] == [FindingKind.KEY_USAGE]


def test_5_2_6_4_step_5_a_timestamp_key_signs_no_documents():
    world = World()
    (result,) = judge(File().sign(cms(world.tsa)), world, AT, crls=world.crls())
    assert result.sub_indication is SubIndication.CHAIN_CONSTRAINTS_FAILURE


def test_6_1_a_broken_path_is_a_general_failure():
    world = World()
    middle = certify("Middle", world.authority)
    leaf = certify("Leaf", middle, purposes=[ExtendedKeyUsageOID.EMAIL_PROTECTION])
    lists = (*world.crls(), crl(middle))
    (result,) = judge(File().sign(cms(leaf)), world, AT, crls=lists)
    assert (result.indication, result.sub_indication) == (
        Indication.INDETERMINATE,
        SubIndication.CERTIFICATE_CHAIN_GENERAL_FAILURE,
    )
    assert [finding.kind for finding in result.findings] == [FindingKind.UNTRUSTED]
    assert result.reason == PathFault.NOT_AUTHORITY.value
