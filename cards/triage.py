"""Triage rules as people see them: the list, and one with what it has done beside what people did."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.alerts.alert import Alert
from bot.alerts.history import Entry
from bot.alerts.messages import Message
from bot.alerts.people import Person
from bot.alerts.triage import Asked, Lookup, Mode, State, Step, StepKind, TriageRule
from bot.alerts.triage_views import Judged, TriageView
from bot.alerts.views import AlertView
from cards.actions import execute
from cards.buttons import Press, Verb
from cards.elements import Action, Card, Colour, Element, card, container, rich, run, text_block
from cards.labels import person_label, verdict_label
from cards.language import Language, mark
from cards.parts import NAME, Buttons, button_rows, cut_note, joined, notice_of, quiet, row_head, title_of
from cards.safe import brief, clean, clip
from cards.sentences import rule_label, sentence
from cards.size import Room, fit

#: Characters of a condition and of a reason.
_WANTS, _WHY = 300, 160

_MODES: Mapping[str, str] = {
    Mode.OFF: mark("off"),
    Mode.WATCH: mark("watches only"),
    Mode.ACT: mark("acts"),
}

_COLOURS: Mapping[Mode, Colour] = {Mode.ACT: "Good", Mode.WATCH: "Accent"}


def render_triage(rules: Sequence[TriageView], *, lang: Language, nonce: str) -> Card:
    """One after the other; a row opens its rule."""

    def build(room: Room) -> Card:
        shown = rules[: room.entries]
        rows = [_row(view, lang, nonce) for view in shown] or [rich(run(lang.t("None.")), spacing="Small")]
        return card(
            [
                text_block(lang.t("Triage rules"), size="Medium", heading=True),
                *rows,
                *cut_note(len(rules) - len(shown), lang),
                rich(quiet(lang.t('A new one: “triage add "name" when … then tag +x”.')), spacing="Medium"),
            ]
        )

    return fit(build)


def render_triage_rule(view: TriageView, *, lang: Language, now: datetime, nonce: str, notice: str = "") -> Card:
    """When, what, how well it does, and the newest alerts that it caught."""
    rule = view.rule

    def build(room: Room) -> Card:
        shown = view.runs[: room.entries]
        return card(
            [
                *notice_of(notice),
                text_block(f"{rule.number}. {brief(rule.name, NAME)}", size="Medium", heading=True),
                *_lines(view, lang, now),
                *(_run(judged, one, lang, now, nonce) for judged, one in shown),
                *cut_note(len(view.runs) - len(shown), lang),
                button_rows(_buttons(view, lang, nonce)),
            ]
        )

    return fit(build)


def triage_message(rule: TriageRule, alert: Alert, entries: Sequence[Entry], *, lang: Language) -> Message:
    """What the channels are told: `#12 Impossible travel: Rule “Legitimate travel” resolved it: …`"""
    did = "; ".join(sentence(entry, lang, {}) for entry in entries)
    comment = next((entry.comment for entry in entries if entry.comment), "")
    said = f" {lang.quoted(brief(comment, 200))}" if comment else ""
    text = lang.t(
        "#{number} {title}: {did}.{said} To take it back: “undo {number}”.",
        number=alert.number,
        title=clean(clip(title_of(alert), 120)),
        did=clean(did),
        said=clean(said),
    )
    return Message(
        text=text, summary=lang.t("{rule} on #{number}", rule=rule_label(rule.name, lang), number=alert.number)
    )


def steps_text(steps: Sequence[Step], lang: Language, people: Mapping[str, Person]) -> str:
    """`resolve as … with the comment “…”; tell the channels`"""
    return "; ".join(_step(step, lang, people) for step in steps)


def _step(step: Step, lang: Language, people: Mapping[str, Person]) -> str:
    verdict = verdict_label(step.classification, step.determination, lang) if step.classification else ""
    match step.kind:
        case StepKind.ASSIGN:
            return lang.t("assign to {whom}", whom=brief(person_label(step.to, people), NAME))
        case StepKind.TAG:
            return lang.t("tag {tags}", tags=" ".join((*(f"+{x}" for x in step.add), *(f"-{x}" for x in step.remove))))
        case StepKind.CLASSIFY:
            return lang.t("classify as {verdict}", verdict=verdict)
        case StepKind.RESOLVE:
            text = lang.t("resolve as {verdict}", verdict=verdict) if verdict else lang.t("resolve")
            return (
                lang.t("{text}, with the comment “{comment}”", text=text, comment=brief(step.text, 120))
                if step.text
                else text
            )
        case StepKind.COMMENT:
            return lang.t("comment “{comment}”", comment=brief(step.text, 120))
        case StepKind.POST:
            return lang.t("tell the channels")


def _asked(asked: Asked, lang: Language) -> str:
    if asked.lookup is Lookup.AWAY:
        away = lang.t("the user's automatic replies are on")
        return away if asked.wanted else lang.t("the user's automatic replies are off")
    risk = lang.t("the user is at high risk")
    return risk if asked.wanted else lang.t("the user is not at high risk")


def _row(view: TriageView, lang: Language, nonce: str) -> Element:
    rule = view.rule
    show = execute(
        lang.t("Show {number}", number=rule.number), Verb.TRIAGE.value, Press(triage=rule.number, nonce=nonce).data()
    )
    return container(
        [
            rich(
                run(f"{rule.number} ", color="Accent"),
                run(brief(rule.name, NAME), weight="Bolder"),
                run(" · "),
                run(lang.term(_MODES, rule.mode), color=_COLOURS.get(rule.mode)),
                spacing="None",
            ),
            rich(run(joined((_counts(view, lang), _agreement(view, lang)))), spacing="None"),
        ],
        select=show,
        separator=True,
        spacing="Small",
    )


def _lines(view: TriageView, lang: Language, now: datetime) -> list[Element]:
    rule = view.rule
    since = lang.t("since {moment}", moment=lang.moment(rule.mode_at, now=now)) if rule.mode_at else ""
    asked = [_asked(one, lang) for one in rule.asked]
    return [
        rich(run(lang.term(_MODES, rule.mode), weight="Bolder", color=_COLOURS.get(rule.mode)), quiet(f"  {since}")),
        rich(quiet(lang.t("When: ")), run(brief(rule.wants, _WANTS), mono=True), spacing="Small"),
        *([rich(quiet(lang.t("And if: ")), run(", ".join(asked)), spacing="Small")] if asked else []),
        rich(quiet(lang.t("Then: ")), run(steps_text(rule.steps, lang, view.people)), spacing="Small"),
        rich(run(_counts(view, lang)), spacing="Small"),
        *([rich(run(_agreement(view, lang), weight="Bolder"), spacing="Small")] if _agreement(view, lang) else []),
    ]


def _counts(view: TriageView, lang: Language) -> str:
    counted = {state: view.counts.get(state, 0) for state in State}
    if not any(counted.values()):
        return lang.t("has caught nothing so far")
    return joined(
        (
            lang.n("acted on {count}", "acted on {count}", counted[State.ACTED]) if counted[State.ACTED] else "",
            lang.n("watched {count}", "watched {count}", counted[State.WATCHED]) if counted[State.WATCHED] else "",
            lang.n("left {count} alone", "left {count} alone", counted[State.LEFT] + counted[State.UNMET])
            if counted[State.LEFT] + counted[State.UNMET]
            else "",
            lang.n("{count} lookup failed", "{count} lookups failed", counted[State.FAILED])
            if counted[State.FAILED]
            else "",
            lang.n("{count} waits", "{count} wait", counted[State.QUEUED]) if counted[State.QUEUED] else "",
        )
    )


def _agreement(view: TriageView, lang: Language) -> str:
    found = view.agreement
    if found.decided:
        return lang.n(
            "would have agreed with people {agreed} of {count} time",
            "would have agreed with people {agreed} of {count} times",
            found.decided,
            agreed=found.agreed,
        )
    return lang.t("people have not decided any of these yet") if view.counts.get(State.WATCHED) else ""


def _run(judged: Judged, one: AlertView, lang: Language, now: datetime, nonce: str) -> Element:
    alert = one.alert
    open_it = Buttons(alert.number, alert.revision, nonce).plain(
        lang.t("Open #{number}", number=alert.number), Verb.REFRESH
    )
    lines = [row_head(alert, lang), rich(run(_became(judged, lang, now)), spacing="None")]
    if judged.did is not None:
        did = sentence(judged.did, lang, one.people)
        agrees = (
            {True: lang.t("agrees"), False: lang.t("differs")}.get(judged.agrees, "")
            if judged.agrees is not None
            else ""
        )
        color: Colour | None = "Attention" if judged.agrees is False else None
        lines.append(rich(quiet(f"{did} "), run(agrees, color=color, weight="Bolder"), spacing="None"))
    return container(lines, select=open_it, separator=True, spacing="Small")


def _became(judged: Judged, lang: Language, now: datetime) -> str:
    state, why = judged.run.state, brief(judged.run.why, _WHY)
    at = lang.moment(judged.run.at, now=now)
    if state is State.FAILED:
        return lang.t("{at}: nothing done, a lookup failed: {why}", at=at, why=why)
    if state is State.QUEUED and why:
        return lang.t("waits, a lookup failed: {why}", why=why)
    if state is State.LEFT:
        return lang.t("{at}: left alone, {why}", at=at, why=lang.term(_LEFT, judged.run.why))
    return lang.t("{at}: {state}", at=at, state=lang.term(_STATES, state))


_STATES: Mapping[str, str] = {
    State.QUEUED: mark("waits for its turn"),
    State.WATCHED: mark("would have acted"),
    State.ACTED: mark("acted"),
    State.UNMET: mark("left alone: the user is not as it needs"),
}

_LEFT: Mapping[str, str] = {
    "taken": mark("somebody was at it already"),
    "changed": mark("it met the condition no more"),
    "off": mark("the rule was off by then"),
}


def _buttons(view: TriageView, lang: Language, nonce: str) -> list[Action]:
    def button(title: str, status: str) -> Action:
        press = Press(triage=view.rule.number, nonce=nonce, status=status)
        return execute(title, Verb.TRIAGE.value, press.data())

    titles = {Mode.ACT: lang.t("Let it act"), Mode.WATCH: lang.t("Watch only"), Mode.OFF: lang.t("Switch off")}
    order = (Mode.ACT, Mode.WATCH, Mode.OFF)
    buttons = [button(titles[mode], mode.value) for mode in order if mode is not view.rule.mode]
    if view.counts.get(State.ACTED):
        buttons.append(button(lang.t("Undo its last day"), "undo"))
    return [*buttons, execute(lang.t("All rules"), Verb.TRIAGE.value, Press(nonce=nonce).data())]
