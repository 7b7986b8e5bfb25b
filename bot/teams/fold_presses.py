"""Presses on a card that several alerts share: show them one by one, or handle all of them at once."""

from bot.alerts.conversation import Subject
from bot.alerts.errors import Refused
from bot.alerts.ports import UnitOfWork
from bot.teams import screens
from bot.teams.identity import arrive
from bot.teams.pressed import Pressed
from bot.teams.screens import Screen
from bot.teams.similar_presses import tell
from bot.usecases import assign, resolve
from bot.usecases.folds import Errand, fold_page, fold_view, handle_all
from bot.usecases.visibility import Reader
from cards.buttons import ME, Press, Verb
from cards.fold import render_fold_page, render_manage_form, render_rollup


def is_complete(press: Press) -> bool:
    """Whether it says what shall be done; else it asks for the form."""
    return press.to is not None or press.status is not None or press.classification is not None


def look(uow: UnitOfWork, pressed: Pressed, reader: Reader) -> Screen:
    """The list, the form, or the way back. Raises NotAvailable, and Refused for a button that does not fit."""
    card, press = _card(pressed), pressed.press
    if pressed.verb is Verb.SHOW:
        page = fold_page(uow, card, reader, press.page or 0)
        return lambda f: render_fold_page(page, lang=f.lang, now=f.now, nonce=f.nonce, notice=f.notice)
    view = fold_view(uow, card, reader)
    if pressed.verb is Verb.MANAGE:
        return lambda f: render_manage_form(view, lang=f.lang, nonce=f.nonce, notice=f.notice)
    if pressed.verb is not Verb.BACK:
        raise Refused("badPress", field="verb", why="does not fit this card")
    return _shared(uow, card, reader)


def handle(uow: UnitOfWork, pressed: Pressed) -> Screen:
    """Do it to all that are open, once however often the press is repeated."""
    reader = arrive(uow, pressed.activity, pressed.person, pressed.at)
    card, key = _card(pressed), pressed.key()
    fold_view(uow, card, reader)
    if key is None or uow.presses.first_time(key, pressed.at):
        done = handle_all(uow, card, reader, _errand(pressed))
        tell(uow, pressed, reader, done.outcome)
        if done.left:
            screen = _shared(uow, card, reader)
            return lambda f: screen(f.saying(f.lang.t(
                "{count} were handled; {left} are left. Press again.", count=len(done.outcome.entries), left=done.left
            )))  # fmt: skip
    return _shared(uow, card, reader)


def _errand(pressed: Pressed) -> Errand:
    press, by, at = pressed.press, pressed.person, pressed.at
    if press.to is not None:
        if press.to != ME:
            raise Refused("badPress", field="to", why="only “me” fits here")
        # What somebody has is not taken from them by a press that meant what nobody had.
        return Errand(
            by=by,
            at=at,
            counted=press.counted,
            fits=lambda alert: alert.assignee is None,
            do=lambda uow, act: assign.assign(uow, act, act.by.object_id),
        )
    classification, determination = press.verdict() or (None, "")
    return Errand(
        by=by,
        at=at,
        counted=press.counted,
        do=lambda uow, act: resolve.resolve(uow, act, classification, determination, press.comment or ""),
    )


def _shared(uow: UnitOfWork, card: int, reader: Reader) -> Screen:
    """The card as everybody in the conversation sees it."""
    place = uow.folds.place(card)
    if place is not None and place.subject is Subject.ALERT:
        return screens.alert(uow, place.subject_id, reader)
    view = fold_view(uow, card, reader)
    return lambda f: render_rollup(view, lang=f.lang, now=f.now, nonce=f.nonce, notice=f.notice)


def _card(pressed: Pressed) -> int:
    if pressed.press.fold is None:
        raise Refused("badPress", field="fold", why="Field required")
    return pressed.press.fold
