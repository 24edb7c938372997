import pytest

from payments.reports import output


def broken():
    yield b"half of "
    raise RuntimeError("the database went away")


def test_file_is_written_whole_and_for_its_owner_alone(tmp_path):
    path = tmp_path / "books.journal"
    path.write_bytes(b"last month's, and longer")
    output.write([b"one\n", b"two\n"], str(path))
    assert path.read_bytes() == b"one\ntwo\n"
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [path]


def test_failure_leaves_what_was_there(tmp_path):
    path = tmp_path / "books.journal"
    path.write_bytes(b"last month's")
    with pytest.raises(RuntimeError):
        output.write(broken(), str(path))
    assert path.read_bytes() == b"last month's"
    assert list(tmp_path.iterdir()) == [path]


def test_dash_is_standard_output(capfdbinary):
    output.write([b"one\n", b"\xff"], "-")
    assert capfdbinary.readouterr().out == b"one\n\xff"
