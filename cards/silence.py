"""Silence on cards: what stands, and the form for how long and of what."""

from collections.abc import Mapping
from datetime import datetime

from bot.alerts.alert import COMMENT_LIMIT
from bot.alerts.mirror import MirrorState
from bot.alerts.views import AlertView
from cards import vocabulary
from cards.buttons import OpenedFrom, Verb
from cards.elements import Card
from cards.forms import form
from cards.inputs import choice, choices, text_input
from cards.language import Language
from cards.parts import back, buttons_for
from cards.safe import brief, clip

_WHY = 240

#: Labels offered at most, and characters of each.
_LABELS, _LABEL = 30, 80

_SPANS = ("1h", "4h", "8h", "1d", "3d", "1w")


def silence_texts(view: AlertView, lang: Language, now: datetime) -> list[str]:
    """What stands: silenced until when, or why not yet."""
    alert, silence = view.alert, view.silence
    source = lang.term(vocabulary.SOURCES, alert.source)
    if silence is None:
        return []
    why = brief(silence.why, _WHY)
    until = lang.moment(datetime.fromisoformat(alert.silenced_until), now=now) if alert.silenced_until else ""
    if silence.state is MirrorState.REFUSED:
        return [lang.t("{source} refused the silence: {why}", source=source, why=why)]
    if silence.state is MirrorState.DONE:
        return [lang.t("Silenced in {source} until {until}", source=source, until=until)] if until else []
    if until:
        text = lang.t("To be silenced until {until}, not yet in {source}", source=source, until=until)
    elif silence.known or silence.attempt:
        text = lang.t("The silence is lifted, not yet in {source}", source=source)
    else:
        return []
    return [f"{text}: {why}" if why else text]


def silence_button(view: AlertView, lang: Language) -> list[tuple[str, Verb]]:
    """Which of the two there is to press, if any."""
    if view.alert.silenced_until:
        return [(lang.t("Lift silence"), Verb.LIFT)]
    return [(lang.t("Silence…"), Verb.SILENCE)] if view.can_silence and view.alert.is_open else []


def render_silence_form(
    view: AlertView,
    labels: Mapping[str, str],
    *,
    lang: Language,
    nonce: str,
    notice: str = "",
    opened_from: OpenedFrom | None = None,
) -> Card:
    """How long (input `span`), of what (`labels`, all of them ticked), and why (`comment`)."""
    buttons = buttons_for(view, nonce=nonce, opened_from=opened_from)
    spans = {
        "1h": lang.t("1 hour"),
        "4h": lang.t("4 hours"),
        "8h": lang.t("8 hours"),
        "1d": lang.t("1 day"),
        "3d": lang.t("3 days"),
        "1w": lang.t("1 week"),
    }
    # A name with a comma in it could not be told from two.
    names = [name for name in labels if "," not in name][:_LABELS]
    ticks = [choice(clip(f"{name} = {labels[name]}", _LABEL), name) for name in names]
    fields = [
        choices("span", [choice(spans[span], span) for span in _SPANS], label=lang.t("For how long"), value="4h"),
        choices(
            "labels",
            ticks,
            label=lang.t("What has all of these"),
            value=",".join(names),
            several=True,
            required=lang.t("Choose at least one."),
        ),
        text_input("comment", label=lang.t("Why (not required)"), max_length=COMMENT_LIMIT, multiline=True),
    ]
    save = buttons.plain(lang.t("Silence"), Verb.SILENCE, inputs="auto", primary=True)
    return form(view, lang, notice, fields, [save, back(buttons, lang)])
