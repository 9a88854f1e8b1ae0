"""Tables as programs write them: each is read to the numbers that a person sees in it, or refused with the remedy."""

import gzip
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import nodescope as ns
from nodescope.data.files import open_file
from nodescope.data.reading import read_examples
from nodescope.data.unpacked import declared_size, open_bytes

PLAIN = b"a,b\n1.5,10\n2.5,20\n4,30\n"
A, B = [1.5, 2.5, 4.0], [10.0, 20.0, 30.0]


def zstd(content: bytes) -> bytes:
    packed: bytes = pa.Codec("zstd").compress(content, asbytes=True)
    return packed


READ: dict[str, tuple[bytes, dict[str, Any], str]] = {
    "plain": (PLAIN, {}, ""),
    "semicolons": (b"a;b\n1.5;10\n2.5;20\n4;30\n", {}, "cells divided by ';'"),
    "decimal commas": (b"a;b\n1,5;10\n2,5;20\n4;30\n", {}, "cells divided by ';', decimal comma"),
    "decimal commas in quotes": (b'a,b\n"1,5",10\n"2,5",20\n4,30\n', {}, "decimal comma"),
    "decimal commas between tabs": (b"a\tb\n1,5\t10\n2,5\t20\n4\t30\n", {}, "cells divided by tabs, decimal comma"),
    "bars": (b"a|b\n1.5|10\n2.5|20\n4|30\n", {}, "cells divided by '|'"),
    "a mark": (b"\xef\xbb\xbf" + PLAIN, {}, ""),
    "a mark and blank lines": (b"\xef\xbb\xbf\r\n\r\n" + PLAIN.replace(b"\n", b"\r\n"), {}, ""),
    "UTF-16": (PLAIN.decode().encode("utf-16"), {}, "encoding utf-16"),
    "UTF-16 without a mark": (PLAIN.decode().encode("utf-16-le"), {}, "encoding utf-16-le"),
    "UTF-16, the other way round": (PLAIN.decode().encode("utf-16-be"), {}, "encoding utf-16-be"),
    "Latin-1": ("a,b,größe\n1.5,10,é\n2.5,20,é\n4,30,é\n".encode("latin-1"), {"inputs": ["a"]}, "encoding latin-1"),
    "Windows": ("a,b,€\n1.5,10,é\n2.5,20,é\n4,30,é\n".encode("cp1252"), {"inputs": ["a"]}, "encoding cp1252"),
    "gzip": (gzip.compress(PLAIN), {}, "packed by gzip"),
    "two members of gzip": (gzip.compress(PLAIN[:9]) + gzip.compress(PLAIN[9:]), {}, "packed by gzip"),
    "zstd": (zstd(PLAIN), {}, "packed by zstd"),
    "gzip of UTF-16": (gzip.compress(PLAIN.decode().encode("utf-16")), {}, "packed by gzip, encoding utf-16"),
    "trailing blank columns": (b"a,b,,\n1.5,10,,\n2.5,20,,\n4,30,,\n", {}, "2 blank columns at the end left out"),
    "rows that end in a comma": (b"a,b\n1.5,10,\n2.5,20,\n4,30,\n", {}, "1 blank column at the end left out"),
    "names that end in a comma": (b"a,b,\n1.5,10\n2.5,20\n4,30\n", {}, ""),
    "a spreadsheet's separator": (b"sep=;\r\na;b\r\n1,5;10\r\n2,5;20\r\n4;30\r\n", {}, "cells divided by ';', decimal comma"),
    "its separator, of a kind that is not looked for": (b'"sep=^"\na^b\n1.5^10\n2.5^20\n4^30\n', {}, "cells divided by '^'"),
    "a remark": (b"# by hand, in 2026, twice\n" + PLAIN, {}, "1 line above the names left out"),
    "remarks and a blank line": (b"# by hand\n\n# a, b; c\n" + PLAIN, {}, "2 lines above the names left out"),
    "names that begin with #": (b"#a,b\n1.5,10\n2.5,20\n4,30\n", {"inputs": ["#a"]}, ""),
    "a title": (b"Houses,\n\n" + PLAIN, {}, "1 line above the names left out"),
    "a title and a remark": ("Houses\n# old\n\na;b\n1,5;10\n2,5;20\n4;30\n".encode("utf-16"), {}, "2 lines above the names"),
    "blanks behind commas": (b"a, b\n1.5, 10\n2.5, 20\n4, 30\n", {}, ""),
    "no line of names": (PLAIN[4:], {"goal": "1"}, "no line of names"),
    "no line of names, and text": (
        b"x,1.5,10\ny,2.5,20\nz,4,30\n", {"goal": "2", "inputs": ["1"]}, "no line of names"
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    ("content", "names"),
    [
        (b"y\n1,5\n2,5\n", ("y",)),
        (b"# y\n1\n2\n", ("# y",)),
        (b"# a\n# b\n", ("# a",)),
        (b"year\n2001,2002\n3,4\n", ("year",)),
    ],
)
def test_a_line_that_may_be_names_is_no_preface(content: bytes, names: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(content)
    assert open_file(tmp_path / "t.csv").names == names


@pytest.mark.parametrize("above", [b"sep=;\n", b"# by hand; today\r\n\r\n", b"Houses\n"])
def test_lines_above_the_names_are_left_out_in_the_stream_too(above: bytes, tmp_path: Path) -> None:
    rows = b"".join(b"%d;%d\n" % (i % 7, 3 * (i % 7) + 1) for i in range(500))
    (tmp_path / "t.csv").write_bytes(above + b"a;b\n" + rows)
    recipe: dict[str, Any] = {"goal": "b", "alpha": 0.01, "bias": True, "epochs": 2}
    whole, streamed = (ns.descend(data=tmp_path / "t.csv", **recipe, **memory) for memory in ({}, {"memory": "64 MB"}))
    assert (streamed.weight, streamed.bias, streamed.mse) == (whole.weight, whole.bias, whole.mse)


def test_a_row_is_named_by_its_line_in_the_file(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes(b"# by hand\n\na;b\n1;2\n1;2;3\n")
    with pytest.raises(ns.errors.InputError, match=r"row 2 \(line 5\)"):
        ns.descend(data=tmp_path / "t.csv", goal="b", alpha=0.01)


@pytest.mark.parametrize("kind", READ)
def test_a_quirk_is_found_and_told(kind: str, tmp_path: Path) -> None:
    content, keywords, told = READ[kind]
    (tmp_path / "t.csv").write_bytes(content)
    examples = read_examples(tmp_path / "t.csv", **{"goal": "b", **keywords})
    assert examples.input[:, 0].tolist() == A
    assert examples.goal[:, 0].tolist() == B
    assert examples.source is not None
    notes = " ".join(examples.source.notes)
    assert told in notes
    assert bool(told) == ("is read with" in notes)


NUMBERS: dict[str, tuple[str, list[float]]] = {
    "points and a comma": ("a;b\n1.234,5;1\n2.000;1\n3,25;1\n", [1234.5, 2000.0, 3.25]),
    "commas in quotes": ('a,b\n"1,234",1\n"12,345,678",1\n3.5,1\n', [1234.0, 12345678.0, 3.5]),
    "commas": ("a;b\n1,234.5;1\n2,000;1\n3.25;1\n", [1234.5, 2000.0, 3.25]),
    "blanks": ("a;b\n1 234,5;1\n2 000;1\n3,25;1\n", [1234.5, 2000.0, 3.25]),
    "narrow blanks": ("a;b\n1\u202f234,5;1\n2\u00a0000;1\n-3,25;1\n", [1234.5, 2000.0, -3.25]),
    "apostrophes": ("a;b\n1'234.5;1\n2'000;1\n3.25;1\n", [1234.5, 2000.0, 3.25]),
    "three decimals after a comma": ("a;b\n0,125;1\n1,375;1\n3,250;1\n", [0.125, 1.375, 3.25]),
    "three decimals after a point": ("a;b\n0.125;1\n1.375;1\n3.250;1\n", [0.125, 1.375, 3.25]),
    "millions by points": ("a;b\n1.234.567;1\n2.000;1\n3;1\n", [1234567.0, 2000.0, 3.0]),
}


@pytest.mark.parametrize("kind", NUMBERS)
def test_thousands(kind: str, tmp_path: Path) -> None:
    text, numbers = NUMBERS[kind]
    (tmp_path / "t.csv").write_text(text, encoding="utf-8")
    assert read_examples(tmp_path / "t.csv", goal="b").input[:, 0].tolist() == numbers


SAID: dict[str, tuple[str, dict[str, Any], list[float]]] = {
    "thousands": ("a;b\n1,234;1\n2,000;1\n", {"thousands": ","}, [1234.0, 2000.0]),
    "a decimal comma": ("a;b\n1,234;1\n2,000;1\n", {"decimal": ","}, [1.234, 2.0]),
    "no thousands": ('a,b\n"1,234",1\n"2,000",1\n', {"decimal": ",", "thousands": "none"}, [1.234, 2.0]),
    "a delimiter": ("a b\n1 1\n2 1\n", {"delimiter": "space"}, [1.0, 2.0]),
    "names": ("0.5,b\n1,1\n2,1\n", {"header": True}, [1.0, 2.0]),
    "an encoding": ("a,b\n1,1\n2,1\n", {"encoding": "latin-1"}, [1.0, 2.0]),
}


@pytest.mark.parametrize("kind", SAID)
def test_what_is_said_goes(kind: str, tmp_path: Path) -> None:
    text, reading, numbers = SAID[kind]
    (tmp_path / "t.csv").write_text(text)
    assert read_examples(tmp_path / "t.csv", goal="b", reading=reading).input[:, 0].tolist() == numbers


REFUSED: dict[str, tuple[bytes, dict[str, Any], list[str]]] = {
    "a unit": (b"a,b\n5 kg,1\n", {}, ["'5 kg'", "put the unit into the column's name"]),
    "a unit without a blank": (b"a,b\n5kg,1\n", {}, ["'5kg'", "unit"]),
    "metres a second": (b"a,b\n5.5 m/s,1\n", {}, ["'5.5 m/s'", "unit"]),
    "dollars": (b'a,b\n"$1,200.50",1\n', {}, ["'$1,200.50'", "unit"]),
    "euros": ("a;b\n1.200,50 €;1\n".encode(), {}, ["'1.200,50 €'", "unit"]),
    "per cent": (b"a,b\n12 %,1\n", {}, ["'12 %'", "unit"]),
    "which comma": (b"a;b\n1,234;1\n2,345;1\n", {}, ["'1,234'", 'decimal=","', 'thousands=","']),
    "a point among commas": (b"a;b\n1,5;1\n2,5;1\n1.5;1\n", {}, ["row 3 (line 4)", "'1.5'"]),
    "a date": (b"a,b\n2020-01-31,1\n", {}, ["'2020-01-31'", 'dates=["year"']),
    "a German date": (b"a,b\n31.01.2020,1\n", {}, ["'31.01.2020'", "2020-12-31"]),
    "a blank column with something in it": (
        b"a,b,\n" + b"1,2,\n" * 2000 + b"1,2,x\n", {}, ["column 3 has no name", "row 2001 (line 2002)", "b'x'"]
    ),
    "damaged gzip": (gzip.compress(PLAIN)[:-9], {}, ["damaged gzip file", "write it again"]),
    "damaged zstd": (zstd(PLAIN)[:-3], {}, ["damaged zstd file", "write it again"]),
    "no delimiter": (PLAIN, {"delimiter": ";;"}, ["delimiter is ';;'", '"tab"']),
    "no decimal mark": (PLAIN, {"decimal": "x"}, ["decimal is 'x'", '","']),
    "one mark for both": (PLAIN, {"decimal": ",", "thousands": ","}, ["both ','"]),
    "no encoding": (PLAIN, {"encoding": "utf-99"}, ["encoding is 'utf-99'", "latin-1"]),
    "an encoding of no text": (PLAIN, {"encoding": "rot13"}, ["encoding is 'rot13'"]),
}  # fmt: skip


@pytest.mark.parametrize("kind", REFUSED)
def test_what_cannot_be_told_is_refused_with_the_remedy(kind: str, tmp_path: Path) -> None:
    content, reading, said = REFUSED[kind]
    (tmp_path / "t.csv").write_bytes(content)
    with pytest.raises(ns.InputError) as caught:
        read_examples(tmp_path / "t.csv", goal="b", inputs=["a"] if b"a" in content[:9] else None, reading=reading)
    assert [part for part in said if part not in str(caught.value)] == []
    assert "\n" not in str(caught.value)


def test_a_packed_file_is_not_unpacked_beyond_what_the_machine_holds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both where it says its size, and where it lies."""
    content = b"a,b\n" + b"1,2\n" * 500_000
    path = tmp_path / "t.csv.gz"
    path.write_bytes(gzip.compress(content))
    assert declared_size(path, "gzip") == len(content)
    monkeypatch.setattr("nodescope.data.unpacked.memory", lambda: 1e6)
    with pytest.raises(ns.InputError, match="unpacks to more than"):
        read_examples(path, goal="b")
    path.write_bytes(gzip.compress(content)[:-4] + b"\1\0\0\0")
    with pytest.raises(ns.InputError, match=r"unpacks to more than|damaged"), open_bytes(path, "gzip") as file:
        file.read()
    path.write_bytes(zstd(content))
    assert declared_size(path, "zstd") == len(content)
    with pytest.raises(ns.InputError, match="unpacks to more than"):
        read_examples(path, goal="b")


def test_a_recipe_says_how_its_table_is_written(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes("größe;preis;\n1.000,5;2\n2.000,5;4\n3.000,5;7\n".encode("latin-1"))
    run = ns.descend(data=tmp_path / "t.csv", goal="preis", standardise=True, epochs=3)
    text = run.recipe.to_toml()
    for line in ('delimiter = ";"', 'decimal = ","', 'thousands = "."', 'encoding = "latin-1"'):
        assert line in text.splitlines()
    (tmp_path / "r.toml").write_text(text)
    again = ns.descend(**ns.read_recipe(tmp_path / "r.toml"))
    assert again.recipe == run.recipe
    assert again.weight.tobytes() == run.weight.tobytes()
    ns.save(run, tmp_path / "r.nodescope")
    (tmp_path / "other.csv").write_text("preis,größe\n0,1000.5\n")
    (tmp_path / "t.csv").unlink()
    loaded = ns.load(tmp_path / "r.nodescope")
    assert loaded.predict(tmp_path / "other.csv").tolist() == run.predict({"größe": [1000.5]}).tolist()
    assert loaded.recipe.source.notes == run.recipe.source.notes


def test_what_is_said_of_a_file_is_for_files() -> None:
    with pytest.raises(ns.InputError, match="delimiter says how a CSV file is written, and data is a dict; leave it out"):
        ns.descend(data={"a": [1.0, 2.0], "b": [1.0, 2.0]}, goal="b", delimiter=";")
    with pytest.raises(ns.InputError, match="decimal goes with data="):
        ns.descend(input=[1.0, 2.0], goal=[1.0, 2.0], decimal=",")


ENCODINGS = [
    "utf-8", "utf-16", "utf-16-le", "utf-32", "cp1252", "latin-1", "ascii", "utf-7", "idna", "punycode", "rot13", "hex", "zlib",
    "unicode_escape", "raw_unicode_escape", "undefined", "cp037", "shift_jis", "x", "\0", "",
]  # fmt: skip
ENCODED = {
    "a byte that Windows does not have": b"a,y,s\n1,2,x\n3,4,\xe9\x81\n",
    "one that comes late": b"a,y\n1,\xe9\n" + b"1,2\n" * 30_000 + b"\x9d,2\n",
    "UTF-16 without its mark": "a,y\n1,2\n3,4\n".encode("utf-16-le"),
    "UTF-16 with its mark": "a,y\n1,2\n3,4\n".encode("utf-16"),
    "half a character": "a,y\n1,2\n3,4\n".encode("utf-16") + b"\0",
    "UTF-32": "a,y\n1,2\n3,4\n".encode("utf-32"),
}


@pytest.mark.parametrize("encoding", [None, *ENCODINGS])
@pytest.mark.parametrize("kind", ENCODED)
def test_text_that_is_encoded_otherwise_is_told(kind, encoding, tmp_path):
    """Story: a byte that windows-1252 does not have, and "utf-16" of a file without its mark, were errors of other libraries."""
    path = tmp_path / "t.csv"
    path.write_bytes(ENCODED[kind])
    for use in (
        lambda: ns.descend(data=path, goal="y", inputs=["a"], epochs=1, encoding=encoding),
        lambda: ns.inspect(path, encoding=encoding),
        lambda: ns.descend(data=path, goal="y", epochs=1, encoding=encoding, categories="one-hot"),
    ):
        try:
            use()
        except ns.InputError as error:
            said = str(error)
            assert len(said.splitlines()) == 1
            assert len(said) < 300 + len(str(path))
    if kind.startswith("a byte") and encoding == "cp1252":
        with pytest.raises(ns.InputError, match=r"not all of it is cp1252 text \(.*0x81.*\); say how it is"):
            ns.descend(data=path, goal="y", inputs=["a"], encoding=encoding)
