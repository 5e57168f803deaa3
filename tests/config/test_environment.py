"""Settings are read from the environment, and what can't be used is said in a sentence."""

import os
from pathlib import Path

import pytest

from config.environment import LONGEST_SOCKET_PATH, Environment, broker_socket, usable_folder


@pytest.fixture
def env(monkeypatch: pytest.MonkeyPatch) -> Environment:
    """An environment in which WEIGHT is empty, HEIGHT a number and NAME a word."""
    for name, value in {"WEIGHT": "", "HEIGHT": "12", "NAME": "a word"}.items():
        monkeypatch.setenv(name, value)
    return Environment()


def test_an_empty_setting_is_as_good_as_none(env: Environment) -> None:
    assert env.int("WEIGHT", default=7) == 7
    assert env("WEIGHT", default="heavy") == "heavy"
    assert env.int("HEIGHT", default=7) == 12


def test_a_value_of_the_wrong_kind_ends_in_a_sentence(
    env: Environment, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        env.int("NAME", default=7)

    assert end.value.code == 2
    assert capsys.readouterr().err.startswith("The setting NAME can't be used: ")


@pytest.mark.filterwarnings("ignore:Engine not recognized")  # django-environ's own words for it
@pytest.mark.parametrize("address", ["nonsense", "mysql://us@here/books", "sqlite:///"])
def test_only_postgresql_and_a_file_of_sqlite_will_do(
    env: Environment, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("BOOKS", address)

    with pytest.raises(SystemExit):
        env.database("BOOKS", default="")


def test_an_address_with_odd_signs_names_the_very_file(
    env: Environment, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BOOKS", "sqlite:////srv/my%20100%2525%20books.sqlite3")

    assert env.database("BOOKS", default="")["NAME"] == "/srv/my 100%25 books.sqlite3"


def test_a_folder_that_can_not_be_made_ends_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(SystemExit):
        usable_folder(tmp_path / "file" / "folder")

    assert "Set DATA_DIR to another one." in capsys.readouterr().err


def test_a_new_folder_is_its_owners_alone(tmp_path: Path) -> None:
    assert usable_folder(tmp_path / "data").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("depth", [1, 20, 60, 200])
def test_a_socket_path_is_never_too_long(depth: int) -> None:
    path = broker_socket(Path("/srv") / "/".join(["x"] * depth))

    assert len(os.fsencode(path)) <= LONGEST_SOCKET_PATH
