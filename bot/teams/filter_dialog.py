"""The dialog “Filter”: which alerts a list shows, line by line or as text; the list then comes as an answer."""

from bot.alerts.condition import EVERYTHING, Condition, ConditionError
from bot.alerts.condition_editing import Screen as Where
from bot.alerts.condition_text import parse, to_text
from bot.alerts.errors import Refused
from bot.alerts.ports import UnitOfWork
from bot.teams import screens
from bot.teams.condition_steps import Edited, condition_of, edited
from bot.teams.dialogs import Answer, Asked, Handler, Post, closed
from bot.usecases import read
from bot.usecases.visibility import Reader
from cards.buttons import Listing, Press
from cards.queue import COUNT, SHOW, render_filter


def filter_dialog(post: Post, *, days: int) -> Handler:
    """`post` puts the list into the conversation; `days` is how far back the queue looks."""

    def look(uow: UnitOfWork, asked: Asked, reader: Reader) -> Answer:
        listing = _listing(asked)
        now = edited(asked, _start(asked))
        fitting = None
        # Counting may take its time, so nobody waits for it at every step.
        if asked.press.step in ("", COUNT) and now.editing.screen is Where.TREE and now.problem is None:
            text = _text(now.editing.condition)
            fitting = read.queue(uow, reader, days=days, kind=screens.kind_of(listing), text=text).total
        return _drawn(asked, now, fitting)

    def show(uow: UnitOfWork, asked: Asked, reader: Reader) -> Answer:
        press = Press(listing=_listing(asked), filter=_text(condition_of(asked)) or None)
        post(uow, reader, asked.activity, screens.queue(uow, reader, press, days=days), asked.at)
        return closed()

    return Handler(
        look=look,
        changes={SHOW: show},
        instead=lambda _press, lang: lang.t("Say which ones: “queue severity:high host:web-*”."),
        offline=lambda asked: _drawn(asked, edited(asked, _start(asked))),
    )


def _drawn(asked: Asked, now: Edited, fitting: int | None = None) -> Answer:
    return lambda f: render_filter(
        now.editing,
        now.typed,
        fitting=fitting,
        lang=f.lang,
        press=asked.press,
        nonce=f.nonce,
        notice=now.notice(f),
    )


def _listing(asked: Asked) -> Listing:
    try:
        return Listing(str(asked.press.state.get("listing")))
    except ValueError:
        raise Refused("badPress", field="listing", why="unknown value") from None


def _start(asked: Asked) -> Condition:
    """The filter of the list that the dialog was opened from."""
    try:
        return parse(str(asked.press.state.get("filter", "")))
    except ConditionError:
        raise Refused("badPress", field="filter", why="no filter") from None


def _text(condition: Condition) -> str:
    return "" if condition == EVERYTHING else to_text(condition)
