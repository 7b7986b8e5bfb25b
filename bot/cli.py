"""The command line `tocsin`."""

import argparse
import asyncio
import logging
import os
import signal
import sys
from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path

import aiohttp
from aiohttp import web

from bot.alerts.allowing import IMPORTED_AT_ONCE, as_csv
from bot.alerts.errors import TocsinError
from bot.cli_doctor import add_commands as add_doctor
from bot.cli_export import add_commands as add_export
from bot.cli_import import add_commands as add_import
from bot.cli_programs import add_commands as add_programs
from bot.clock import clock_of
from bot.settings import Settings, SettingsError

#: How many refused cards are listed at most, the newest ones.
REFUSALS_LISTED = 200


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code: 0 done, 1 failed, 2 not understood."""
    options = _parser().parse_args(arguments)
    run: Callable[[argparse.Namespace], Coroutine[None, None, int]] = options.run
    logging.basicConfig(level=options.log_level.upper(), format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    try:
        return asyncio.run(run(options))
    except SettingsError as wrong:
        print(f"tocsin: the settings are not right:\n{wrong}", file=sys.stderr)
    except (TocsinError, ValueError, OSError) as wrong:
        print(f"tocsin: {wrong}", file=sys.stderr)
    except KeyboardInterrupt:
        return 130
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tocsin", description="A Microsoft Teams bot for handling alerts together.")
    parser.add_argument("--log-level", default="info", choices=("debug", "info", "warning", "error"))
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    serve = commands.add_parser("serve", help="run the bot", description="Run the bot. Settings: the environment.")
    serve.set_defaults(run=_serve)

    migrate = commands.add_parser("migrate", help="bring the database up to date (serve does it at start, too)")
    migrate.set_defaults(run=_migrate)

    digest = commands.add_parser("digest", help="make a digest that serve posts")
    digest.add_argument("--now", action="store_true", required=True, help="over the last 24 hours, for every channel")
    digest.set_defaults(run=_digest)

    retry = commands.add_parser("retry", help="send again what Teams refused for good, through serve")
    retry.add_argument("--list", action="store_true", help="only say what was refused, and why")
    retry.set_defaults(run=_retry)

    allowlist = commands.add_parser(
        "allowlist",
        help="write the allow list as Defender's indicator import",
        description="Write the allow list as CSV files for Defender's indicator import, 500 rows each.",
    )
    allowlist.add_argument("file", metavar="FILE", help="where to; a second file gets -2 at the end of its name")
    allowlist.set_defaults(run=_allowlist)

    _add_manifest(commands)
    add_doctor(commands)
    add_import(commands)
    add_export(commands)
    add_programs(commands)

    sandbox = commands.add_parser(
        "sandbox",
        help="run a stand-in for Teams on this machine, with a page to try the bot",
        description="A stand-in for Teams on loopback: Connector, sign-in keys, tokens, and a page.",
    )
    sandbox.add_argument("--port", type=int, default=3979, help="the page's port (default 3979)")
    sandbox.add_argument("--bot", default="", metavar="URL", help="where the bot listens (default: port 3978 here)")
    sandbox.add_argument("--with-bot", action="store_true", help="run the bot, too, with a database of its own")
    sandbox.add_argument("--feed", type=float, metavar="SECONDS", help="report a made-up alert every so often")
    sandbox.set_defaults(run=_sandbox)
    return parser


def _add_manifest(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    manifest = commands.add_parser(
        "manifest",
        help="make the app package to upload to Teams",
        description="Make the Teams app package of this bot: a zip that Teams takes under Apps, Manage your apps.",
    )
    add = manifest.add_argument
    add("--out", default="tocsin.zip", metavar="FILE", help="the zip to write (default tocsin.zip)")
    add("--bot-id", default="", metavar="GUID", help="the bot's app id (default: the setting MicrosoftAppId)")
    add(
        "--domain", action="append", default=[], metavar="HOST", help="a host that the app may lead to; may be repeated"
    )
    add("--name", default="", help="what the app is called in Teams (default Tocsin)")
    add("--developer", default="", metavar="NAME", help="who runs it, as Teams shows it (default Tocsin)")
    add("--website", default="", metavar="URL", help="a page about it (default: the first --domain)")
    add("--privacy", default="", metavar="URL", help="your privacy statement (default: the website)")
    add("--terms", default="", metavar="URL", help="your terms of use (default: the website)")
    add("--version", default="", metavar="X.Y.Z", help="higher than the one that Teams has (default: Tocsin's own)")
    manifest.set_defaults(run=_manifest)


async def _serve(_options: argparse.Namespace) -> int:
    from bot.app import running  # noqa: PLC0415 - the SDK takes a second to load; `--help` need not
    from storage.instance import instance_lock  # noqa: PLC0415
    from storage.store import migrate  # noqa: PLC0415

    settings = Settings.from_environment(os.environ)
    stop = asyncio.Event()
    _on_signals(stop)
    with instance_lock(settings.database_url):
        await migrate(settings.database_url)
        async with running(settings) as app:
            # No lingering: a sender that is refused early is not read to its end.
            # aiohttp waits twice; with what delivery waits it stays below the 20 s that we have to stop in.
            runner = web.AppRunner(app, access_log=None, lingering_time=0, shutdown_timeout=3)
            await runner.setup()
            try:
                site = web.TCPSite(runner, settings.host, settings.port)
                await site.start()
                logging.getLogger(__name__).info("listening on %s", ", ".join(_addresses(runner)))
                await stop.wait()
            finally:
                await runner.cleanup()
    return 0


async def _migrate(_options: argparse.Namespace) -> int:
    from storage.store import migrate  # noqa: PLC0415

    await migrate(Settings.from_environment(os.environ).database_url)
    print("The database is up to date.")
    return 0


async def _digest(_options: argparse.Namespace) -> int:
    from bot.usecases.digests import post_now  # noqa: PLC0415
    from storage.store import open_store  # noqa: PLC0415

    settings = Settings.from_environment(os.environ)
    await _require_database(settings.database_url)
    async with aiohttp.ClientSession() as session, open_store(settings.database_url, settings.access) as store:
        now = (await clock_of(settings.clock_url, session))()
        made = await store.write(lambda uow: post_now(uow, now, zone=settings.zone_info, people=settings.digest_people))
    print(f"{made} {'digest' if made == 1 else 'digests'} made; serve posts them.")
    return 0


async def _retry(options: argparse.Namespace) -> int:
    from storage.store import open_store  # noqa: PLC0415

    settings = Settings.from_environment(os.environ)
    await _require_database(settings.database_url)
    async with aiohttp.ClientSession() as session, open_store(settings.database_url) as store:
        if options.list:
            refused = await store.read(lambda uow: uow.cards.refused(limit=REFUSALS_LISTED))
            for card, why in refused:
                where = card.conversation.name or card.conversation.teams_id
                print(f"{card.subject.value} {card.subject_id} in {where}: {why}")
            print(f"{len(refused)} cards were refused.")
            return 0
        now = (await clock_of(settings.clock_url, session))()
        again = await store.write(lambda uow: uow.cards.try_again(now))
    print(f"{again} cards are sent again.")
    return 0


async def _allowlist(options: argparse.Namespace) -> int:
    from storage.store import open_store  # noqa: PLC0415

    settings = Settings.from_environment(os.environ)
    await _require_database(settings.database_url)
    async with open_store(settings.database_url) as store:
        entries = await store.read(lambda uow: uow.allowed.all())
    first = Path(options.file)
    parts = [entries[at : at + IMPORTED_AT_ONCE] for at in range(0, len(entries), IMPORTED_AT_ONCE)] or [[]]
    for number, part in enumerate(parts, start=1):
        path = first if number == 1 else first.with_stem(f"{first.stem}-{number}")
        path.write_text(as_csv(part), encoding="utf-8", newline="")
        print(f"{path}: {len(part)} indicators.")
    print("In the Defender portal: Settings, Endpoints, Indicators, Import. Until then nothing of it is in effect.")
    return 0


async def _manifest(options: argparse.Namespace) -> int:
    from bot.manifest.package import App, write_package  # noqa: PLC0415

    app = App(
        bot_id=options.bot_id or Settings.from_environment(os.environ).app_id,
        version=options.version,
        name=options.name,
        developer=options.developer,
        website=options.website,
        privacy=options.privacy,
        terms=options.terms,
        domains=tuple(options.domain),
    )
    made = write_package(options.out, app)
    print(f"{options.out}: {made.name} {made.version}, for the bot {app.bot_id}.")
    print("In Teams: Apps, Manage your apps, Upload an app.")
    if not app.website:
        print(
            f"Teams will show {made.website} as its page: --website, --privacy and --terms say where they really are."
        )
    return 0


async def _sandbox(options: argparse.Namespace) -> int:
    from bot.sandbox.run import run_sandbox  # noqa: PLC0415

    stop = asyncio.Event()
    _on_signals(stop)
    await run_sandbox(
        port=options.port, bot_url=options.bot, with_bot=options.with_bot, feed_every=options.feed, stop=stop
    )
    return 0


def _addresses(runner: web.AppRunner) -> list[str]:
    return [f"http://{address[0]}:{address[1]}" for address in runner.addresses]


async def _require_database(url: str) -> None:
    """Raises TocsinError where the database is not there yet, or is not up to date."""
    from storage.store import version  # noqa: PLC0415
    from storage.versions import HEAD  # noqa: PLC0415

    if await version(url) != HEAD:
        raise TocsinError("the database is not up to date: run `tocsin migrate` first, or start `tocsin serve`")


def _on_signals(stop: asyncio.Event) -> None:
    """Set the event at SIGTERM or SIGINT."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)


if __name__ == "__main__":
    sys.exit(main())
