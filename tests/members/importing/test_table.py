import pytest

from members.importing import table
from members.importing.table import Line, Problem, Unreadable, header_of, lines_of, text_of


def cells(text):
    return [line.cells for line in lines_of(text)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_one_table_however_it_was_saved(encoding, delimiter, end):
    raw = end.join([delimiter.join(["Email ", "NAME"]), delimiter.join([" ada@x.io", "Zoë"]), ""]).encode(
        encoding
    )
    text = text_of(raw)
    assert header_of(text) == ["email", "name"]
    assert cells(text) == [{"email": "ada@x.io", "name": "Zoë"}]


def test_cells_may_hold_breaks_quotes_and_delimiters_and_lines_keep_their_numbers():
    text = 'email,note\n\na@x.io,"one\ntwo, ""three"""\n,\nb@x.io,\'=1+1\n'
    assert list(lines_of(text)) == [
        Line(3, {"email": "a@x.io", "note": 'one\ntwo, "three"'}),
        Line(6, {"email": "b@x.io", "note": "=1+1"}),
    ]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a,b\n1\n", 2, "The line has 1 cells, and the header 2 names."),
        ("a,b\n1,2,3\n", 2, "The line has 3 cells, and the header 2 names."),
        ('a,b\n1,2\n"1,2\n3,4\n', 3, "From here on the file cannot be read"),
        ('a,b\n1,2\n1,"2"x\n', 3, "From here on the file cannot be read"),
        (f"a,b\n1,2\n{'x' * 200_000},2\n", 3, "From here on the file cannot be read"),
    ],
)
def test_line_that_is_broken_is_told(text, line, words):
    (problem,) = [each for each in lines_of(text) if isinstance(each, Problem)]
    assert problem.line == line
    assert problem.words.startswith(words)


def test_empty_cells_beyond_the_header_are_none():
    assert cells("a,b\n1,2,,\n") == [{"a": "1", "b": "2"}]


@pytest.mark.parametrize("text", ["", "\n", '"'])
def test_nothing_has_no_lines(text):
    assert (header_of(text), [each for each in lines_of(text) if isinstance(each, Line)]) == ([], [])


@pytest.mark.parametrize("raw", [b"\x81\x00", b"PK\x03\x04\x00", b"\xff\xfe\x00"])
def test_what_is_no_text_is_refused(raw):
    with pytest.raises(Unreadable):
        text_of(raw)


def test_file_may_only_be_so_large(monkeypatch):
    monkeypatch.setattr(table, "LARGEST", 10)
    assert text_of(b"x" * 10)
    with pytest.raises(Unreadable):
        text_of(b"x" * 11)
