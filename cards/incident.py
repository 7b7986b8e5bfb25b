"""The card of an incident: how bad, who is at it, its story in short, and its alerts with the way to each."""

from collections.abc import Sequence
from datetime import datetime

from bot.alerts.incident_views import IncidentHistoryView, IncidentView
from bot.alerts.views import AlertView
from bot.alerts.words import Classification
from cards.actions import execute, open_url, refresh, toggle
from cards.alert_card import assets_text, snapshot_note
from cards.buttons import ME, Listing, OpenedFrom, Press, Step, Verb
from cards.elements import Action, Card, Element, Refresh, card, container, rich, run, text_block
from cards.incident_words import incident_sentence, mirror_texts
from cards.labels import category_label, person_label, severity_label, state_label, verdict_label
from cards.language import Language
from cards.parts import NAME, TITLE, Buttons, band, button_rows, cut_note, joined, notice_of, quiet, row_head
from cards.reasons import reason_text
from cards.safe import brief, clean, clip
from cards.services import service_settings_button
from cards.size import LIMIT, Room, fit

#: Assets, steps of the story, reasons and people named on the card; the rest are counted or left out.
_ASSETS, _STORY, _REASONS, _PEOPLE = 4, 6, 2, 4

_NOTE = 240


def render_incident(
    view: IncidentView,
    *,
    lang: Language,
    now: datetime,
    nonce: str,
    notice: str = "",
    link_hosts: frozenset[str] = frozenset(),
    limit: int = LIMIT,
    shared: OpenedFrom | None = None,
) -> Card:
    """`limit` is in bytes. `shared` is set on one that somebody has put into a conversation: it is drawn anew for
    whoever looks at it."""

    def build(room: Room) -> Card:
        shown = view.alerts[: room.entries]
        hidden = view.facts.count - view.page * view.page_size - len(shown)
        return card(
            [
                *notice_of(notice),
                *incident_head(view, lang),
                *_summary(view, lang, now, room),
                *_alerts(view, shown, lang, now, nonce),
                *(cut_note(hidden, lang) if view.pages == 1 else []),
                *_buttons(view, lang, nonce, link_hosts),
            ],
            refresh=_refresh(view, nonce, shared) if shared else None,
        )

    return fit(build, limit=limit)


def render_incident_snapshot(
    view: IncidentView, *, lang: Language, now: datetime, link_hosts: frozenset[str], ways: Sequence[Action]
) -> Card:
    """For where the bot is not: how it is at this moment, and no more. `ways` lead to where one can do something."""

    def build(room: Room) -> Card:
        portal = open_url(lang.t("Open in the portal"), view.incident.url, link_hosts=link_hosts)
        actions = [*ways, *([portal] if portal else [])]
        return card(
            [
                *incident_head(view, lang),
                *_summary(view, lang, now, room),
                *snapshot_note(lang, now),
                *([button_rows(actions)] if actions else []),
            ]
        )

    return fit(build)


def _summary(view: IncidentView, lang: Language, now: datetime, room: Room) -> list[Element]:
    return [
        *(rich(run(text), spacing="Small") for text in _lines(view, lang, now) if text),
        *_note_line(view, lang, room),
        *(rich(run(text, weight="Bolder"), spacing="Small") for text in mirror_texts(view, lang)),
        *(rich(quiet(text), spacing="Small") for text in (_why(view, lang),) if text),
    ]


def _refresh(view: IncidentView, nonce: str, shared: OpenedFrom) -> Refresh:
    press = Press(case=view.incident.number, nonce=nonce, listing=shared.listing, filter=shared.filter)
    return refresh(Verb.INCIDENT.value, press.data())


def incident_text(view: IncidentView, lang: Language) -> tuple[str, str]:
    """The message's text and what a locked phone shows: `Incident 12, high: Credential theft (3 alerts)`."""
    text = lang.t(
        "Incident {number}, {severity}: {name} ({alerts})",
        number=view.incident.number,
        severity=lang.inside(severity_label(view.facts.severity, lang)),
        name=clean(brief(_name(view, lang), TITLE)),
        alerts=lang.n("{count} alert", "{count} alerts", view.facts.count),
    )
    return text, text


