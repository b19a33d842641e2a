import io

import pikepdf

from esign.pades import (
    add_document_security_store,
    embed,
    prepare_document_timestamp,
    range_digest,
    read_security_store,
    read_signatures,
)


def test_the_store_is_one_revision_and_holds_each_value_once(small, walked):
    world, signer = walked.world, walked.signer
    certificates = (signer.der, *signer.chain, signer.der)
    crl = world.crl(world.root)
    pdf = add_document_security_store(walked.signed, certificates=certificates, crls=[crl, crl], ocsp_responses=[b"x"])
    assert pdf.startswith(walked.signed) and pdf.count(b"%%EOF") == walked.signed.count(b"%%EOF") + 1
    assert read_security_store(pdf) == ((signer.der, *signer.chain), (crl,), (b"x",))


def test_a_second_store_adds_to_the_first_and_nothing_new_changes_nothing(small, walked):
    world = walked.world
    first = add_document_security_store(walked.signed, certificates=[b"a"], crls=[], ocsp_responses=[])
    second = add_document_security_store(
        first, certificates=[b"a", b"b"], crls=[world.crl(world.root)], ocsp_responses=[]
    )
    assert second.startswith(first)
    assert read_security_store(second)[0] == (b"a", b"b") and len(read_security_store(second)[1]) == 1
    assert add_document_security_store(second, certificates=[b"b"], crls=[], ocsp_responses=[]) == second
    with pikepdf.open(io.BytesIO(second)) as pdf:
        assert str(pdf.Root.DSS.Type) == "/DSS" and set(pdf.Root.DSS.keys()) == {"/Type", "/Certs", "/CRLs"}


def test_the_timestamp_covers_store_and_signature_and_is_invisible(walked):
    prepared = prepare_document_timestamp(walked.stored)
    assert prepared.data.startswith(walked.stored)
    assert prepared.digest == range_digest(prepared.data, prepared.byte_range)
    assert prepared.byte_range[1] > len(walked.stored)
    with pikepdf.open(io.BytesIO(prepared.data)) as pdf:
        widget = pdf.pages[0].obj.Annots[0]
        assert [int(x) for x in widget.Rect] == [0, 0, 0, 0] and int(widget.F) & 4
        assert (str(widget.V.Type), str(widget.V.SubFilter)) == ("/DocTimeStamp", "/ETSI.RFC3161")
        assert "/AP" not in widget and "/M" not in widget.V


def test_timestamps_are_renewed_under_fresh_names(walked):
    again = prepare_document_timestamp(walked.finished)
    assert again.field == "DocumentTimestamp2"
    finished = embed(again, walked.world.stamp(again.digest))
    assert [s.field for s in read_signatures(finished)] == ["Signatory", "DocumentTimestamp1", "DocumentTimestamp2"]


def test_documents_with_cross_reference_streams_walk_the_same_way(small):
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(small.draft())) as opened:
        opened.save(out, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    walk = small.walk(base=out.getvalue())
    signature, timestamp = read_signatures(walk.finished)
    assert signature.cms == walk.cms and timestamp.covers_whole_file
    assert walk.finished.count(b"trailer") == 0
