"""“Manage similar alerts” within a card, for clients that open no dialogs: the same steps, each a press."""

from bot.alerts.errors import Refused
from bot.alerts.messages import Message
from bot.alerts.outcome import Outcome
from bot.alerts.ports import UnitOfWork
from bot.teams.identity import arrive
from bot.teams.pressed import Pressed
from bot.teams.replies import post_reply
from bot.teams.screens import Json, Screen, of_outcome
from bot.teams.similar_bulk import DO, PICK, PREVIEW, looked_ahead, numbers_of, plan_of, seen_of, seen_text
from bot.usecases.manage_many import manage_many, offer
from bot.usecases.undo import last_action, outcome_of
from bot.usecases.visibility import Reader
from cards.actions import execute
from cards.buttons import Press, Verb
from cards.elements import Action
from cards.language import Language
from cards.manage_similar import Chosen, render_pick, render_preview, will_change
from cards.outcome import render_outcome, undo_button
from cards.refusals import refusal_text


def changes(press: Press) -> bool:
    """Whether a press of `manage` is the one that does it."""
    return press.step == DO


def look(uow: UnitOfWork, pressed: Pressed, reader: Reader) -> Screen:
    """The list, or what would change. Raises NotAvailable and Refused."""
    chosen = _chosen(pressed.press)
    if pressed.press.step != PREVIEW:
        return _pick(uow, pressed, reader, chosen)
    try:
        return _preview(uow, pressed, reader, chosen)
    except Refused as refused:
        if refused.reason not in ("pickSome", "manyPicked"):
            raise
        return _pick(uow, pressed, reader, chosen, refused)


def do(uow: UnitOfWork, pressed: Pressed) -> Screen:
    """All of it, once however often the press is repeated; told in the thread, where the way to undo it stays."""
    reader = arrive(uow, pressed.activity, pressed.person, pressed.at)
    key = pressed.key()
    if key is not None and not uow.presses.first_time(key, pressed.at):
        return of_outcome(outcome_of(uow, last_action(uow, pressed.person.object_id)))
    press = pressed.press
    plan = plan_of(_chosen(press))
    outcome = manage_many(uow, pressed.person, reader, pressed.at, seen=seen_of(press.seen or ""), plan=plan)
    tell(uow, pressed, reader, outcome)
    return of_outcome(outcome)


def tell(uow: UnitOfWork, pressed: Pressed, reader: Reader, outcome: Outcome) -> None:
    """Into the thread of the card, which is drawn anew for everybody at once: there the way to undo it stays."""
    if not outcome.entries:
        return
    lang = pressed.there
    undo = undo_button(outcome, lang, (pressed.key() or "")[:12])
    told = render_outcome(outcome, lang=lang, now=pressed.at, actions=undo)
    post_reply(uow, reader, pressed.activity, Message(text="", summary=lang.t("Tocsin"), card=told), pressed.at)


def _pick(uow: UnitOfWork, pressed: Pressed, reader: Reader, chosen: Chosen, why: Refused | None = None) -> Screen:
    number = pressed.alert
    similar = offer(uow, number, reader)

    def draw(lang: Language, nonce: str, notice: str) -> Json:
        onward = Press(alert=number, nonce=nonce, step=PREVIEW).data()
        actions = [
            execute(lang.t("Preview…"), Verb.MANAGE.value, onward, inputs="auto", primary=True),
            _button(lang.t("Back"), Verb.SIMILAR, Press(alert=number, nonce=nonce)),
        ]
        words = notice or (refusal_text(why, similar.view, lang) if why is not None else "")
        return render_pick(similar, chosen, actions, lang=lang, notice=words)

    return lambda f: draw(f.lang, f.nonce, f.notice)


def _preview(uow: UnitOfWork, pressed: Pressed, reader: Reader, chosen: Chosen) -> Screen:
    planned = looked_ahead(uow, reader, chosen)
    count, seen = will_change(planned), seen_text(planned)
    picked = ",".join(str(number) for number in sorted(chosen.picked or ()))

    def draw(lang: Language, nonce: str, notice: str) -> Json:
        kept = Press(
            alert=pressed.alert,
            nonce=nonce,
            step=PICK,
            picked=picked,
            status=chosen.status,
            classification=chosen.verdict,
        )
        back = execute(lang.t("Back"), Verb.MANAGE.value, kept.data(), inputs="auto")
        title = lang.n("Change {count} alert", "Change {count} alerts", count)
        data = kept.model_copy(update={"step": DO, "seen": seen}).data()
        change = execute(title, Verb.MANAGE.value, data, inputs="auto", primary=True)
        actions = [change, back] if count else [back]
        return render_preview(planned, chosen.comment, actions, lang=lang, notice=notice)

    return lambda f: draw(f.lang, f.nonce, f.notice)


def _chosen(press: Press) -> Chosen:
    if press.step is None:
        return Chosen()
    return Chosen(
        picked=numbers_of(press.picked or ""),
        status=press.status or "",
        verdict=press.classification or "",
        comment=press.comment or "",
    )


def _button(title: str, verb: Verb, press: Press) -> Action:
    return execute(title, verb.value, press.data(), inputs="none")