def incident_head(view: IncidentView, lang: Language) -> list[Element]:
    """How every card about an incident begins: how bad, where it stands, who leads it, its number; then its name."""
    facts = view.facts
    if not facts.open:
        state = lang.t("Resolved")
    elif facts.open == facts.count:
        state = lang.n("{count} open alert", "{count} open alerts", facts.open)
    else:
        state = lang.t("{open} of {count} open", open=facts.open, count=facts.count)
    if view.incident.assignee:
        state += f" · {brief(person_label(view.incident.assignee, view.people), NAME)}"
    number = lang.t("Incident {number}", number=view.incident.number)
    return [
        band(facts.severity, f" · {state}", number, lang, loud=facts.open > 0),
        rich(run(_name(view, lang), weight="Bolder", size="Medium")),
    ]


def incident_press(view: IncidentView, nonce: str, step: Step | None = None, **given: str) -> Press:
    """The data of a button of this incident's."""
    number, rev = view.incident.number, view.incident.revision
    return Press.model_validate({"case": number, "rev": rev, "nonce": nonce, "task": step, **given})


def incident_button(title: str, view: IncidentView, nonce: str, step: Step | None = None, **given: str) -> Action:
    return execute(title, Verb.INCIDENT.value, incident_press(view, nonce, step, **given).data(), inputs="none")


def render_incident_history(
    history: IncidentHistoryView, *, lang: Language, now: datetime, nonce: str, notice: str = ""
) -> Card:
    """What everybody did to it, newest first."""
    view = history.view

    def build(room: Room) -> Card:
        shown = history.entries[: room.entries]
        steps = []
        for entry in shown:
            undone = entry.revision in history.undone
            words = clip(incident_sentence(entry, lang, view.people), 300)
            lines = [rich(run(words, strike=undone, subtle=undone), quiet(f" · {lang.moment(entry.at, now=now)}"))]
            if entry.comment:
                said = clip(entry.comment[: 4 * room.text], min(600, room.text))
                lines.append(rich(run(lang.quoted(said), italic=True, strike=undone, subtle=undone), spacing="None"))
            steps.append(container(lines, spacing="Small"))
        cut = history.older + len(history.entries) - len(shown)
        actions = [incident_button(lang.t("Back"), view, nonce), _undo(view, lang, nonce)]
        return card(
            [*notice_of(notice), *incident_head(view, lang), *steps, *cut_note(cut, lang), button_rows(actions)]
        )

    return fit(build)


def _name(view: IncidentView, lang: Language) -> str:
    """Its own name; else that of its worst alert here, and where it is."""
    if view.incident.name:
        return brief(view.incident.name, TITLE)
    worst = view.alerts[0].alert.title if view.alerts and view.page == 0 else view.incident.worst
    worst = brief(worst, TITLE) or lang.t("Incident {number}", number=view.incident.number)
    if not view.facts.assets or view.facts.assets[0].casefold() in worst.casefold():
        return worst
    return lang.t("{what} on {where}", what=worst, where=brief(view.facts.assets[0], NAME))


def _lines(view: IncidentView, lang: Language, now: datetime) -> list[str]:
    facts = view.facts
    names = [brief(label, NAME) for label in facts.assets[:_ASSETS]]
    if facts.asset_count > len(names):
        names.append(lang.n("{count} more", "{count} more", facts.asset_count - len(names)))
    period = lang.period(facts.first_activity, facts.last_activity, now=now)
    count = lang.n("{count} alert", "{count} alerts", facts.count)
    return [joined(names), _story(view, lang), f"{period}, {count}", _at_it(view, lang)]


def _story(view: IncidentView, lang: Language) -> str:
    """`Initial access → Execution → Credential access`"""
    steps = [category_label(category, lang) for category in view.facts.categories[:_STORY]]
    return " → ".join(brief(step, NAME) for step in steps)


def _at_it(view: IncidentView, lang: Language) -> str:
    """Who works on its open alerts."""
    facts = view.facts
    if not facts.open:
        return ""
    names = [brief(person_label(who, view.people), NAME) for who in facts.assignees[:_PEOPLE]]
    if not names:
        return lang.t("Nobody has any of them yet")
    said = lang.t("At it: {names}", names=", ".join(names))
    if facts.unassigned:
        said += f" · {lang.n('{count} that nobody has', '{count} that nobody has', facts.unassigned)}"
    return said


