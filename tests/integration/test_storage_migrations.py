"""The schema: migrations make what the tables say, once, on both databases."""

import asyncio
import sqlite3
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from storage import postgresql, sqlite
from storage.schema import WrongVersion
from storage.store import migrate, open_store, version
from storage.tables import metadata
from storage.url import file_of, is_sqlite, parse
from storage.versions import HEAD, KNOWN
from tests.support.databases import postgres_database, sqlite_url
from tests.support.postgres import Server


@pytest.fixture(params=["sqlite", "postgres"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database without any schema."""
    if request.param == "sqlite":
        yield sqlite_url(tmp_path / "made" / "by" / "migrate.db")
        return
    server: Server = request.getfixturevalue("postgres_server")
    with postgres_database(server) as url:
        yield url


async def connected(url: str, ask: Callable[[Connection], Any]) -> Any:
    parsed = parse(url)
    if is_sqlite(parsed):
        engine = sqlite.make_engine(parsed, writes=True)
        try:
            with engine.begin() as connection:
                return ask(connection)
        finally:
            engine.dispose()
    asynchronous = postgresql.make_engine(parsed)
    try:
        async with asynchronous.begin() as other:
            return await other.run_sync(ask)
    finally:
        await asynchronous.dispose()


async def test_migrating_an_empty_database_makes_what_the_tables_say(empty: str) -> None:
    assert await version(empty) is None
    assert await migrate(empty) == HEAD
    assert await version(empty) == HEAD

    def differences(connection: Connection) -> list[Any]:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        return list(compare_metadata(context, metadata))

    assert await connected(empty, differences) == []


async def test_channels_that_were_subscribed_before_there_were_routes_stay_so(empty: str) -> None:
    def before(connection: Connection) -> None:
        config = Config()
        config.set_main_option("script_location", "storage:migrations")
        config.attributes["connection"] = connection
        command.upgrade(config, "0009")
        columns = "teams_id, kind, service_url, tenant_id, name, team_id, team_name, gone, subscribed_at, wants"
        for name, since, wants in (("all", True, None), ("some", True, "severity:high"), ("none", False, None)):
            values = f"'19:{name}', 'channel', 'https://x/', 't', '', '', '', false"
            at, filter_ = "'2026-11-21 03:00:00.000000+00:00'" if since else "NULL", f"'{wants}'" if wants else "NULL"
            connection.execute(text(f"INSERT INTO conversations ({columns}) VALUES ({values}, {at}, {filter_})"))  # noqa: S608

    if is_sqlite(parse(empty)):
        file_of(parse(empty)).parent.mkdir(parents=True)
    await connected(empty, before)
    await migrate(empty)
    async with open_store(empty) as store:
        routes = await store.read(lambda uow: uow.routes.all())
    assert [(route.conversation.teams_id, route.name, route.wants) for route in routes] == [
        ("19:all", "", ""),
        ("19:some", "", "severity:high"),
    ]
    assert {route.made_at for route in routes} == {datetime(2026, 11, 21, 3, tzinfo=UTC)}


def test_the_known_versions_are_one_line_of_migrations() -> None:
    config = Config()
    config.set_main_option("script_location", "storage:migrations")
    scripts = ScriptDirectory.from_config(config)
    assert scripts.get_heads() == [HEAD]
    assert tuple(script.revision for script in reversed(list(scripts.walk_revisions()))) == KNOWN


async def test_a_database_that_is_up_to_date_is_left_alone_without_alembic(database: str) -> None:
    code = (
        "import asyncio, sys\n"
        "from storage.store import migrate\n"
        "print(asyncio.run(migrate(sys.argv[1])), 'alembic' in sys.modules)"
    )
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code, database, stdout=asyncio.subprocess.PIPE)
    said, _ = await process.communicate()
    assert said.decode().split() == [HEAD, "False"]


async def test_several_that_migrate_at_once_make_one_schema(empty: str) -> None:
    assert await asyncio.gather(*(migrate(empty) for _ in range(4))) == [HEAD] * 4
    rows = await connected(empty, lambda connection: connection.execute(text("SELECT * FROM alembic_version")).all())
    assert [tuple(row) for row in rows] == [(HEAD,)]


async def test_a_database_of_a_newer_program_is_refused_in_words(database: str) -> None:
    await connected(database, lambda connection: connection.execute(text("UPDATE alembic_version SET version_num='9'")))
    with pytest.raises(WrongVersion, match="newer version of the program"):
        await migrate(database)
    assert await version(database) == "9"


async def test_asking_for_the_version_makes_no_file(tmp_path: Path) -> None:
    file = tmp_path / "none.db"
    assert await version(sqlite_url(file)) is None
    assert not file.exists()


async def test_the_sqlite_file_is_in_wal_mode_and_durable(sqlite_database: str) -> None:
    def pragmas(connection: Connection) -> list[Any]:
        names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        return [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names]

    assert await connected(sqlite_database, pragmas) == ["wal", 2, 1, 1000]
    with sqlite3.connect(sqlite_database.removeprefix("sqlite:///")) as plain:
        assert plain.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    plain.close()
