"""The part of the command line that is about programs outside: their tokens, and webhooks."""

import argparse
import os
import secrets
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import aiohttp

from bot.alerts.errors import TocsinError
from bot.alerts.ports import Store
from bot.alerts.roles import Role
from bot.alerts.tokens import Token
from bot.alerts.webhook import HookEvent, Webhook, WebhookCounts, WebhookState
from bot.clock import clock_of
from bot.delivery.addresses import Addresses
from bot.delivery.webhook_post import WebhookCaller
from bot.settings import Settings
from bot.usecases import tokens, webhooks

#: How many events that were given up are listed at most, the newest ones.
DEAD_LISTED = 50


@dataclass(frozen=True)
class _Beside:
    """The database beside a running `serve`, and the time."""

    store: Store
    settings: Settings
    clock: Callable[[], datetime]


def add_commands(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """`tocsin token` and `tocsin webhook`."""
    token = commands.add_parser(
        "token",
        help="tokens with which programs use the API",
        description="Tokens with which programs read and handle alerts at /api/alerts/NUMBER. Works while serve runs.",
    ).add_subparsers(required=True, metavar="COMMAND")
    add = _command(token, "add", _token_add, "make one; it is shown once")
    add.add_argument("--role", choices=[role.value for role in Role], default=Role.READER.value, help="default: reader")
    add.add_argument("--only", default="", metavar="FILTER", help="see and handle these alerts alone (docs/filters.md)")
    add.add_argument("--days", type=float, metavar="N", help="not valid any more after so many days")
    _command(token, "list", _token_list, "say which there are, and when each was last used", name=False)
    _command(token, "revoke", _token_revoke, "let it in no more")

    webhook = commands.add_parser(
        "webhook",
        help="programs that are told of every change",
        description="Programs that serve tells of every change of an alert (docs/automation.md). Works while it runs.",
    ).add_subparsers(required=True, metavar="COMMAND")
    add = _command(webhook, "add", _webhook_add, "tell one from now on; its secret is shown once")
    add.add_argument("url", metavar="URL", help="where it takes events: https, and a public address")
    add.add_argument("--filter", default="", help="of these alerts alone (docs/filters.md)")
    add.add_argument("--events", default="", metavar="LIST", help="these alone, such as created,resolved,classified")
    _command(webhook, "list", _webhook_list, "say which there are, and how each stands", name=False)
    _command(webhook, "dead", _webhook_dead, "list the events that were given up, and why")
    _command(webhook, "test", _webhook_test, "send it a test event at once, and say what it answers")
    _command(webhook, "pause", _webhook_pause, "tell it nothing for a while; events wait")
    _command(webhook, "resume", _webhook_resume, "go on, at once")
    _command(webhook, "retry", _webhook_retry, "send the events that were given up after all")
    _command(webhook, "rotate", _webhook_rotate, "make it another secret; the one before signs too for a day")
    _command(webhook, "remove", _webhook_remove, "tell it nothing any more, and forget it")


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]",
    word: str,
    run: Callable[[argparse.Namespace], Coroutine[None, None, int]],
    text: str,
    *,
    name: bool = True,
) -> argparse.ArgumentParser:
    parser = commands.add_parser(word, help=text, description=f"{text[0].upper()}{text[1:]}.")
    if name:
        parser.add_argument("name", metavar="NAME")
    parser.set_defaults(run=run)
    return parser


@asynccontextmanager
async def _beside() -> AsyncIterator[_Beside]:
    """Raises TocsinError where the database is not there, or not up to date."""
    from storage.store import open_store, version  # noqa: PLC0415 - slow to import; `--help` need not
    from storage.versions import HEAD  # noqa: PLC0415

    settings = Settings.from_environment(os.environ)
    if await version(settings.database_url) != HEAD:
        raise TocsinError("the database is not up to date: run `tocsin migrate` first, or start `tocsin serve`")
    async with aiohttp.ClientSession() as session, open_store(settings.database_url) as store:
        yield _Beside(store, settings, await clock_of(settings.clock_url, session))


