"""Database URLs: which are taken, and what is said about the others."""

import pytest

from storage.store import BadDatabaseUrl, open_store
from storage.url import file_of, is_sqlite, parse


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("sqlite:///data/tocsin.db", "sqlite+pysqlite:///data/tocsin.db"),
        ("sqlite:////srv/tocsin.db", "sqlite+pysqlite:////srv/tocsin.db"),
        ("postgresql://me:pw@db/tocsin", "postgresql+asyncpg://me:pw@db/tocsin"),
        ("postgres://db:5433/tocsin", "postgresql+asyncpg://db:5433/tocsin"),
        ("postgresql+asyncpg://db/tocsin?sslmode=require", "postgresql+asyncpg://db/tocsin?ssl=require"),
    ],
)
def test_urls_get_their_driver(given: str, meant: str) -> None:
    assert parse(given).render_as_string(hide_password=False) == meant


def test_the_file_of_an_sqlite_url_is_known() -> None:
    url = parse("sqlite:///data/tocsin.db")
    assert is_sqlite(url)
    assert str(file_of(url)) == "data/tocsin.db"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("", "not one"),
        ("tocsin.db", "not one"),
        ("mysql://db/tocsin", "begins with 'mysql'"),
        ("postgresql+psycopg://db/tocsin", r"begins with 'postgresql\+psycopg'"),
        ("postgresql://db", "names no database"),
        ("sqlite://", "names no file"),
        ("sqlite:///:memory:", "names no file"),
        ("sqlite://data/tocsin.db", "names no host"),
        ("sqlite:///a.db?mode=ro", "options that are not known: mode"),
    ],
)
def test_other_urls_are_refused_in_words(given: str, said: str) -> None:
    with pytest.raises(BadDatabaseUrl, match=said):
        open_store(given)


def test_what_is_said_does_not_give_the_password_away() -> None:
    with pytest.raises(BadDatabaseUrl) as refused:
        open_store("mysql://me:hunter2@db/tocsin")
    assert "hunter2" not in str(refused.value)
