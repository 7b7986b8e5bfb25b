"""The story of an alert: what came before and after it, and the processes behind, from parent to child.

A phone has no room for indentation: the depth of a process is told by marks. What there is to say of a process opens
beneath it.
"""

from datetime import datetime

from bot.alerts.alert import Alert
from bot.alerts.entities import StoryView
from bot.alerts.story import Process, Step
from bot.alerts.views import AlertView
from bot.alerts.words import Severity
from cards import vocabulary
from cards.actions import toggle
from cards.buttons import Listing, OpenedFrom, Verb
from cards.elements import Card, Colour, Element, card, container, rich, run, text_block
from cards.labels import severity_label, state_label
from cards.language import Language
from cards.paging_lines import paging_text
from cards.parts import (
    NAME,
    Buttons,
    back,
    button_rows,
    buttons_for,
    cut_note,
    head,
    joined,
    notice_of,
    quiet,
    title_of,
)
from cards.safe import brief, clip, one_line
from cards.size import Room, fit

#: Marks that tell a depth; deeper ones are told by a number.
_MARKS = 6

#: Processes on the card, and characters of a command line.
_STEPS, _COMMAND = 30, 600


def render_story(
    story: StoryView,
    *,
    lang: Language,
    now: datetime,
    nonce: str,
    notice: str = "",
    opened_from: OpenedFrom | None = None,
) -> Card:
    view = story.view
    buttons = buttons_for(view, nonce=nonce, opened_from=opened_from)

    def build(room: Room) -> Card:
        return card(
            [
                *notice_of(notice),
                *head(view, lang),
                *_chain(story, lang, now, nonce, room),
                *_trees(story, lang, now, room),
                button_rows([back(buttons, lang)]),
            ]
        )

    return fit(build)


def _chain(story: StoryView, lang: Language, now: datetime, nonce: str, room: Room) -> list[Element]:
    """Alerts in time order, this one in its place among them."""
    heading = text_block(lang.t("In time order"), heading=True, spacing="Medium")
    shown, cut = _around(story, min(len(story.alerts), room.entries))
    if len(story.alerts) == 1:
        alone = rich(quiet(lang.t("No other alert shares a device, an account, a file or an address with it.")))
        return [heading, *(_alert(one, story, lang, now, nonce) for one in shown), alone]
    return [heading, *(_alert(one, story, lang, now, nonce) for one in shown), *cut_note(cut, lang)]