async def _token_add(options: argparse.Namespace) -> int:
    name, wants = webhooks.checked_name(options.name), webhooks.checked_filter(options.only)
    if options.days is not None and not 0 < options.days <= 36_500:
        raise TocsinError("--days is a number of days, such as 90")
    key, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    async with _beside() as here:
        now = here.clock()
        until = now + timedelta(days=options.days) if options.days is not None else None
        token = await here.store.write(
            lambda uow: tokens.add(
                uow, name, key=key, secret=secret, role=Role(options.role), wants=wants, at=now, expires_at=until
            )
        )
    print(token)
    print(f"This is shown once. {name} may do what a {options.role} may{_until(until)}{_of(wants, 'with')}.")
    return 0


async def _token_list(_options: argparse.Namespace) -> int:
    async with _beside() as here:
        now = here.clock()
        known = await here.store.read(lambda uow: uow.tokens.all())
    _table(
        ("NAME", "ROLE", "STATE", "MADE", "LAST USED", "ONLY"),
        [(t.name, t.role.value, _token_state(t, now), _at(t.created_at), _at(t.last_used_at), t.wants) for t in known],
    )
    return 0


async def _token_revoke(options: argparse.Namespace) -> int:
    async with _beside() as here:
        now = here.clock()
        await here.store.write(lambda uow: tokens.revoke(uow, options.name, now))
    print(f"{options.name} is not let in any more.")
    return 0


async def _webhook_add(options: argparse.Namespace) -> int:
    name, wants = webhooks.checked_name(options.name), webhooks.checked_filter(options.filter)
    kinds = webhooks.checked_kinds([word for word in options.events.replace(",", " ").split() if word])
    secret = secrets.token_urlsafe(32)
    async with _beside() as here:
        try:
            Addresses(here.settings.named_webhook_hosts).check(options.url)
        except OSError as forbidden:
            raise TocsinError(f"not that address: {forbidden}") from None
        now = here.clock()
        await here.store.write(
            lambda uow: webhooks.add(uow, name, options.url, secret=secret, wants=wants, kinds=kinds, at=now)
        )
    print(secret)
    told = ", ".join(sorted(kinds)) or "everything that happens"
    print(f"This secret signs its events and is shown once. {name} is told of {told}{_of(wants, 'of')}.")
    return 0


async def _webhook_list(_options: argparse.Namespace) -> int:
    async with _beside() as here:
        known, counts = await here.store.read(lambda uow: (uow.webhooks.all(), uow.webhooks.counts()))
        now = here.clock()
    _table(
        ("NAME", "STATE", "WAITING", "GIVEN UP", "LAST SENT", "TO", "EVENTS", "FILTER"),
        [_webhook_row(webhook, counts[webhook.name], now) for webhook in known],
    )
    for webhook in known:
        if webhook.why:
            print(f"{webhook.name}: {webhook.why}")
    return 0


async def _webhook_dead(options: argparse.Namespace) -> int:
    async with _beside() as here:
        dead = await here.store.read(
            lambda uow: uow.webhooks.dead(webhooks.named(uow, options.name).id, limit=DEAD_LISTED)
        )
    _table(
        ("EVENT", "WHAT", "ALERT", "TRIES", "WHY"),
        [(each.event_id, each.kind, f"#{each.alert}", str(each.attempts), each.why) for each in dead],
    )
    return 0