def _why(view: IncidentView, lang: Language) -> str:
    """`Together because: same host web-1 within 10 s`"""
    said = list(dict.fromkeys(reason_text(reason, lang) for reason in view.reasons))[:_REASONS]
    return lang.t("Together because: {reasons}", reasons=", ".join(said)) if said else ""


def _note_line(view: IncidentView, lang: Language, room: Room) -> list[Element]:
    if view.note is None or not room.text:
        return []
    words = brief(view.note.comment, min(_NOTE, room.text))
    who = brief(view.note.actor.name, NAME)
    return [rich(quiet(f"{who}: "), run(lang.t("“{words}”", words=words), italic=True), spacing="Small")]


def _alerts(
    view: IncidentView, shown: tuple[AlertView, ...], lang: Language, now: datetime, nonce: str
) -> list[Element]:
    title = lang.t("Alerts")
    if view.pages > 1:
        title = lang.t("Alerts, page {page} of {pages}", page=view.page + 1, pages=view.pages)
    heading = text_block(title, heading=True, spacing="Medium", separator=True)
    return [heading, *(_row(one, view, lang, now, nonce) for one in shown)]


def _row(one: AlertView, view: IncidentView, lang: Language, now: datetime, nonce: str) -> Element:
    alert = one.alert
    opened_from = OpenedFrom(Listing.INCIDENT, view.incident.number)
    open_it = Buttons(alert.number, alert.revision, nonce, opened_from).plain(
        lang.t("Open #{number}", number=alert.number), Verb.REFRESH
    )
    verdict = ""
    if alert.classification is not Classification.NOT_SET:
        verdict = verdict_label(alert.classification, alert.determination, lang)
    state = (state_label(alert, lang), brief(one.assignee_name or "", NAME), verdict)
    when = lang.moment(alert.first_activity, now=now)
    return container(
        [
            row_head(alert, lang),
            rich(run(joined((*state, when))), quiet(_suffix(assets_text(alert, lang, most=2))), spacing="None"),
        ],
        select=open_it,
        spacing="Small",
    )


def _suffix(text: str) -> str:
    return f" · {text}" if text else ""


def _buttons(view: IncidentView, lang: Language, nonce: str, link_hosts: frozenset[str]) -> list[Element]:
    def button(title: str, step: Step | None = None, **given: str) -> Action:
        return incident_button(title, view, nonce, step, **given)

    first: list[Action] = [_undo(view, lang, nonce)] if view.overruled is not None else []
    if view.facts.open:
        if view.incident.assignee is None:
            first.append(button(lang.t("Assign to me"), Step.ASSIGN, to=ME))
        first.append(button(lang.t("Resolve…"), Step.RESOLVE))
    first += [button(lang.t("Comment…"), Step.COMMENT), toggle(lang.t("More…"), "more")]
    turn: list[Action] = []
    for title, page in ((lang.t("Previous"), view.page - 1), (lang.t("Next"), view.page + 1)):
        if 0 <= page < view.pages:
            press = Press(case=view.incident.number, nonce=nonce, page=page)
            turn.append(execute(title, Verb.INCIDENT.value, press.data(), inputs="none"))
    rest = [
        button(lang.t("Rename…"), Step.RENAME),
        button(lang.t("Assign…"), Step.ASSIGN),
        button(lang.t("Merge…"), Step.MERGE),
    ]
    look = [button(lang.t("History"), Step.HISTORY)]
    look += [_undo(view, lang, nonce)] if view.overruled is None else []
    look.append(button(lang.t("Refresh")))
    press = Press(case=view.incident.number, nonce=nonce)
    look.append(execute(lang.t("Export"), Verb.EXPORT.value, press.data(), inputs="none"))
    look.append(service_settings_button(lang, nonce))
    link = open_url(lang.t("Open in the portal"), view.incident.url, link_hosts=link_hosts)
    if link:
        look.append(link)
    return [
        button_rows(*([turn] if turn else []), first),
        container([button_rows(rest, look)], id="more", visible=False, spacing="Medium", separator=True),
    ]


def _undo(view: IncidentView, lang: Language, nonce: str) -> Action:
    return incident_button(lang.t("Undo"), view, nonce, Step.UNDO)
