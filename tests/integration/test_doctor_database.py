"""What `tocsin doctor` says of a database, on SQLite and on PostgreSQL, and with what is wrong with either."""

import asyncio
from pathlib import Path

import asyncpg
import pytest

from bot.doctor.examine import examine
from bot.doctor.finding import Finding, State
from storage.versions import HEAD
from tests.support.databases import postgres_database, sqlite_url
from tests.support.postgres import Server

NOWHERE = "http://127.0.0.1:9"


async def of(url: str) -> list[Finding]:
    """Everything else is unreachable here, and holds up nothing."""
    environment = {
        "MicrosoftAppId": "a",
        "MicrosoftAppPassword": "some-secret",
        "MicrosoftAppTenantId": "c",
        "TOCSIN_LOGIN_URL": NOWHERE,
        "TOCSIN_OPENID_METADATA_URL": NOWHERE,
        "TOCSIN_DATABASE_URL": url,
    }
    every = await examine(environment, seconds=15, progress=lambda *_: None)
    return [one for one in every if one.about == "database"]


async def test_one_that_is_well(database: str) -> None:
    (line,) = await of(database)
    assert line.state is State.OK
    assert f"version {HEAD}, takes writes" in line.found
    assert ("GiB of disk are free" in line.found) == database.startswith("sqlite")


async def test_one_that_was_never_made(tmp_path: Path, postgres_server: Server) -> None:
    file = tmp_path / "new" / "tocsin.db"
    (line,) = await of(sqlite_url(file))
    assert (line.state, "it was never made" in line.found) == (State.FAILED, True)
    assert "tocsin migrate" in line.fix
    assert not file.parent.exists()  # looking makes nothing
    with postgres_database(postgres_server) as url:
        (line,) = await of(url)
    assert "PostgreSQL: It is not up to date: it was never made" in line.found


@pytest.mark.parametrize(("version", "cause"), [("0001", "It is not up to date"), ("9999", "A newer version")])
async def test_one_of_another_version(database: str, version: str, cause: str) -> None:
    await _set_version(database, version)
    (line,) = await of(database)
    assert (line.state, cause in line.found) == (State.FAILED, True)


async def _set_version(url: str, version: str) -> None:
    if url.startswith("postgresql"):
        connection = await asyncpg.connect(url)
        await connection.execute("UPDATE alembic_version SET version_num = $1", version)
        await connection.close()
        return
    import sqlite3  # noqa: PLC0415

    def change() -> None:
        with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
            connection.execute("UPDATE alembic_version SET version_num = ?", (version,))
        connection.close()

    await asyncio.to_thread(change)


async def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    file = tmp_path / "tocsin.db"
    file.write_bytes(b"these are not the bytes of a database, however long one looks at them" * 100)
    (line,) = await of(sqlite_url(file))
    assert (line.state, "The file is no SQLite database" in line.found) == (State.FAILED, True)


async def test_a_server_that_is_not_there_or_has_no_such_database(postgres_server: Server) -> None:
    (line,) = await of("postgresql://ana:hidden-word@127.0.0.1:9/tocsin")
    assert (line.state, "The server cannot be reached" in line.found) == (State.FAILED, True)
    assert "hidden-word" not in repr(line)
    (line,) = await of(postgres_server.url("no_such_thing"))
    assert "There is no such database on the server" in line.found
    assert "createdb" in line.fix


async def test_a_server_that_knows_no_such_user(postgres_server: Server) -> None:
    (line,) = await of(postgres_server.url("postgres").replace("postgres@", "nobody_here@", 1))
    assert (line.state, "The server does not let us in" in line.found) == (State.FAILED, True)


async def test_a_database_that_takes_no_writes(postgres_database: str) -> None:
    connection = await asyncpg.connect(postgres_database)
    name = await connection.fetchval("SELECT current_database()")
    await connection.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    await connection.close()
    (line,) = await of(postgres_database)
    assert (line.state, "It takes no writes" in line.found) == (State.FAILED, True)
