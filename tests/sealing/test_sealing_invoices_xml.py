"""XML of strangers cannot reach for anything, cannot grow, and cannot hide behind an encoding."""

import socket
import time

import pytest

from esign.sealing.invoices.xml import MAX_BYTES, XmlRefused, read_xml
from tests.sealing import invoice_samples as samples

GOOD = samples.cii()
HEAD = b'<?xml version="1.0" encoding="UTF-8"?>'
LAUGHS = HEAD + b"<!DOCTYPE l [<!ENTITY a 'ha'>%b]><l>&z;</l>" % b"".join(
    b"<!ENTITY %c '%b'>" % (98 + n, (b"&%c;" % (97 + n)) * 10) for n in range(25)
)


def refusal(data):
    with pytest.raises(XmlRefused) as caught:
        read_xml(data)
    return str(caught.value)


@pytest.mark.parametrize(
    "data",
    [
        LAUGHS,
        HEAD + b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd"><x/>',
        HEAD + b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
        HEAD + b'<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/"> %p;]><x/>',
        HEAD + b"<!DOCTYPE x><x/>",
        b"<?xml version='1.0' encoding='us-ascii'?><!DOCTYPE x [<!ATTLIST x y CDATA 'z'>]><x/>",
    ],
)
def test_a_document_type_is_refused_before_anything_is_expanded_or_fetched(data, monkeypatch):
    def no_network(*_):
        raise AssertionError("somebody called out")

    monkeypatch.setattr(socket.socket, "connect", no_network)
    begun = time.monotonic()
    assert refusal(data) == "doctype"
    assert time.monotonic() - begun < 1


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-7"])
def test_encodings_in_which_markup_looks_different_are_refused(encoding):
    text = f'<?xml version="1.0" encoding="{encoding.upper()}"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'
    assert refusal(text.encode(encoding)) == "encoding"


def test_an_unknown_encoding_is_refused():
    assert refusal(b'<?xml version="1.0" encoding="EBCDIC-CP-US"?><x/>') == "encoding"


def test_latin_1_is_read_as_what_it_says():
    text = '<?xml version="1.0" encoding="ISO-8859-1"?><x>Grüße</x>'
    assert read_xml(text.encode("latin-1")).text == "Grüße"


def test_a_byte_order_mark_of_utf_8_is_read():
    assert read_xml(b"\xef\xbb\xbf" + GOOD).tag.endswith("CrossIndustryInvoice")


def test_more_bytes_than_an_invoice_needs_are_refused_unread():
    assert refusal(b"<x>" + b" " * MAX_BYTES + b"</x>") == "size"


@pytest.mark.parametrize("part", [b"<a/>" * 500_001, b"<a " + b'b="" ' * 500_001 + b"/>"])
def test_many_small_things_are_refused_unread(part):
    begun = time.monotonic()
    assert refusal(b"<x>" + part + b"</x>") == "size"
    assert time.monotonic() - begun < 1


@pytest.mark.parametrize("depth", [101, 5_000])
def test_deep_nesting_is_refused(depth):
    assert refusal(b"<a>" * depth + b"</a>" * depth) == "syntax"
    assert read_xml(b"<a>" * 100 + b"</a>" * 100).tag == "a"


def test_a_supporting_document_of_fifteen_megabytes_may_be_within():
    assert len(read_xml(b"<x>" + b"QUJD" * (5 << 20) + b"</x>").text) == 20 << 20


@pytest.mark.parametrize("data", [b"", b" ", b"<x>", b"<x></y>", b"\xff\xff", b"<x>\xff</x>", b"<x>&unknown;</x>"])
def test_what_is_not_well_formed_is_refused_in_our_words(data):
    assert refusal(data) == "syntax"


def test_instructions_and_remarks_are_no_content():
    root = read_xml(b'<?xml-stylesheet href="http://127.0.0.1:9/x.xsl"?><x>a<!-- b --><?c d?></x>')
    assert [child.tag for child in root] == []
