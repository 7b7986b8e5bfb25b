"""`digest`: one now, and the schedules of a conversation, by words and by buttons."""

from collections.abc import Callable, Mapping
from difflib import get_close_matches

from bot.alerts.digest import Digest
from bot.alerts.errors import Refused
from bot.alerts.ports import UnitOfWork
from bot.alerts.schedule import DigestSchedule, Timing
from bot.alerts.schedule_words import begins_schedule, read_schedule
from bot.teams import screens
from bot.teams.identity import arrive
from bot.teams.orders import Said
from bot.teams.pressed import Pressed
from bot.teams.screens import Screen
from bot.usecases import digests, read, schedules
from bot.usecases.permission import require
from bot.usecases.visibility import Reader
from cards.buttons import Press
from cards.digest import render_digest
from cards.language import Language
from cards.schedules import name_of, render_schedule, render_schedules

Reply = str | Screen | None

_PAUSE = frozenset({"pause", "off"})
_RESUME = frozenset({"resume", "on"})
_REMOVE = frozenset({"remove", "delete", "stop"})
_CHANGE = frozenset({"change", "edit"})
_PREVIEW = frozenset({"preview", "show"})
_ABOUT_ONE = _PAUSE | _RESUME | _REMOVE | _CHANGE | _PREVIEW
_WORDS = ("daily", "weekdays", "weekly", "list", "now", "pause", "resume", "remove", "change", "preview")

#: What changes something; everything else only looks, and may take its time.
CHANGES = frozenset({"pause", "resume", "remove"})

#: Takes the alert that has waited longest.
TAKE = "take"


