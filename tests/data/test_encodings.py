"""The encoding is told by the bytes of the whole file, and never stretched to fit."""

import pytest

from calibrant.data.read import Reading, open_source
from calibrant.errors import InputError

TEXT = "naïve;größe\nä;1\nö€;2\n"


@pytest.mark.parametrize(
    ("codec", "name", "how"),
    [
        ("utf-8", "utf-8", ()),
        ("utf-8-sig", "utf-8", ()),
        ("utf-16", "utf-16", ("Text is in UTF-16 (its byte order mark says so).",)),
        ("utf-32", "utf-32", ("Text is in UTF-32 (its byte order mark says so).",)),
        ("cp1252", "windows-1252", ("Text is in windows-1252 (guessed: it is not UTF-8).",)),
    ],
)
def test_the_encoding_is_found_and_said(tmp_path, codec, name, how):
    source = open_source(_written(tmp_path, TEXT.encode(codec)), Reading(delimiter=";"))
    assert (source.encoding, source.how) == (name, how)
    assert source.read().table.to_pydict() == {"naïve": ["ä", "ö€"], "größe": [1, 2]}


@pytest.mark.parametrize("codec", ["utf-16-le", "utf-16-be", "cp437", "mac-roman", "utf-7"])
def test_any_encoding_of_python_can_be_asked_for(tmp_path, codec):
    text = "a;größe\nä;1\n"
    source = open_source(_written(tmp_path, text.encode(codec)), Reading(encoding=codec))
    assert source.read().table.to_pydict() == {"a": ["ä"], "größe": [1]}
    marked = _written(tmp_path, "\ufeffa;b\n1;2\n".encode("utf-16-le"))
    assert open_source(marked, Reading(encoding="utf_16_le")).column_names == ("a", "b")


def test_a_byte_late_in_a_long_file_decides(tmp_path):
    early = b"a,b\n" + b"x,1\n" * 300_000
    source = open_source(_written(tmp_path, early + b"\xe4,1\n"))
    assert source.encoding == "windows-1252"
    assert source.read().table.column("a")[-1].as_py() == "ä"


@pytest.mark.parametrize(
    ("content", "reading", "message"),
    [
        (
            "a,b\nä,1\n".encode() + b"\xe4,2\n",  # characters of UTF-8 beside others: damaged
            Reading(),
            r"be text in UTF-8; got .*: the byte 0xe4 \(.*\) in line 3\. Save .*\(--encoding\)",
        ),
        (b"a,b\r\xe4\x81,1\r", Reading(), r"text in windows-1252; got .* 0x81 .* in line 2\."),
        ("a\nä\n".encode("cp1252"), Reading(encoding="utf8"), r"in UTF-8; got .* in line 2\."),
        ("a\nä\n".encode(), Reading(encoding="ascii"), r"in ascii; got .*0xc3 .* in line 2\."),
        (b"a\n" * 9 + b"\0", Reading(), r"in UTF-8; got .*: a zero byte in line 10\."),
        ("a\n1\n".encode("utf-16-le"), Reading(), r"a zero byte in line 1\. .*--encoding utf-16"),
    ],
)
def test_bytes_that_the_encoding_does_not_know_are_refused(tmp_path, content, reading, message):
    with pytest.raises(InputError, match=message):
        open_source(_written(tmp_path, content), reading)


@pytest.mark.parametrize("name", ["no-such-codec", "hex", "rot13", "", "zlib", "\0"])
def test_what_is_no_encoding_of_text_is_refused(name):
    with pytest.raises(InputError, match="encoding must name an encoding that Python knows; got"):
        Reading(encoding=name)


@pytest.mark.parametrize(
    ("head", "kind"),
    [
        (b"PK\x03\x04", "an Excel workbook or a zip archive"),
        (b"\xd0\xcf\x11\xe0", "an old Excel workbook"),
        (b"\x1f\x8b", "compressed by gzip"),
        (b"%PDF-1.4", "a PDF document"),
        (b"\x93NUMPY", "a NumPy array"),
    ],
)
def test_files_of_other_kinds_are_called_by_their_name(tmp_path, head, kind):
    with pytest.raises(InputError, match=f"which is {kind}. Save its table as CSV or Parquet"):
        open_source(_written(tmp_path, head + b"\x00\x01"))


def _written(folder, content):
    path = folder / "t.csv"
    path.write_bytes(content)
    return path
