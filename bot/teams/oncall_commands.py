"""Who is on call: looked at, taken over and handed back, by words and by buttons."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from bot.alerts.errors import Refused
from bot.alerts.oncall import Override
from bot.alerts.oncall_words import SPANS, Wish, read_wish, split_rota
from bot.alerts.ports import UnitOfWork
from bot.alerts.silence import read_span
from bot.teams.identity import arrive
from bot.teams.orders import Said
from bot.teams.pressed import Pressed
from bot.teams.screens import Screen
from bot.usecases import oncall as does
from bot.usecases import quiet as quiet_hours
from bot.usecases.reminders import zone_of
from bot.usecases.visibility import Reader
from cards.buttons import Press
from cards.language import Language
from cards.oncall import render_oncall

_OFF = frozenset({"off", "undo", "back", "end", "stop"})


def oncall(uow: UnitOfWork, said: Said, zone: ZoneInfo) -> Screen:
    """`oncall`, `oncall next`, `oncall me 2h`, `oncall bo until 08:00 network`, `oncall off`. Raises Refused."""
    known = {rota.name for rota in uow.rotas.all()}
    text, rota = split_rota(said.command.rest, known)
    word = text.casefold()
    if word in {"", "now", "who"}:
        return _screen(uow, said.reader, rota)
    if word == "next":
        return _screen(uow, said.reader, rota, coming=True)
    if word in _OFF:
        ended = does.hand_back(uow, said.reader, rota, said.person)
        return _ended(uow, said.reader, ended)
    if " " not in text and word != "me":
        _require_words(text, known)
    wish = read_wish(said.command.rest, said.at, zone_of(uow, said.person.object_id, zone), known)
    return _taken(uow, said.reader, does.take_over(uow, said.reader, wish, said.person))


def _require_words(text: str, known: set[str]) -> None:
    """A single word is the name of a rota, or of somebody without a time."""
    if known:
        raise Refused("overrideWhen", words=text)
    raise Refused("noRota", name="", known=[])


def is_complete(press: Press) -> bool:
    return press.span is not None or press.do == "off"


def look(uow: UnitOfWork, pressed: Pressed, reader: Reader) -> Screen:
    return _screen(uow, reader, pressed.press.name or "", coming=pressed.press.do == "next")


def change(uow: UnitOfWork, pressed: Pressed) -> Screen:
    """Take it for a while, or end what is overridden; once however often the press is repeated. Raises Refused."""
    reader = arrive(uow, pressed.activity, pressed.person, pressed.at)
    key, rota = pressed.key(), pressed.press.name or ""
    if key is not None and not uow.presses.first_time(key, pressed.at):
        return _screen(uow, reader, rota)
    if pressed.press.do == "off":
        return _ended(uow, reader, does.hand_back(uow, reader, rota, pressed.person))
    if pressed.press.span not in SPANS:
        raise Refused("badPress", field="span", why="unknown value")
    length: timedelta = read_span(pressed.press.span)
    wish = Wish(who="me", starts_at=pressed.at, ends_at=pressed.at + length, rota=rota)
    return _taken(uow, reader, does.take_over(uow, reader, wish, pressed.person))


def _taken(uow: UnitOfWork, reader: Reader, made: Override) -> Screen:
    names = {person.object_id: person.name for person in uow.people.many([made.person]).values()}
    who = names.get(made.person, "")

    def notice(lang: Language) -> str:
        until = lang.moment(made.ends_at, now=reader.at)
        if made.starts_at > reader.at:
            since = lang.moment(made.starts_at, now=reader.at)
            return lang.t("{who} is on call from {since} until {until}.", who=who, since=since, until=until)
        return lang.t("{who} is on call until {until}.", who=who, until=until)

    view = does.shown(uow, reader, made.rota)
    return lambda f: render_oncall(view, lang=f.lang, nonce=f.nonce, notice=notice(f.lang))


def _ended(uow: UnitOfWork, reader: Reader, ended: Override) -> Screen:
    view = does.shown(uow, reader, ended.rota)
    return lambda f: render_oncall(view, lang=f.lang, nonce=f.nonce, notice=f.lang.t("The rota counts again."))


def _screen(uow: UnitOfWork, reader: Reader, rota: str, *, coming: bool = False) -> Screen:
    view = does.shown(uow, reader, rota, coming_next=coming)
    return lambda f: render_oncall(view, lang=f.lang, nonce=f.nonce, notice=f.notice)


def quiet(uow: UnitOfWork, said: Said, zone: ZoneInfo) -> str:
    """`quiet`, `quiet 22:00-07:00 Europe/Berlin`, `quiet off`. Raises Refused."""
    text, lang = said.command.rest.strip(), said.lang
    own = zone_of(uow, said.person.object_id, zone)
    chosen = quiet_hours.choose(uow, said.reader, text) if text else quiet_hours.look(uow, said.reader)
    if chosen.quiet_from is None or chosen.quiet_until is None:
        return lang.t("You have no quiet hours. Say for example “quiet 22:00-07:00”.")
    return lang.t(
        "Quiet from {begin} to {end} ({zone}): only alerts of high severity page you then. “quiet off” ends that.",
        begin=f"{chosen.quiet_from:%H:%M}",
        end=f"{chosen.quiet_until:%H:%M}",
        zone=chosen.zone or str(own),
    )
