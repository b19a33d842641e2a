"""ISO 32000-2 clause 7.4: filters are undone exactly, and never into more bytes than allowed."""

import base64
import io
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from esign.pdf import Name, PdfFilterError, PdfLimitError, PdfStreamError
from esign.pdf.filters import decode

MOST = 1 << 20


def undone(raw, *filters, parameters=None):
    return decode(raw, filters, parameters or (None,) * len(filters), MOST, MOST)


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=300))
def test_what_was_encoded_is_decoded(data):
    assert undone(zlib.compress(data), "FlateDecode") == data
    assert undone(data.hex().encode() + b">", "ASCIIHexDecode") == data
    assert undone(base64.a85encode(data) + b"~>", "ASCII85Decode") == data
    runs = b"".join(bytes((len(data[i : i + 128]) - 1,)) + data[i : i + 128] for i in range(0, len(data), 128))
    assert undone(runs + b"\x80", "RunLengthDecode") == data
    assert undone(base64.a85encode(zlib.compress(data)) + b"~>", "ASCII85Decode", "FlateDecode") == data


def test_7_4_4_2_lzw_as_in_the_standards_example():
    assert undone(bytes.fromhex("800B6050220C0C8501"), "LZWDecode") == bytes.fromhex("2D2D2D2D2D412D2D2D42")


def test_lzw_beyond_every_width_of_code():
    content = bytes(range(256)) * 24
    codes, table, word = [256], {bytes((b,)): b for b in range(256)}, b""
    for byte in content:
        if word + bytes((byte,)) in table:
            word += bytes((byte,))
            continue
        codes.append(table[word])
        table[word + bytes((byte,))] = len(table) + 2
        word = bytes((byte,))
        if len(table) + 2 == 4095:
            codes += [table[word], 256]
            table, word = {bytes((b,)): b for b in range(256)}, b""
    codes += [table[word], 257] if word else [257]
    bits, size, width = "", 258, 9
    for code in codes:
        bits += format(code, f"0{width}b")
        size = 257 if code == 256 else min(size + 1, 4096)
        width = 9 if size < 511 else 10 if size < 1023 else 11 if size < 2047 else 12
    bits += "0" * (-len(bits) % 8)
    assert undone(int(bits, 2).to_bytes(len(bits) // 8, "big"), "LZWDecode") == content


@pytest.mark.parametrize("kind", range(5))
def test_7_4_4_4_png_predictors_against_another_decoder(kind):
    rows = [bytes((x * 7 + y * 13 + kind) & 255 for x in range(9)) for y in range(4)]
    body = b"".join(bytes((kind,)) + row for row in rows)
    png = b"\x89PNG\r\n\x1a\n"
    for name, content in (
        (b"IHDR", (3).to_bytes(4, "big") + (4).to_bytes(4, "big") + b"\x08\x02\0\0\0"),
        (b"IDAT", zlib.compress(body)),
        (b"IEND", b""),
    ):
        png += len(content).to_bytes(4, "big") + name + content + zlib.crc32(name + content).to_bytes(4, "big")
    options = {Name("Predictor"): 15, Name("Colors"): 3, Name("Columns"): 3}
    assert undone(zlib.compress(body), "FlateDecode", parameters=(options,)) == Image.open(io.BytesIO(png)).tobytes()


@pytest.mark.parametrize(
    ("raw", "filters", "error"),
    [
        (zlib.compress(bytes(MOST + 1)), ("FlateDecode",), PdfLimitError),
        (zlib.compress(zlib.compress(bytes(64 * MOST))), ("FlateDecode", "FlateDecode"), PdfLimitError),
        (b"\x81\x00" * MOST + b"\x80", ("RunLengthDecode",), PdfLimitError),
        (b"z" * MOST + b"~>", ("ASCII85Decode",), PdfLimitError),
        (b"", ("ASCIIHexDecode",) * 9, PdfLimitError),
        (zlib.compress(bytes(99))[:-8], ("FlateDecode",), PdfStreamError),
        (b"no", ("FlateDecode",), PdfStreamError),
        (b"4", ("ASCIIHexDecode",), PdfStreamError),
        (b"4x>", ("ASCIIHexDecode",), PdfStreamError),
        (b"zz", ("ASCII85Decode",), PdfStreamError),
        (b"\x05a", ("RunLengthDecode",), PdfStreamError),
        (b"\xff\xff\xff", ("LZWDecode",), PdfStreamError),
        (b"", ("DCTDecode",), PdfFilterError),
    ],
)
def test_bombs_and_damage_end_with_a_typed_error(raw, filters, error):
    with pytest.raises(error) as refused:
        undone(raw, *filters)
    assert type(refused.value) is error


@pytest.mark.parametrize(
    ("options", "error"),
    [
        ({"Predictor": 12, "Columns": 1 << 30}, PdfStreamError),
        ({"Predictor": 12, "Columns": 7}, PdfStreamError),
        ({"Predictor": 12, "Colors": 1 << 20, "Columns": 4}, PdfStreamError),
        ({"Predictor": Name("x")}, PdfStreamError),
        ({"Predictor": 2}, PdfFilterError),
    ],
)
def test_impossible_predictors_are_refused(options, error):
    with pytest.raises(error):
        undone(zlib.compress(bytes(100)), "FlateDecode", parameters=(options,))