async def _webhook_test(options: argparse.Namespace) -> int:
    async with _beside() as here:
        webhook = await here.store.read(lambda uow: webhooks.named(uow, options.name))
        now = here.clock()
        event = HookEvent(
            id=0,
            webhook=webhook,
            event_id=f"test-{secrets.token_hex(8)}",
            kind="test",
            alert=0,
            sequence=0,
            told={"at": now.astimezone(UTC).isoformat(), "entry": None, "alert": None},
        )
        caller = WebhookCaller(addresses=Addresses(here.settings.named_webhook_hosts), clock=here.clock)
        try:
            answer = await caller.send(event)
        finally:
            await caller.close()
    if not answer.taken:
        raise TocsinError(f"{options.name} did not take it: {answer.why}")
    print(f"{options.name} took it ({answer.status}).")
    return 0


async def _webhook_pause(options: argparse.Namespace) -> int:
    async with _beside() as here:
        await here.store.write(lambda uow: webhooks.pause(uow, options.name))
        print(f"{options.name} is told nothing. What happens waits {here.settings.webhook_hours:g} hours for `resume`.")
    return 0


async def _webhook_resume(options: argparse.Namespace) -> int:
    async with _beside() as here:
        await here.store.write(lambda uow: webhooks.resume(uow, options.name))
    print(f"{options.name} is told again.")
    return 0


async def _webhook_retry(options: argparse.Namespace) -> int:
    async with _beside() as here:
        now = here.clock()
        again = await here.store.write(lambda uow: webhooks.try_again(uow, options.name, now))
        state = (await here.store.read(lambda uow: webhooks.named(uow, options.name))).state
    how = "serve does it" if state is WebhookState.ACTIVE else f"it is {state.value}: `resume` it first"
    print(f"{again} {'event is' if again == 1 else 'events are'} sent again; {how}.")
    return 0


async def _webhook_rotate(options: argparse.Namespace) -> int:
    secret = secrets.token_urlsafe(32)
    async with _beside() as here:
        now = here.clock()
        await here.store.write(lambda uow: webhooks.change_secret(uow, options.name, secret=secret, at=now))
    print(secret)
    print("This secret is shown once. For a day the one before signs too.")
    return 0


async def _webhook_remove(options: argparse.Namespace) -> int:
    async with _beside() as here:
        await here.store.write(lambda uow: webhooks.remove(uow, options.name))
    print(f"{options.name} is gone, with everything that waited for it.")
    return 0


def _webhook_row(webhook: Webhook, counts: WebhookCounts, now: datetime) -> tuple[str, ...]:
    state = webhook.state.value
    if webhook.rest_until is not None and webhook.rest_until > now:
        state = f"rests until {webhook.rest_until:%H:%M:%S} UTC"
    elif webhook.failures:
        state = f"failing ({webhook.failures})"
    # The host alone: the rest of an address is often a password.
    host = webhook.url.split("/")[2].split("?")[0]
    waiting = str(counts.waiting)
    if counts.oldest is not None:
        waiting += f" ({_ago(now - counts.oldest)})"
    kinds = ",".join(sorted(webhook.kinds)) or "all"
    return webhook.name, state, waiting, str(counts.dead), _at(webhook.last_sent_at), host, kinds, webhook.wants


def _token_state(token: Token, now: datetime) -> str:
    if token.revoked_at is not None:
        return f"revoked {_at(token.revoked_at)}"
    if token.expires_at is not None:
        return f"{'until' if token.is_good(now) else 'expired'} {_at(token.expires_at)}"
    return "valid"


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Columns as wide as they must be, without blanks at the end."""
    if not rows:
        print("There are none.")
        return
    widths = [max(len(row[place]) for row in (head, *rows)) for place in range(len(head))]
    for row in (head, *rows):
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _at(time: datetime | None) -> str:
    return f"{time:%Y-%m-%d %H:%M}" if time is not None else "never"


def _ago(since: timedelta) -> str:
    minutes = int(since.total_seconds() // 60)
    return f"{minutes // 60} h" if minutes >= 120 else f"{max(0, minutes)} min"


def _until(until: datetime | None) -> str:
    return f" until {_at(until)} UTC" if until is not None else ""


def _of(wants: str, word: str) -> str:
    return f", {word} alerts that fit {wants}" if wants else ""