def _around(story: StoryView, most: int) -> tuple[tuple[AlertView, ...], int]:
    """As many as there is room for, those next to the alert first."""
    here = next(place for place, one in enumerate(story.alerts) if one.alert.number == story.view.alert.number)
    begin = max(0, min(here - most // 2, len(story.alerts) - most))
    shown = story.alerts[begin : begin + most]
    return shown, len(story.alerts) - len(shown)


def _alert(one: AlertView, story: StoryView, lang: Language, now: datetime, nonce: str) -> Element:
    alert, focus = one.alert, story.view.alert
    when = lang.moment(alert.first_activity, now=now)
    severity = run(severity_label(alert.severity, lang), weight="Bolder", color=_colour(alert))
    if alert.number == focus.number:
        title = run(f" · {title_of(alert)}", weight="Bolder")
        line = rich(run(f"▶ {when} · "), severity, title, quiet(f" #{alert.number}"))
        marked = rich(quiet(joined((state_label(alert, lang), lang.t("this alert")))), spacing="None")
        told = paging_text(story.view.paging, lang, now) if story.view.paging is not None else ""
        paged = [rich(quiet(told), spacing="None")] if told else []
        return container([line, marked, *paged], style="emphasis", spacing="Small")
    label = story.why.get(alert.number, "")
    same = focus.incident is not None and alert.incident == focus.incident
    why = lang.t("same incident") if same else lang.t("same {what}", what=brief(label, NAME)) if label else ""
    opened_from = OpenedFrom(Listing.STORY, focus.number)
    open_it = Buttons(alert.number, alert.revision, nonce, opened_from).plain(
        lang.t("Open #{number}", number=alert.number), Verb.REFRESH
    )
    return container(
        [
            rich(
                run(f"{when} · "),
                severity,
                run(f" · {title_of(alert)}"),
                run(f" #{alert.number}", color="Accent"),
            ),
            rich(quiet(joined((state_label(alert, lang), why))), spacing="None"),
        ],
        select=open_it,
        spacing="Small",
    )


def _colour(alert: Alert) -> Colour | None:
    # Only the highest has one, or a chain would be all colours.
    return "Attention" if alert.severity is Severity.HIGH else None


def _trees(story: StoryView, lang: Language, now: datetime, room: Room) -> list[Element]:
    """Those of this alert first; within a tree every process at its place, with the alerts that have it."""
    focus = story.view.alert.number
    ranked = sorted(story.trees, key=lambda tree: focus not in tree.alerts)
    if not ranked:
        return []
    elements: list[Element] = [text_block(lang.t("Processes"), heading=True, spacing="Medium", separator=True)]
    left, number = min(_STEPS, room.evidence), 0
    for tree in ranked:
        shown = tree.steps[:left]
        left -= len(shown)
        if shown and (host := story.hosts.get(tree.host, tree.host)):
            elements.append(rich(quiet(lang.t("on {host}", host=brief(host, NAME))), spacing="Small"))
        for step in shown:
            elements += _step(step, focus, lang, now, id_=f"process{number}", room=room)
            number += 1
    return [*elements, *cut_note(sum(len(tree.steps) + tree.deeper for tree in ranked) - number, lang)]


def _step(step: Step, focus: int, lang: Language, now: datetime, *, id_: str, room: Room) -> list[Element]:
    """A line; if there is more to say of the process, it opens beneath when the line is touched."""
    process = step.process
    here = focus in process.alerts
    runs = [quiet(_depth(step.depth)), run(_name(process), weight="Bolder" if here else None)]
    if process.verdict:
        verdict = lang.term(vocabulary.VERDICTS, process.verdict[:NAME])
        color: Colour | None = "Attention" if process.verdict == "malicious" else None
        runs.append(run(f" · {clip(verdict, NAME)}", color=color))
    if process.trigger:
        runs.append(run(f" · {lang.t('trigger')}"))
    if process.alerts:
        runs.append(quiet(f" · {_numbers(process, focus, lang)}"))
    details = _details(process, lang, now) if room.facts else []
    if not details:
        return [container([rich(*runs, spacing="None")], spacing="Small")]
    line = rich(*runs, quiet("  ▾"), spacing="None")
    shown = container([line], spacing="Small", select=toggle(lang.t("Details"), id_))
    return [shown, container(details, id=id_, visible=False, style="emphasis", spacing="None")]


def _depth(depth: int) -> str:
    if not depth:
        return ""
    return "› " * depth if depth <= _MARKS else f"› × {depth} "


def _name(process: Process) -> str:
    name = brief(process.name, NAME) or "?"
    return f"{name} ({process.pid})" if process.pid and f"({process.pid})" not in name else name


def _numbers(process: Process, focus: int, lang: Language) -> str:
    numbers = [f"#{number}" if number != focus else lang.t("▶ this alert") for number in sorted(process.alerts)]
    return ", ".join(numbers[:4])


def _details(process: Process, lang: Language, now: datetime) -> list[Element]:
    facts = (
        (lang.t("Command line"), process.command),
        (lang.t("Began"), lang.moment(process.at, now=now) if process.at else ""),
        (lang.t("User"), process.user),
        (lang.t("Path"), process.path),
        (lang.t("SHA-256"), process.sha256),
    )
    mono = lang.t("Command line")
    return [
        rich(
            quiet(f"{label}: "),
            run(clip(one_line(value[: 2 * _COMMAND]), _COMMAND), mono=label == mono),
            spacing="None",
        )
        for label, value in facts
        if value
    ]


def _value(text: str) -> str:
    return clip(one_line(text[: 2 * _COMMAND]), _COMMAND)
