"""The description of the sandbox PKI refuses whatever could be mistaken for production."""

import re

import pytest

from certs.sandbox.description import CERTS, PkiDescription
from certs.sandbox.persons import Persons
from esign.foundation.identifiers import ARC, Oid
from esign.policy import PolicyMalformed

PKI = (CERTS / "pki.yaml").read_text("utf-8")


def read(tmp_path, text):
    path = tmp_path / "pki.yaml"
    path.write_text(text, "utf-8")
    return PkiDescription.read(path)


def test_the_shipped_description_is_what_its_schema_wants():
    description = PkiDescription.read()
    assert [item.name for item in description.authorities] == ["root", "signatories", "seals"]
    assert description.timestamp_policy.startswith(ARC + ".")
    assert description.signatory.lifetime.total_seconds() == 3600
    assert description.signatory.policies == (Oid.SANDBOX, Oid.IDENTIFIED_BY_PROVIDER)
    assert Oid.HELD_BY_COMPANY not in next(a for a in description.authorities if a.name == "signatories").policies


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("common_name: SANDBOX Root CA {installation}", "common_name: Example Root CA {installation}"),
        ("common_name: SANDBOX Root CA {installation}", "common_name: SANDBOX Root CA"),
        ("common_name: SANDBOX Timestamp Unit {installation}", "common_name: Timestamp Unit {installation}"),
        ("organization: SANDBOX (no trust service, proves nothing)", "organization: Trust Services AG"),
        ("organization_identifier: NTRDE-SANDBOX.HRB000000", "organization_identifier: NTRDE-HRB000000"),
        ("policies: [sandbox, held-by-company]\n\nsignatory", "policies: [held-by-company]\n\nsignatory"),
        ("policies: [sandbox, identified-by-provider]   #", "policies: [identified-by-provider]   #"),
        ("key: P-256", "key: RSA-1024"),
        ('lifetime_minutes: "60"', "lifetime_minutes: endless"),
        ("usage: timestamps", "usage: tokens"),
        ('path_length: "1"', 'path_length: "9"'),
        ("country: DE", "country: DE\ncountry: AT"),
        ("country: DE", "country: DE\nprivate_key: abc"),
    ],
)
def test_a_description_that_could_be_mistaken_for_production_is_refused(tmp_path, old, new):
    assert old in PKI
    with pytest.raises(PolicyMalformed) as refused:
        read(tmp_path, PKI.replace(old, new, 1))
    assert refused.value.code == "policy.malformed"


def test_the_description_holds_no_key():
    assert "PRIVATE" not in PKI
    assert not list(CERTS.rglob("*.pem")) and not list(CERTS.rglob("*.p12")) and not list(CERTS.rglob("*.key"))


def test_the_signatories_of_the_sample_contracts_are_known():
    names = [person.name for person in Persons.read().everybody]
    assert names[:4] == [
        "Jana Beispiel",
        "Mehmet Yılmaz-Groß",
        "Sophie Müller-Lüdenscheidt",
        "Karl-Heinz Österreicher",
    ]
    assert len(names) == len(set(names)) == 9
    assert {"Mira Sommerfeld", "David Sommerfeld", "Annika Österreicher"} <= set(names)


def test_every_word_of_the_pages_exists_in_both_languages_and_is_used():
    from certs.sandbox.description import read_described

    words = read_described(CERTS / "wording.yaml", "wording.schema.json")
    sources = [*(CERTS / "templates").glob("*.html"), *(CERTS / "sandbox").glob("*.py")]
    text = "\n".join(path.read_text("utf-8") for path in sources)
    used = set(re.findall(r"\bt\('([a-z_]+)'\)", text)) | set(re.findall(r"\"(problem_[a-z_]+)\"", text))
    assert used == set(words)
