"""What this room makes is accepted by other people's verifiers, and refused by them when one byte changes."""

import datetime
import io
import shutil
import subprocess

import pikepdf
import pytest
from asn1crypto import crl, x509
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import validate_pdf_signature, validate_pdf_timestamp
from pyhanko.sign.validation.status import SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext

from esign.pades import read_security_store


def needs(tool: str):
    return pytest.mark.skipif(shutil.which(tool) is None, reason=f"{tool} is not installed")


def context(walk, pdf):
    certificates, crls, _ = read_security_store(pdf)
    return ValidationContext(
        trust_roots=[x509.Certificate.load(walk.world.root.der)],
        other_certs=[x509.Certificate.load(c) for c in certificates],
        crls=[crl.CertificateList.load(c) for c in crls],
        allow_fetching=False,
        revocation_mode="require",
        moment=walk.world.now,
    )


@pytest.mark.parametrize("key_type", ["ec", "rsa"])
def test_pyhanko_with_difference_analysis_accepts_the_whole_document(small, key_type):
    world = small.World()
    walk = small.walk(world, signer=world.signatory(key_type=key_type))
    reader = PdfFileReader(io.BytesIO(walk.finished))
    (signature,) = reader.embedded_regular_signatures
    status = validate_pdf_signature(signature, context(walk, walk.finished))
    assert status.bottom_line and status.intact and status.valid and status.trusted
    assert status.timestamp_validity.valid and status.timestamp_validity.trusted
    assert status.coverage == SignatureCoverageLevel.ENTIRE_REVISION
    assert status.modification_level == ModificationLevel.LTA_UPDATES
    (timestamp,) = reader.embedded_timestamp_signatures
    stamped = validate_pdf_timestamp(timestamp, context(walk, walk.finished))
    assert stamped.valid and stamped.intact and stamped.trusted
    assert stamped.coverage == SignatureCoverageLevel.ENTIRE_FILE


def test_a_second_signatory_leaves_the_first_signature_valid(small):
    world = small.World()
    first = small.walk(world)
    second = small.walk(world, base=first.stored, field_name="Second", box=(300.0, 90.0, 500.0, 150.0))
    reader = PdfFileReader(io.BytesIO(second.finished))
    levels = []
    for signature in reader.embedded_regular_signatures:
        status = validate_pdf_signature(signature, context(second, second.finished))
        assert status.bottom_line
        levels.append(status.modification_level)
    assert levels == [ModificationLevel.FORM_FILLING, ModificationLevel.LTA_UPDATES]


@needs("openssl")
def test_openssl_verifies_the_cms_over_the_bytes(walked, small, tmp_path):
    zero, start, end, behind = walked.prepared.byte_range
    content = walked.signed[zero:start] + walked.signed[end : end + behind]
    root = small.write_pem(tmp_path / "root.pem", walked.world.root.der)
    (tmp_path / "cms.der").write_bytes(walked.cms)

    def verify(data: bytes) -> subprocess.CompletedProcess:
        (tmp_path / "content").write_bytes(data)
        at = str(int(walked.world.now.timestamp()))
        command = ["openssl", "cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", tmp_path / "cms.der"]
        command += ["-content", tmp_path / "content", "-CAfile", root, "-purpose", "any", "-attime", at]
        return subprocess.run([*command, "-out", tmp_path / "out"], capture_output=True, text=True)

    good = verify(content)
    assert good.returncode == 0 and "Verification successful" in good.stderr, good.stderr
    assert verify(content[:100] + bytes([content[100] ^ 1]) + content[101:]).returncode != 0


@needs("pdfsig")
@needs("certutil")
def test_poppler_with_nss_finds_a_valid_signature_by_a_trusted_certificate(small, tmp_path):
    walk = small.walk(small.World(now=datetime.datetime.now(datetime.UTC).replace(microsecond=0)))
    root = small.write_pem(tmp_path / "root.pem", walk.world.root.der)
    (tmp_path / "finished.pdf").write_bytes(walk.finished)
    changed = bytearray(walk.finished)
    changed[2000] ^= 1
    (tmp_path / "changed.pdf").write_bytes(changed)
    database = f"sql:{tmp_path}"
    subprocess.run(["certutil", "-N", "-d", database, "--empty-password"], check=True, capture_output=True)
    command = ["certutil", "-A", "-d", database, "-n", "root", "-t", "C,C,C", "-i", root]
    subprocess.run(command, check=True, capture_output=True)

    def said(name: str) -> str:
        done = subprocess.run(["pdfsig", "-nssdir", str(tmp_path), tmp_path / name], capture_output=True, text=True)
        return done.stdout

    good = said("finished.pdf")
    assert "Signature Validation: Signature is Valid." in good, good
    assert "Certificate Validation: Certificate is Trusted." in good, good
    assert "Signature Type: ETSI.CAdES.detached" in good
    assert "Digest Mismatch" in said("changed.pdf")


@needs("qpdf")
def test_qpdf_finds_every_stage_sound(walked, tmp_path):
    for stage in (walked.prepared.data, walked.signed, walked.stored, walked.finished):
        (tmp_path / "stage.pdf").write_bytes(stage)
        done = subprocess.run(["qpdf", "--check", tmp_path / "stage.pdf"], capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr


def test_the_finished_document_still_declares_pdf_a_3_and_pdf_1_7(small, walked):
    assert walked.finished.startswith(b"%PDF-1.7")
    with pikepdf.open(io.BytesIO(small.draft())) as before, pikepdf.open(io.BytesIO(walked.finished)) as after:
        assert "/Version" not in after.Root or str(after.Root.Version) == "/1.7"
        assert after.Root.Metadata.read_bytes() == before.Root.Metadata.read_bytes()
        assert after.Root.OutputIntents.objgen == before.Root.OutputIntents.objgen
        assert list(after.Root.Extensions.keys()) == ["/ESIC"]


@needs("verapdf")
def test_verapdf_confirms_pdf_a_3a(walked, tmp_path):
    (tmp_path / "finished.pdf").write_bytes(walked.finished)
    done = subprocess.run(["verapdf", "-f", "3a", tmp_path / "finished.pdf"], capture_output=True, text=True)
    assert 'isCompliant="true"' in done.stdout, done.stdout
