"""Exports by a press or a word: asked for, asked for again, stopped, and their files got at."""

import secrets
from dataclasses import dataclass
from urllib.parse import quote

from bot.alerts.conversation import Subject
from bot.alerts.errors import Refused
from bot.alerts.export import About, Export, Wanted
from bot.alerts.ports import UnitOfWork
from bot.alerts.tokens import digest_of
from bot.teams.export_words import read_export
from bot.teams.identity import arrive
from bot.teams.orders import Said
from bot.teams.pressed import Pressed
from bot.teams.screens import Screen
from bot.usecases import exports
from bot.usecases.exports import Asking
from bot.usecases.visibility import Reader
from cards.buttons import Listing, Press
from cards.export import AGAIN, LINK, LOOK, STOP, export_title, render_export, render_link
from cards.language import Language

_LISTS = {Listing.QUEUE: About.QUEUE, Listing.MINE: About.MINE, Listing.SEARCH: About.SEARCH}


@dataclass(frozen=True, slots=True)
class ExportSettings:
    """`public_url` is where people reach us; empty where nobody said."""

    public_url: str

    def link(self, secret: str, name: str) -> str:
        return f"{self.public_url}/exports/{secret}/{quote(name)}"


def command(uow: UnitOfWork, said: Said, settings: ExportSettings) -> str | None:
    """`export …`. The answer is the export's own card, or Teams' question; in a 1:1 chat, words meanwhile."""
    card = uow.cards.of_activity(said.reader.conversation.id, said.activity.thread) if said.activity.thread else None
    alert = card.subject_id if card is not None and card.subject is Subject.ALERT else None
    incident = card.subject_id if card is not None and card.subject is Subject.INCIDENT else None
    wanted = read_export(said.command.rest, alert=alert, incident=incident)
    asking = Asking(said.person, said.reader, bool(settings.public_url), said.activity.address.thread)
    exports.ask(uow, asking, wanted)
    return None


def handle(uow: UnitOfWork, pressed: Pressed, settings: ExportSettings) -> Screen | str:
    """A card, or words for a moment. Raises NotAvailable and Refused."""
    reader = arrive(uow, pressed.activity, pressed.person, pressed.at)
    press = pressed.press
    if press.export is None:
        return _being_made(exports.ask(uow, _asking(pressed, reader, settings), wanted_of(press)), pressed.lang)
    match press.do:
        case str(do) if do == AGAIN:
            return _being_made(exports.again(uow, _asking(pressed, reader, settings), press.export), pressed.lang)
        case str(do) if do == STOP:
            return _screen(exports.stop(uow, press.export, reader), settings)
        case str(do) if do == LINK:
            return _link(uow, pressed, press.export, reader, settings)
        case str(do) if do == LOOK:
            return _screen(exports.look(uow, press.export, reader), settings)
        case _:
            raise Refused("badPress", field="do", why="unknown value")


def wanted_of(press: Press) -> Wanted:
    """What a button of an alert, an incident or a list means. Raises Refused("badPress")."""
    if press.alert is not None:
        return Wanted(About.ALERTS, numbers=(press.alert,))
    if press.case is not None:
        return Wanted(About.INCIDENT, numbers=(press.case,))
    if press.listing in _LISTS:
        return Wanted(_LISTS[press.listing], filter=press.filter or "")
    raise Refused("badPress", field="alert", why="Field required")


def _asking(pressed: Pressed, reader: Reader, settings: ExportSettings) -> Asking:
    thread = pressed.activity.address.thread
    return Asking(pressed.person, reader, bool(settings.public_url), thread, key=pressed.key() or "")


def _being_made(export: Export, lang: Language) -> str:
    title = export_title(export, lang)
    if export.is_personal:
        return lang.t("{title}: it is being made. Teams asks you then whether it may be saved.", title=title)
    return lang.t("{title}: it is being made, and comes as an answer here.", title=title)


def _screen(export: Export, settings: ExportSettings) -> Screen:
    return lambda f: render_export(
        export, lang=f.lang, now=f.now, nonce=f.nonce, has_address=bool(settings.public_url), notice=f.notice
    )


def _link(uow: UnitOfWork, pressed: Pressed, number: int, reader: Reader, settings: ExportSettings) -> Screen:
    """Their own: a secret that nobody can guess, of which only the digest is kept."""
    if not settings.public_url:
        raise Refused("noAddress")
    secret = secrets.token_urlsafe(32)
    export, link = exports.make_link(uow, number, reader, pressed.person, digest_of(secret))
    url = settings.link(secret, export.name)
    return lambda f: render_link(export, url, link.expires_at, lang=f.lang, now=f.now, nonce=f.nonce)
