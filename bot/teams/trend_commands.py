"""`trends`: what came and how it ended over the last weeks, by words and by buttons."""

from zoneinfo import ZoneInfo

from bot.alerts.ports import UnitOfWork
from bot.alerts.trends import USUAL, read_days, read_trends
from bot.teams.orders import Said
from bot.teams.pressed import Pressed
from bot.teams.screens import Screen
from bot.usecases.trends import trends
from bot.usecases.visibility import Reader
from cards.language import Language
from cards.trends import render_trends


def reply(uow: UnitOfWork, said: Said) -> Screen:
    """Raises Refused."""
    days, text = read_trends(said.command.rest)
    return _screen(uow, said.reader, days, text, said.lang)


def look(uow: UnitOfWork, pressed: Pressed, reader: Reader) -> Screen:
    """Raises Refused."""
    days = read_days(pressed.press.span) if pressed.press.span else USUAL
    return _screen(uow, reader, days, pressed.press.filter or "", pressed.lang)


def _screen(uow: UnitOfWork, reader: Reader, days: int, text: str, lang: Language) -> Screen:
    found = trends(uow, reader, days=days, text=text, zone=ZoneInfo(str(lang.zone)))
    return lambda f: render_trends(found, filter=text, lang=f.lang, nonce=f.nonce, notice=f.notice)
