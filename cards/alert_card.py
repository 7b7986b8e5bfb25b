"""The shared card of an alert: what matters first and in the same place; two next steps, the rest one press away."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from bot.alerts.alert import Alert
from bot.alerts.history import Entry
from bot.alerts.mirror import MirrorState
from bot.alerts.people import Person
from bot.alerts.views import AlertView
from bot.alerts.words import Classification, Signal
from cards import vocabulary
from cards.actions import refresh
from cards.alert_buttons import alert_buttons
from cards.buttons import OpenedFrom, Verb
from cards.consult import consult_lines, said_by_them
from cards.due import due_line
from cards.elements import Action, Card, Element, Refresh, card, rich, run
from cards.fold import folded_line
from cards.labels import (
    category_label,
    detection_label,
    incident_label,
    investigation_note,
    service_label,
    severity_label,
    verdict_label,
    waits_for_approval,
)
from cards.language import Language
from cards.paging_lines import on_call_text, paging_text
from cards.parts import NAME, Buttons, button_rows, buttons_for, head, joined, notice_of, quiet, title_of
from cards.recommendation import habit_text
from cards.safe import brief, clean, clip
from cards.sentences import rule_label, sentence
from cards.silence import silence_texts
from cards.size import LIMIT, Room, fit
from cards.source_links import source_links

#: Assets named on the card; the rest are counted.
_ASSETS = 3

#: Labels that the card shows in another place.
_SAID_ELSEWHERE = frozenset({"alertname", "severity"})

#: Characters of a label's value that names a place.
_WORD = 40

_COMMENT = 240

#: Changes that a notice names, and characters of one.
_TOLD, _SAID = 3, 120

#: Characters of the title in the text above the card, which says it again in full.
_TEXT_TITLE = 80


def render_alert(
    view: AlertView,
    *,
    lang: Language,
    now: datetime,
    nonce: str,
    notice: str = "",
    opened_from: OpenedFrom | None = None,
    link_hosts: frozenset[str] = frozenset(),
    limit: int = LIMIT,
    also: Sequence[Action] = (),
) -> Card:
    """The card. `opened_from` is set where it was opened from a list; `limit` is in bytes; `also` are more buttons."""
    buttons = buttons_for(view, nonce=nonce, opened_from=opened_from)

    def build(room: Room) -> Card:
        return card(
            [
                *notice_of(notice),
                *head(view, lang),
                *_body(view, lang, now, room),
                *folded_line(view, lang, nonce),
                *alert_buttons(view, buttons, lang, link_hosts, also),
            ],
            refresh=_refresh(view, buttons),
        )

    return fit(build, limit=limit)


def render_snapshot(
    view: AlertView, *, lang: Language, now: datetime, link_hosts: frozenset[str], ways: Sequence[Action]
) -> Card:
    """For where the bot is not: how it is at this moment, and no more. `ways` lead to where one can do something."""

    def build(room: Room) -> Card:
        actions = [*ways, *source_links(view.alert, lang, link_hosts)]
        return card(
            [
                *head(view, lang),
                *_body(view, lang, now, room),
                *snapshot_note(lang, now),
                *([button_rows(actions)] if actions else []),
            ]
        )

    return fit(build)


def snapshot_note(lang: Language, now: datetime) -> list[Element]:
    """That the card will not change, and why."""
    said = lang.t("As of {day} {clock}. Tocsin is not in this conversation: this card does not change.",
                  day=lang.day(now.astimezone(lang.zone).date()), clock=lang.clock(now))  # fmt: skip
    return [rich(quiet(said), spacing="Medium")]


def _refresh(view: AlertView, buttons: Buttons) -> Refresh | None:
    """Some get a view of their own of the card that everybody shares. Of one that somebody has shared everybody does,
    always anew: we cannot update it."""
    if buttons.is_shared:
        return refresh(Verb.REFRESH.value, buttons.data)
    return refresh(Verb.REFRESH.value, buttons.data, own_views=view.own_views) if view.own_views else None


def notice_text(news: Sequence[Entry], lang: Language, people: Mapping[str, Person]) -> str:
    """What somebody is told of: `Bo Berg assigned it to Ana Alvarez`, the first things that others did."""
    return "; ".join(clip(sentence(entry, lang, people), _SAID) for entry in news[:_TOLD])


def alert_text(view: AlertView, lang: Language, did: str = "") -> tuple[str, str]:
    """The message's text, `High: Mimikatz credential theft on web-1 (#1042)`, and what a locked phone shows.

    `did` is what somebody is told of.
    """
    alert = view.alert
    title = clean(clip(title_of(alert), _TEXT_TITLE))
    facts = {"severity": severity_label(alert.severity, lang), "title": title, "number": alert.number}
    where = clean(brief(alert.assets[0].label, NAME)) if alert.assets else ""
    if where and where.casefold() not in title.casefold():  # a title may say it already
        text = lang.t("{severity}: {title} on {where} (#{number})", **facts, where=where)
    else:
        text = lang.t("{severity}: {title} (#{number})", **facts)
    if did:
        text = lang.t("{did}. {alert}", did=clean(did), alert=text)
    return text, text


def _body(view: AlertView, lang: Language, now: datetime, room: Room) -> list[Element]:
    alert = view.alert
    lines = [
        rich(run(text), spacing="Small")
        for text in (assets_text(alert, lang), context_text(view, lang), when_text(view, lang, now))
        if text
    ]
    lines += due_line(alert, lang, now)
    if alert.classification is not Classification.NOT_SET:
        verdict = verdict_label(alert.classification, alert.determination, lang)
        lines.append(rich(run(verdict, weight="Bolder"), spacing="Small"))
    comment = view.last_comment
    if comment is not None and room.text and comment.revision not in said_by_them(view):
        words = brief(comment.text, min(_COMMENT, room.text))
        who = brief(comment.author, NAME)
        lines.append(rich(quiet(f"{who}: "), run(lang.quoted(words), italic=True), spacing="Small"))
    lines += consult_lines(view, lang, now, words=room.text)
    if view.on_call and view.paging is None and (text := on_call_text(view.on_call, lang, now)):
        lines.append(rich(quiet(text), spacing="Small"))
    if view.paging is not None and (text := paging_text(view.paging, lang, now)):
        lines.append(rich(quiet(text), spacing="Small"))
    if habit := habit_text(view, lang):
        lines.append(rich(quiet(habit), spacing="Small"))
    lines += [rich(run(text, weight="Bolder"), spacing="Small") for text in mirror_texts(view, lang)]
    lines += [rich(run(text, weight="Bolder"), spacing="Small") for text in silence_texts(view, lang, now)]
    if extras := extras_text(alert, lang):
        lines.append(rich(quiet(extras), spacing="Small"))
    return lines


def assets_text(alert: Alert, lang: Language, *, most: int = _ASSETS) -> str:
    """`web-1 · svc-build · CONTOSO · 2 more`; without assets, the labels that say where: `service: checkout`."""
    if not alert.assets:
        labels = [f"{brief(name, NAME)}: {value}" for name, value in alert.labels.items() if _says_where(name, value)]
        return joined(labels[:most])
    names = [brief(asset.label, NAME) for asset in alert.assets[:most]]
    more = max(alert.asset_count, len(alert.assets)) - len(names)
    if more > 0:
        names.append(lang.n("{count} more", "{count} more", more))
    return joined(names)


def _says_where(name: str, value: str) -> bool:
    """Sources keep sentences and addresses among their labels, too; a place is a word."""
    is_word = 0 < len(value) <= _WORD and "://" not in value and not any(letter.isspace() for letter in value)
    return is_word and name not in _SAID_ELSEWHERE


def context_text(view: AlertView, lang: Language) -> str:
    """`Endpoint · Credential access · incident 28 · 2 comments`"""
    alert = view.alert
    comments = alert.comment_count
    return joined(
        (
            brief(service_label(alert, lang), NAME),
            brief(category_label(alert.category, lang), NAME),
            incident_label(view, lang),
            # A single one stands below in full.
            lang.n("{count} comment", "{count} comments", comments) if comments > 1 else "",
        )
    )


def when_text(view: AlertView, lang: Language, now: datetime) -> str:
    """When it went on, and who answered after how long."""
    alert = view.alert
    period = lang.period(alert.first_activity, alert.last_activity, now=now)
    who = brief(view.assignee_name or "", NAME)
    if alert.is_hidden:
        return lang.t("{period}, hidden by “{name}”", period=period, name=brief(alert.hidden_by, NAME))
    if alert.resolved_at is not None:
        ended, took = lang.moment(alert.resolved_at, now=now), lang.span(alert.resolved_at - alert.received_at)
        return _ended(alert, who, lang, period=period, at=ended, after=took)
    if not who:
        return lang.t("{period}, nobody has it yet", period=period)
    if alert.assigned_at is None:
        return lang.t("{period}, {who} has it", period=period, who=who)
    at, after = lang.moment(alert.assigned_at, now=now), alert.assigned_at - alert.received_at
    if after < timedelta(minutes=1):
        return lang.t("{period}, {who} has it since {at}", period=period, who=who, at=at)
    return lang.t(
        "{period}, {who} has it since {at}, after {after}", period=period, who=who, at=at, after=lang.span(after)
    )


def _ended(alert: Alert, who: str, lang: Language, *, period: str, at: str, after: str) -> str:
    """How it ended: somebody resolved it, or it went away by itself. `who` has it, empty for nobody."""
    by_source = alert.resolved_by == alert.source
    if by_source and alert.signal is Signal.CLEARED:
        if not who:
            return lang.t("{period}, cleared at {at}, nobody had it", period=period, at=at)
        return lang.t("{period}, cleared at {at}, {who} had it", period=period, at=at, who=who)
    by = brief(lang.term(vocabulary.SOURCES, alert.source) if by_source else alert.resolved_by, NAME)
    return lang.t(
        "{period}, {who} resolved it at {at}, in {after}",
        period=period,
        who=rule_label(by, lang) if alert.resolved_rule else by or lang.t("somebody"),
        at=at,
        after=after,
    )


def mirror_texts(view: AlertView, lang: Language) -> list[str]:
    """What its source does not know yet, will not have, or sees differently."""
    texts = []
    if waits_for_approval(view.alert):
        texts.append(lang.t("Automated investigation waits for somebody's approval in the portal"))
    source = lang.term(vocabulary.SOURCES, view.alert.source)
    if view.overruled is not None:
        said = sentence(view.overruled, lang, view.people)
        texts.append(lang.t("{said}. Undo brings the other back.", said=said))
    if view.mirror is not None and view.mirror.state is MirrorState.REFUSED:
        why = brief(view.mirror.why, _COMMENT)
        texts.append(lang.t("{source} refused what was done here: {why}", source=source, why=why))
    if view.mirror is not None and view.mirror.state is MirrorState.PENDING:
        texts.append(lang.t("Not yet in {source}", source=source))
    return texts


def extras_text(alert: Alert, lang: Language) -> str:
    """The quiet line: tags, automated investigation, what detected it."""
    tags = list(dict.fromkeys((*alert.tags, *alert.source_tags)))
    detection = detection_label(alert, lang)
    return joined(
        (
            clip(", ".join(brief(tag, 50) for tag in tags[:20]), 120),
            investigation_note(alert, lang),
            lang.t("detected by {what}", what=detection) if detection else "",
        )
    )