class DigestCommands:
    """`default` is the digest of the settings. Who names no zone means the one in which their answer has its times."""

    def __init__(self, default: Timing, *, people: bool) -> None:
        """`people`: whether a digest counts by person."""
        self.default = default
        self._people = people

    def looks(self, words: str) -> bool:
        """Whether it changes nothing."""
        said = {word.casefold() for word in words.split()[:2]}
        first = words.split(maxsplit=1)[0] if words.split() else ""
        return not begins_schedule(first) and not said & (_PAUSE | _RESUME | _REMOVE | _CHANGE)

    def reply(self, uow: UnitOfWork, said: Said) -> Reply:
        """Raises Refused."""
        words = said.command.rest.split()
        first = words[0].casefold() if words else "now"
        if first == "now":
            return self._now(uow, said.reader, " ".join(words[1:]), said.lang)
        if first == "list":
            return self._list(uow, said.reader)
        if begins_schedule(words[0]):
            return self._make(uow, said, said.command.rest, None)
        if first in _ABOUT_ONE or _number(first) is not None:
            return self._about_one(uow, said, words)
        if any(sign in words[0] for sign in ':<>="(') or first == "not":
            return self._now(uow, said.reader, said.command.rest, said.lang)
        raise Refused("digestDays", text=words[0], near=get_close_matches(first, _WORDS, n=1))

    # Presses.

    def is_meant(self, press: Press) -> bool:
        return press.do in CHANGES or press.do == TAKE

    def press(self, uow: UnitOfWork, pressed: Pressed, reader: Reader) -> Screen:
        """A press that only looks. Raises Refused."""
        number, page = pressed.press.schedule, pressed.press.page
        if page is not None:
            return _kept(uow, reader, page)
        if number is None:
            return self._now(uow, reader, "", pressed.lang) if pressed.press.do == "now" else self._list(uow, reader)
        if pressed.press.do == "preview":
            return self._preview(uow, reader, number)
        return self._shown(uow, reader, schedules.one_of(uow, reader, number, self.default), "")

    def change(self, uow: UnitOfWork, pressed: Pressed) -> Screen:
        """A press that pauses, resumes or removes, once however often it is repeated. Raises Refused."""
        reader = arrive(uow, pressed.activity, pressed.person, pressed.at)
        number, key = pressed.press.schedule, pressed.key()
        if pressed.press.do == TAKE:
            taken = digests.take_oldest(uow, reader, pressed.person, pressed.press.filter or "", key=key)
            return screens.of_view(read.view_of(uow, taken, reader.conversation.id))
        if number is None:
            raise Refused("badPress", field="schedule", why="Field required")
        if key is not None and not uow.presses.first_time(key, pressed.at):
            return self._list(uow, reader)
        return self._do(uow, reader, pressed.press.do or "", number)

    # What they do.

    def _now(self, uow: UnitOfWork, reader: Reader, text: str, lang: Language) -> Screen:
        require(uow, reader, "digest")
        wants = schedules.read_wants(text, reader.conversation)
        digest = digests.look(uow, reader, zone=str(lang.zone), people=self._people, wants=wants, written=text.strip())
        return _screen(digest, lambda _lang: "")

    def _list(self, uow: UnitOfWork, reader: Reader, notice: Callable[[Language], str] = lambda _lang: "") -> Screen:
        found = [(one.schedule, one.next_at) for one in schedules.listed(uow, reader, self.default)]
        return lambda f: render_schedules(found, lang=f.lang, nonce=f.nonce, notice=f.notice or notice(f.lang))

    def _make(self, uow: UnitOfWork, said: Said, text: str, number: int | None) -> Screen:
        """Make one, or change the one of a number."""
        reader = said.reader
        schedules.require_change(uow, reader)
        wanted = read_schedule(text, zone=str(said.lang.zone))
        made = schedules.put(
            uow,
            reader,
            said.person,
            wanted.timing,
            wants=schedules.read_wants(wanted.filter, reader.conversation),
            says_quiet=wanted.says_quiet,
            number=number,
            default=self.default,
        )
        return scheduled(made)

    def _about_one(self, uow: UnitOfWork, said: Said, words: list[str]) -> Reply:
        """`pause 2`, `2 pause`, `2`, `change 2 weekdays 09:00`."""
        first, rest = words[0].casefold(), words[1:]
        if first in _ABOUT_ONE:
            do, number = first, _number(rest[0]) if rest else self._only(uow, said.reader)
        else:
            do, number = rest[0].casefold() if rest else "", _number(first)
        if number is None:
            raise Refused("whichDigest")
        if do in _CHANGE or begins_schedule(do or "?"):
            text = " ".join(words[2:] if do in _CHANGE else rest)
            schedules.one_of(uow, said.reader, number, self.default)
            return self._make(uow, said, text, number)
        if do in _PREVIEW:
            return self._preview(uow, said.reader, number)
        if not do:
            return self._shown(uow, said.reader, schedules.one_of(uow, said.reader, number, self.default), "")
        name = next((name for name, known in _DOES.items() if do in known), None)
        if name is None:
            raise Refused("digestDays", text=do, near=get_close_matches(do, _WORDS, n=1))
        return self._do(uow, said.reader, name, number)

    def _only(self, uow: UnitOfWork, reader: Reader) -> int | None:
        """The number of the only one that there is."""
        found = [one.schedule for one in schedules.listed(uow, reader, self.default)]
        own = [one for one in found if not one.is_default] or found
        return own[0].number if len(own) == 1 else None

    def _do(self, uow: UnitOfWork, reader: Reader, do: str, number: int) -> Screen:
        if do == "remove":
            gone = schedules.remove(uow, reader, number, self.default)
            return self._list(uow, reader, lambda lang: lang.t("Digest {name} is removed.", name=name_of(gone, lang)))
        schedule = schedules.pause(uow, reader, number, self.default, paused=do == "pause")
        return self._shown(uow, reader, schedule, do)

    def _preview(self, uow: UnitOfWork, reader: Reader, number: int) -> Screen:
        digest = schedules.preview(uow, reader, number, self.default, people=self._people)
        return _screen(digest, lambda lang: lang.t("A preview: this is what it would say now."))

    def _shown(self, uow: UnitOfWork, reader: Reader, schedule: DigestSchedule, did: str) -> Screen:
        require(uow, reader, "digest")
        next_at = None if schedule.paused else schedules.next_of(uow, schedule, reader.at)

        def draw_notice(lang: Language) -> str:
            if did == "pause":
                return lang.t("It is paused: nothing comes until somebody resumes it.")
            return lang.t("It runs again.") if did == "resume" else ""

        return lambda f: render_schedule(
            schedule, next_at, lang=f.lang, nonce=f.nonce, notice=f.notice or draw_notice(f.lang)
        )


_DOES: Mapping[str, frozenset[str]] = {"pause": _PAUSE, "resume": _RESUME, "remove": _REMOVE}


def scheduled(made: schedules.Scheduled) -> Screen:
    """One that was just made or changed."""
    return lambda f: render_schedule(
        made.schedule,
        made.next_at,
        lang=f.lang,
        nonce=f.nonce,
        instead=made.instead,
        notice=f.notice or f.lang.t("Digest {name} is set.", name=name_of(made.schedule, f.lang)),
    )


def _screen(digest: Digest, notice: Callable[[Language], str]) -> Screen:
    return lambda f: render_digest(
        digest, lang=f.lang, now=f.now, nonce=f.nonce, notice=f.notice or notice(f.lang), alone=True
    )


def _kept(uow: UnitOfWork, reader: Reader, number: int) -> Screen:
    """One that was posted here, again. Raises NotAvailable."""
    digest = digests.posted(uow, reader, number)
    schedule = digests.schedule_of(uow, digest, reader.conversation)
    return lambda f: render_digest(digest, lang=f.lang, now=f.now, nonce=f.nonce, schedule=schedule, notice=f.notice)


def _number(word: str) -> int | None:
    """`2`, `#2`, or `default` for that of the settings."""
    word = word.casefold().removeprefix("#")
    if word == "default":
        return 0
    return int(word) if word.isascii() and word.isdigit() and len(word) < 10 else None
