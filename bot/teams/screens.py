"""Screens: what somebody sees after a press. Loading is separate from drawing, which needs no database."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.alerts.outcome import Outcome
from bot.alerts.ports import UnitOfWork
from bot.alerts.views import AlertView, QueueKind
from bot.usecases import consulting, read, silences
from bot.usecases.actions import actions_taken
from bot.usecases.permission import require
from bot.usecases.recommend import recommendation
from bot.usecases.story import story
from bot.usecases.visibility import Reader
from bot.usecases.where import where as find_where
from cards.actions_taken import page_of, render_actions
from cards.alert_card import render_alert
from cards.buttons import Listing, OpenedFrom, Press, Verb
from cards.consult import render_consult_form
from cards.details import render_details
from cards.forms import (
    render_assign_form,
    render_classify_form,
    render_comment_form,
    render_link_form,
    render_resolve_form,
    render_tag_form,
)
from cards.history import render_history
from cards.language import Language
from cards.outcome import render_outcome, undo_button
from cards.queue import render_queue
from cards.recommendation import render_recommendation
from cards.reminder import render_remind_form
from cards.routes import render_where
from cards.silence import render_silence_form
from cards.similar import render_similar
from cards.story import render_story

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """How a screen is drawn. `opened_from` leads back to the list that the alert was opened from."""

    lang: Language
    now: datetime
    nonce: str
    notice: str = ""
    opened_from: OpenedFrom | None = None
    link_hosts: frozenset[str] = frozenset()

    def saying(self, notice: str) -> "Frame":
        """The same with a notice."""
        return replace(self, notice=notice)


Screen = Callable[[Frame], Json]


def fresh_nonce(activity: str, person: str, at: datetime) -> str:
    """What tells the presses on this drawing of a card from those on another one."""
    return hashlib.sha256(f"{activity}:{person}:{at.isoformat()}".encode()).hexdigest()[:12]


def of_view(view: AlertView) -> Screen:
    return lambda f: render_alert(
        view,
        lang=f.lang,
        now=f.now,
        nonce=f.nonce,
        notice=f.notice,
        opened_from=f.opened_from,
        link_hosts=f.link_hosts,
    )


def alert(uow: UnitOfWork, number: int, reader: Reader) -> Screen:
    return of_view(read.alert_view(uow, number, reader))


def of_outcome(outcome: Outcome) -> Screen:
    """What became of an action, with the button that takes it back."""
    return lambda f: render_outcome(
        outcome, lang=f.lang, now=f.now, actions=undo_button(outcome, f.lang, f.nonce), notice=f.notice
    )


_KINDS: Mapping[Listing | None, QueueKind] = {Listing.MINE: "mine", Listing.SEARCH: "search"}


def kind_of(listing: Listing | None) -> QueueKind:
    """Which list a press means."""
    return _KINDS.get(listing, "queue")


def queue(uow: UnitOfWork, reader: Reader, press: Press, *, days: int) -> Screen:
    """Raises Refused("badFilter") for a filter that is not right."""
    page = read.queue(
        uow, reader, days=days, page=press.page or 0, kind=kind_of(press.listing), text=press.filter or ""
    )
    return lambda f: render_queue(page, lang=f.lang, now=f.now, nonce=f.nonce)


def _alert(uow: UnitOfWork, number: int, reader: Reader, _press: Press) -> Screen:
    return alert(uow, number, reader)


def _details(uow: UnitOfWork, number: int, reader: Reader, press: Press) -> Screen:
    if (page := page_of(press.step)) is not None:
        taken = actions_taken(uow, number, reader, page)
        return lambda f: render_actions(
            taken, lang=f.lang, now=f.now, nonce=f.nonce, opened_from=f.opened_from, link_hosts=f.link_hosts
        )
    view = read.details(uow, number, reader)
    return lambda f: render_details(
        view, lang=f.lang, now=f.now, nonce=f.nonce, opened_from=f.opened_from, link_hosts=f.link_hosts
    )


def _history(uow: UnitOfWork, number: int, reader: Reader, _press: Press) -> Screen:
    view = read.history(uow, number, reader)
    return lambda f: render_history(view, lang=f.lang, now=f.now, nonce=f.nonce, opened_from=f.opened_from)


def _similar(uow: UnitOfWork, number: int, reader: Reader, _press: Press) -> Screen:
    view = read.similar(uow, number, reader)
    return lambda f: render_similar(view, lang=f.lang, now=f.now, nonce=f.nonce, opened_from=f.opened_from)


def where(uow: UnitOfWork, number: int, reader: Reader, *, alone: bool) -> Screen:
    """Where it goes, and why. `alone`: nobody but the reader sees the answer."""
    view = find_where(uow, number, reader, alone=alone)
    return lambda f: render_where(view, lang=f.lang, now=f.now, nonce=f.nonce, opened_from=f.opened_from)


def _where(uow: UnitOfWork, number: int, reader: Reader, _press: Press) -> Screen:
    return where(uow, number, reader, alone=True)


def _story(uow: UnitOfWork, number: int, reader: Reader, _press: Press) -> Screen:
    view = story(uow, number, reader)
    return lambda f: render_story(view, lang=f.lang, now=f.now, nonce=f.nonce, opened_from=f.opened_from)


def _recommendations(uow: UnitOfWork, number: int, reader: Reader, _press: Press) -> Screen:
    view = recommendation(uow, number, reader)
    return lambda f: render_recommendation(view, lang=f.lang, now=f.now, nonce=f.nonce, opened_from=f.opened_from)


def _form(render: Callable[..., Json]) -> "_Load":
    """The screen of a form that needs the alert alone."""

    def load(uow: UnitOfWork, number: int, reader: Reader, _press: Press) -> Screen:
        view = read.alert_view(uow, number, reader)
        return lambda f: render(view, lang=f.lang, nonce=f.nonce, notice=f.notice, opened_from=f.opened_from)

    return load


def _tune(uow: UnitOfWork, number: int, reader: Reader, _press: Press) -> Screen:
    """For clients that open no dialog: how to say it."""
    view = read.alert_view(uow, number, reader)
    require(uow, reader, "tune")
    screen = of_view(view)
    return lambda f: screen(f.saying(f.lang.t(
        "Say “tune {number} hide only-this-type any-ioc”, or “tune {number} hide any-type host:web-1”.",
        number=number,
    )))  # fmt: skip


def _classify_form(uow: UnitOfWork, number: int, reader: Reader, press: Press) -> Screen:
    view = read.alert_view(uow, number, reader)
    verdict = press.verdict()
    chosen = verdict[0] if verdict else None
    return lambda f: render_classify_form(
        view, chosen, lang=f.lang, nonce=f.nonce, notice=f.notice, opened_from=f.opened_from
    )


def _link_form(uow: UnitOfWork, number: int, reader: Reader, _press: Press) -> Screen:
    view, incidents = read.incidents(uow, number, reader)
    return lambda f: render_link_form(
        view, incidents, lang=f.lang, nonce=f.nonce, notice=f.notice, opened_from=f.opened_from
    )


def _consult_form(uow: UnitOfWork, number: int, reader: Reader, _press: Press) -> Screen:
    view = consulting.to_ask(uow, number, reader)
    return lambda f: render_consult_form(view, lang=f.lang, nonce=f.nonce, notice=f.notice, opened_from=f.opened_from)


def _silence_form(uow: UnitOfWork, number: int, reader: Reader, _press: Press) -> Screen:
    view, labels = silences.offered(uow, number, reader)
    return lambda f: render_silence_form(
        view, labels, lang=f.lang, nonce=f.nonce, notice=f.notice, opened_from=f.opened_from
    )


_Load = Callable[[UnitOfWork, int, Reader, Press], Screen]

#: What a verb shows where it does not take effect: a view, or the form for what it still needs.
SCREENS: Mapping[Verb, _Load] = {
    Verb.REFRESH: _alert,
    Verb.BACK: _alert,
    Verb.DETAILS: _details,
    Verb.HISTORY: _history,
    Verb.STORY: _story,
    Verb.SIMILAR: _similar,
    Verb.RECOMMENDATIONS: _recommendations,
    Verb.WHERE: _where,
    Verb.ASSIGN: _form(render_assign_form),
    Verb.COMMENT: _form(render_comment_form),
    Verb.RESOLVE: _form(render_resolve_form),
    Verb.TAG: _form(render_tag_form),
    Verb.REMIND: _form(render_remind_form),
    Verb.CLASSIFY: _classify_form,
    Verb.LINK: _link_form,
    Verb.TUNE: _tune,
    Verb.SILENCE: _silence_form,
    Verb.CONSULT: _consult_form,
}
