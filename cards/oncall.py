"""Who is on call: now, until when, who comes next, what is overridden, and whether the calendar can be read."""

from datetime import datetime

from bot.alerts.oncall import Override
from bot.alerts.oncall_ports import Feed
from bot.alerts.oncall_views import OnCallView, OnDuty, RotaView
from bot.alerts.oncall_words import SPANS
from cards.actions import execute
from cards.buttons import Press, Verb
from cards.elements import Action, Card, Element, card, container, rich, run, text_block
from cards.language import Language
from cards.parts import NAME, button_rows, notice_of, quiet
from cards.safe import brief
from cards.size import Room, fit

#: Rotas and overrides on one card.
_MOST = 12

#: Characters of why a calendar cannot be read.
_WHY = 160


def render_oncall(view: OnCallView, *, lang: Language, nonce: str, notice: str = "") -> Card:
    """One rota after the other; buttons where it is about one."""
    alone = len(view.rotas) == 1

    def build(room: Room) -> Card:
        shown = view.rotas[: min(_MOST, room.entries)]
        return card(
            [
                *notice_of(notice),
                text_block(lang.t("On call"), size="Medium", heading=True),
                *(_rota(one, view, lang, named=not alone) for one in shown),
                *([button_rows(_buttons(view.rotas[0], view, lang, nonce))] if alone else []),
            ]
        )

    return fit(build)


def _rota(one: RotaView, view: OnCallView, lang: Language, *, named: bool) -> Element:
    at = view.at
    lines: list[Element] = []
    if named or one.rota.name != "default":
        lines.append(rich(quiet(brief(one.rota.name, NAME)), spacing="None"))
    lines += [_now(duty, place, lang, at) for place, duty in enumerate(one.now)]
    if not one.now:
        lines.append(rich(run(lang.t("Nobody is on call now."), weight="Bolder", color="Attention"), spacing="None"))
    lines += [
        rich(run(_next(duty, lang, at)) if view.coming else quiet(_next(duty, lang, at)), spacing="Small")
        for duty in one.next
    ]
    if not one.next and not (one.now and one.rota.layers):
        lines.append(rich(quiet(lang.t("Nobody comes next within eight weeks.")), spacing="Small"))
    lines += [rich(quiet(_override(each, one, lang, at)), spacing="Small") for each in one.overrides[:_MOST]]
    lines += [line for feed in one.rota.feeds for line in _feed(feed, lang, at)]
    return container(lines, spacing="Small", separator=named)


def _now(duty: OnDuty, place: int, lang: Language, at: datetime) -> Element:
    """`Ana Alvarez until Mon 09:00`, and whoever is paged after them."""
    until = lang.t("until {moment}", moment=lang.moment(duty.shift.ends_at, now=at))
    first = duty.shift.level == 0 or place == 0
    who = brief(duty.name, NAME) if first else lang.t("then {who}", who=brief(duty.name, NAME))
    words = [run(who, weight="Bolder" if first else None), quiet(f" · {until}")]
    if duty.person is None:
        words.append(run(f" · {lang.t('Tocsin does not know them: no pages')}", color="Attention"))
    return rich(*words, spacing="None")


def _next(duty: OnDuty, lang: Language, at: datetime) -> str:
    since = lang.moment(duty.shift.starts_at, now=at)
    who = brief(duty.name, NAME)
    if duty.shift.level:
        return lang.t("From {since}: {who}, as number {place}", since=since, who=who, place=duty.shift.level + 1)
    return lang.t("From {since}: {who}", since=since, who=who)


def _override(one: Override, rota: RotaView, lang: Language, at: datetime) -> str:
    """`Bo Berg instead of the rota, 22:00 – 06:00, set by Ana at 21:40`"""
    return lang.t(
        "{who} instead of the rota, {period}, set by {by} at {moment}",
        who=brief(rota.name_of(one.person), NAME),
        period=lang.period(one.starts_at, one.end, now=at),
        by=brief(one.made_by, NAME),
        moment=lang.moment(one.made_at, now=at),
    )


def _feed(feed: Feed, lang: Language, at: datetime) -> list[Element]:
    """Only what somebody should know: a calendar that cannot be read, or not wholly."""
    lines = []
    if feed.failed_since is not None:
        since = lang.moment(feed.failed_since, now=at)
        why = brief(feed.why, _WHY)
        if feed.read_at is None:
            said = lang.t("The calendar could not be read yet: {why}", why=why)
        else:
            read = lang.moment(feed.read_at, now=at)
            said = lang.t(
                "The calendar cannot be read since {since}: {why}. This is how it was at {read}.",
                since=since,
                why=why,
                read=read,
            )
        lines.append(rich(run(said, color="Attention"), spacing="Small"))
    elif feed.read_at is None:
        lines.append(rich(quiet(lang.t("The calendar has not been read yet.")), spacing="Small"))
    if feed.note:
        lines.append(rich(quiet(brief(feed.note, _WHY)), spacing="Small"))
    return lines


def _buttons(one: RotaView, view: OnCallView, lang: Language, nonce: str) -> list[Action]:
    name = one.rota.name
    buttons = [
        execute(
            lang.t("Me for {hours} h", hours=span.removesuffix("h")),
            Verb.ONCALL.value,
            Press(name=name, span=span, nonce=nonce).data(),
        )
        for span in SPANS
    ]
    if one.overrides:
        newest = max(one.overrides, key=lambda each: each.id)
        who = brief(one.name_of(newest.person), 24)
        off = Press(name=name, do="off", nonce=nonce).data()
        buttons.append(execute(lang.t("End {who}'s turn", who=who), Verb.ONCALL.value, off))
    if not view.coming:
        coming = Press(name=name, do="next", nonce=nonce).data()
        buttons.append(execute(lang.t("Who comes next"), Verb.ONCALL.value, coming))
    return buttons
