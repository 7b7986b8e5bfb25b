"""The deck of one's own alerts: what lies on top, and what follows a decision."""

from bot.alerts.ports import UnitOfWork
from bot.teams.screens import Frame, Json, Screen, of_view
from bot.usecases.acting import Done
from bot.usecases.deck import deck as find_deck
from bot.usecases.read import own_view, views_of
from bot.usecases.visibility import Reader
from cards.deck import Decision, render_deck, render_empty_deck


def deck(uow: UnitOfWork, reader: Reader, after: int | None = None) -> Screen:
    """What lies on top, or what follows an alert by its number. Raises NotAvailable where there is no such alert."""
    return _screen(uow, reader, after)


def decided(uow: UnitOfWork, reader: Reader, done: Done) -> Screen:
    """What somebody sees who has just done something to what lay on top: the same, while they still have it."""
    if done.alert.is_open and done.alert.assignee == reader.person:
        return of_view(own_view(uow, done.alert, reader))
    return _screen(uow, reader, done.alert.number, done)


def _screen(uow: UnitOfWork, reader: Reader, after: int | None, done: Done | None = None) -> Screen:
    found = find_deck(uow, reader, after)
    decision = Decision(views_of(uow, [done.alert])[0], done.entry) if done and done.entry else None

    def screen(f: Frame) -> Json:
        if found is None:
            return render_empty_deck(decision, lang=f.lang, nonce=f.nonce)
        return render_deck(found, decision, lang=f.lang, now=f.now, nonce=f.nonce, link_hosts=f.link_hosts)

    return screen
