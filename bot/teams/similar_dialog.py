"""The dialog “Manage similar alerts”: tick, look at what would change, and do it; it stays open meanwhile."""

from datetime import timedelta

from bot.alerts.errors import Refused
from bot.alerts.outcome import Outcome
from bot.alerts.ports import UnitOfWork
from bot.teams.dialogs import Answer, Asked, Handler
from bot.teams.screens import Frame
from bot.teams.similar_bulk import DO, PICK, PREVIEW, looked_ahead, numbers_of, plan_of, seen_of, seen_text
from bot.usecases.manage_many import manage_many, offer
from bot.usecases.undo import Undoing, last_action, outcome_of, undo_action
from bot.usecases.visibility import Reader
from cards.buttons import Press, Verb
from cards.dialog_buttons import DialogCard, DialogPress, submits
from cards.language import Language
from cards.manage_similar import Chosen, render_pick, render_preview, will_change
from cards.outcome import render_outcome, undo_title
from cards.refusals import refusal_text

#: Takes back what the dialog did, and redoes it.
_UNDO = "undo"


def similar_dialog(undo_within: timedelta) -> Handler:
    """`undo_within` is how long after it was done something can be undone."""

    def undo(uow: UnitOfWork, asked: Asked, reader: Reader) -> Answer:
        name = str(asked.press.state.get("action", ""))
        undoing = Undoing(by=asked.person, reader=reader, at=asked.at, within=undo_within)
        return _told(asked, undo_action(uow, undoing, Press.read({"action": name}).action or ""))

    return Handler(look=_look, changes={DO: _do, _UNDO: undo}, again=_again, instead=_instead)


def _look(uow: UnitOfWork, asked: Asked, reader: Reader) -> Answer:
    chosen = _chosen(asked)
    if asked.press.step == PREVIEW:
        try:
            return _preview(uow, asked, reader, chosen)
        except Refused as refused:
            if refused.reason not in ("pickSome", "manyPicked"):
                raise
            return _pick(uow, asked, reader, chosen, refused)
    if asked.press.step == DO:
        return _preview(uow, asked, reader, chosen)
    if asked.press.step == _UNDO:
        return _told(asked, outcome_of(uow, last_action(uow, asked.person.object_id)))
    return _pick(uow, asked, reader, chosen)


def _pick(uow: UnitOfWork, asked: Asked, reader: Reader, chosen: Chosen, refused: Refused | None = None) -> Answer:
    similar = offer(uow, asked.alert, reader)

    def draw(lang: Language, nonce: str, notice: str) -> DialogCard:
        if refused is not None:
            notice = notice or refusal_text(refused, similar.view, lang)
        onward = submits(lang.t("Preview…"), asked.press.to(PREVIEW, nonce=nonce, state={}), primary=True)
        return DialogCard(_title(lang), render_pick(similar, chosen, [onward], lang=lang, notice=notice))

    return lambda f: draw(f.lang, f.nonce, f.notice)


def _preview(uow: UnitOfWork, asked: Asked, reader: Reader, chosen: Chosen) -> Answer:
    planned = looked_ahead(uow, reader, chosen)
    # The whole of what was ticked is kept for the way back, what would change with the revisions that were seen.
    state = {
        "picked": ",".join(str(number) for number in sorted(chosen.picked or ())),
        "status": chosen.status,
        "classification": chosen.verdict,
        "seen": seen_text(planned),
    }
    count = will_change(planned)

    def draw(lang: Language, nonce: str, notice: str) -> DialogCard:
        back = submits(lang.t("Back"), asked.press.to(PICK, nonce=nonce, state=state))
        title = lang.n("Change {count} alert", "Change {count} alerts", count)
        do = submits(title, asked.press.to(DO, nonce=nonce, state=state), primary=True)
        actions = [do, back] if count else [back]
        return DialogCard(_title(lang), render_preview(planned, chosen.comment, actions, lang=lang, notice=notice))

    return lambda f: draw(f.lang, f.nonce, f.notice)


def _do(uow: UnitOfWork, asked: Asked, reader: Reader) -> Answer:
    seen = seen_of(str(asked.press.state.get("seen", "")))
    plan = plan_of(_chosen(asked))
    return _told(asked, manage_many(uow, asked.person, reader, asked.at, seen=seen, plan=plan))


def _again(uow: UnitOfWork, asked: Asked, _reader: Reader) -> Answer:
    """What Teams repeats has been done: the same is told again."""
    return _told(asked, outcome_of(uow, last_action(uow, asked.person.object_id)))


def _told(asked: Asked, outcome: Outcome) -> Answer:
    def draw(frame: Frame) -> DialogCard:
        press = asked.press.to(_UNDO, nonce=frame.nonce, state={"action": outcome.action})
        actions = [submits(undo_title(outcome, frame.lang), press)] if outcome.entries else []
        return DialogCard(
            _title(frame.lang),
            render_outcome(outcome, lang=frame.lang, now=frame.now, notice=frame.notice, actions=actions),
        )

    return draw


def _chosen(asked: Asked) -> Chosen:
    """What was typed, and where this step has no such field, what an earlier one kept."""
    kept = {name: str(asked.press.state.get(name, "")) for name in ("picked", "status", "classification")}
    given = {name: asked.typed(name) or kept[name] for name in kept}
    if not asked.press.step:
        return Chosen()
    picked = numbers_of(asked.typed("picked") if asked.press.step == PREVIEW else given["picked"])
    return Chosen(
        picked=picked,
        status=given["status"],
        verdict=given["classification"],
        comment=asked.typed("comment"),
    )


def _title(lang: Language) -> str:
    return lang.t("Manage similar alerts")


def _instead(press: DialogPress, _lang: Language) -> tuple[Verb, Press]:
    """The same within the card."""
    return Verb.MANAGE, Press(alert=press.alert, nonce=press.nonce)
