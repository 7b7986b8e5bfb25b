"""The handover: what to know first, then what will bite next, who has what, and what has changed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.alerts.handover import NOTE, Basis, Bite, BiteKind, HandoverView, Holder, Note, Period
from bot.alerts.views import AlertView
from bot.alerts.words import Severity
from cards.actions import execute
from cards.buttons import Listing, Press, Verb
from cards.due import due_time
from cards.elements import Card, Colour, Element, card, column, columns, container, rich, run, text_block
from cards.inputs import text_input
from cards.labels import classification_label, severity_label
from cards.language import Language, mark
from cards.outcome import numbers_text
from cards.parts import NAME, Buttons, button_rows, cut_note, joined, notice_of, quiet, row_head
from cards.safe import brief, clean
from cards.size import LIMIT, Room, fit

#: What a press does: take over what somebody has, write a note, say that one was read.
TAKE, WRITE, READ = "take", "note", "read"

#: Alerts that stand in full under whoever has them; the rest are numbers.
_IN_FULL, _NUMBERS, _HOLDERS = 3, 12, 8

#: Room for so many entries is room enough for all of that.
_ROOMY = 20

#: Notes that stand in full.
_NOTES = 3


_BITES = {
    (BiteKind.DUE, False): mark("due: {severity}, {name} (#{number})"),
    (BiteKind.REMINDER, False): mark("reminder of #{number}: {name}"),
    (BiteKind.MAINTENANCE, True): mark("maintenance {number} begins: {name}"),
    (BiteKind.MAINTENANCE, False): mark("maintenance {number} ends: {name}"),
    (BiteKind.SILENCE, False): mark("the silence of #{number} ends: {name}"),
    (BiteKind.RULE, False): mark("tuning rule {number} ends: {name}"),
    (BiteKind.QUESTION, False): mark("no answer yet about #{number}: {name}"),
    (BiteKind.APPROVAL, False): mark("tuning rule {number} needs approval: {name}"),
}


def render_handover(
    view: HandoverView, *, lang: Language, now: datetime, nonce: str, notice: str = "", limit: int = LIMIT
) -> Card:
    def build(room: Room) -> Card:
        return card(
            [
                *notice_of(notice),
                *_head(view, lang, now),
                *(element for note in view.notes[:_NOTES] for element in _note(note, view.period, lang, now, nonce)),
                *_bites(view, lang, now, nonce),
                *_holders(view, _On(lang, now, nonce, view.period, room)),
                *_resolved(view, lang, nonce, room),
                *_incidents(view, lang, nonce),
                _buttons(view.period, lang, nonce),
            ]
        )

    return fit(build, limit=limit)


def handover_text(view: HandoverView, lang: Language) -> tuple[str, str]:
    """The message's text, and what a locked phone shows."""
    said = clean(headline(view, lang))
    if view.leavers and view.comers:
        leavers, comers = _names([person.name for person in view.leavers]), _names(view.comers)
        text = lang.t("Handover from {leavers} to {comers}: {headline}", leavers=leavers, comers=comers, headline=said)
    else:
        text = lang.t("Handover: {headline}", headline=said)
    return text, text


def headline(view: HandoverView, lang: Language) -> str:
    """`5 new (2 high), 3 resolved, 4 open; nobody has 2 of them, 1 is overdue.`"""
    if not (view.new_count or view.resolved_count or view.open_count):
        return lang.t("Quiet: nothing new, nothing open.")
    new = lang.t("{count} new", count=view.new_count) if view.new_count else lang.t("nothing new")
    if view.new_high:
        new = lang.t("{new} ({high} high)", new=new, high=view.new_high)
    nobody = next((holder.count for holder in view.holders if holder.who is None), 0)
    parts = [new, lang.t("{count} resolved", count=view.resolved_count)]
    if view.taken_count:
        parts.append(lang.t("{count} taken", count=view.taken_count))
    parts.append(lang.n("{count} open", "{count} open", view.open_count))
    if nobody:
        parts.append(lang.n("nobody has {count} of them", "nobody has {count} of them", nobody))
    if view.overdue:
        parts.append(lang.n("{count} is overdue", "{count} are overdue", view.overdue))
    if view.missed:
        parts.append(lang.n("{count} target missed", "{count} targets missed", view.missed))
    return ", ".join(parts) + "."


def render_note_form(period: Period, *, lang: Language, nonce: str) -> Card:
    """What the next shift shall know, as input `comment`."""
    press = Press(do=WRITE, moment=token_of(period), nonce=nonce)
    field = text_input(
        "comment",
        label=lang.t("For the next shift"),
        placeholder=lang.t("What they have to know, and cannot see"),
        max_length=NOTE,
        multiline=True,
        required=lang.t("Write something, or press Back."),
    )
    back = Press(moment=token_of(period), nonce=nonce)
    return card(
        [
            text_block(lang.t("Note"), size="Medium", heading=True),
            field,
            button_rows(
                [
                    execute(lang.t("Leave the note"), Verb.HANDOVER.value, press.data(), inputs="auto", primary=True),
                    execute(lang.t("Back"), Verb.HANDOVER.value, back.data(), inputs="none"),
                ]
            ),
        ]
    )


def token_of(period: Period) -> str:
    """A period as a button carries it."""
    return f"{period.since.isoformat()}/{period.until.isoformat()}/{period.basis.value}"


def read_token(token: str) -> Period | None:
    """None for what no button of ours has carried."""
    try:
        since, until, basis = token.split("/")
        period = Period(datetime.fromisoformat(since), datetime.fromisoformat(until), Basis(basis))
    except ValueError:
        return None
    aware = period.since.tzinfo is not None and period.until.tzinfo is not None
    return period if aware and period.since < period.until else None


def _head(view: HandoverView, lang: Language, now: datetime) -> list[Element]:
    # Days are named, today's too: a weekend is more than from eight to eight.
    since, until = view.period.since, view.period.until
    spans_days = since.astimezone(lang.zone).date() != until.astimezone(lang.zone).date()
    period = lang.period(since, until, now=until + timedelta(days=2) if spans_days else now)
    why = {
        Basis.SHIFT: lang.t("since your last shift"),
        Basis.PRESENT: lang.t("since your shift began"),
        Basis.USUAL: lang.t("no rota has a shift of yours"),
        Basis.CHANGE: lang.t("the last shift"),
    }.get(view.period.basis, "")
    elements = [
        text_block(lang.t("Handover"), size="Medium", heading=True),
        rich(quiet(joined((period, why))), spacing="None"),
    ]
    if view.leavers or view.comers:
        leavers = _names([person.name for person in view.leavers]) or lang.t("nobody")
        change = lang.t("{leavers} → {comers}", leavers=leavers, comers=_names(view.comers) or lang.t("nobody"))
        elements.append(rich(run(change, weight="Bolder"), spacing="Small"))
    return [*elements, rich(run(headline(view, lang), weight="Bolder"), spacing="Small")]


def _names(names: "tuple[str, ...] | list[str]") -> str:
    return ", ".join(brief(name, NAME) for name in names)


def _note(note: Note, period: Period, lang: Language, now: datetime, nonce: str) -> list[Element]:
    press = Press(do=READ, note=note.id, moment=token_of(period), nonce=nonce)
    who = lang.t("{who}, {at}: ", who=brief(note.author_name, NAME), at=lang.moment(note.made_at, now=now))
    return [
        container(
            [
                rich(quiet(who), run(brief(note.text, NOTE))),
                button_rows(
                    [execute(lang.t("Got it"), Verb.HANDOVER.value, press.data(), inputs="none")], spacing="Small"
                ),
            ],
            style="accent",
            spacing="Medium",
        )
    ]


def _title(text: str) -> Element:
    return text_block(text, heading=True, spacing="Medium", separator=True)


def _bites(view: HandoverView, lang: Language, now: datetime, nonce: str) -> list[Element]:
    if not view.bites:
        return []
    lines = [_bite(bite, lang, now, nonce) for bite in view.bites]
    return [_title(lang.t("Next")), *lines, *cut_note(view.more_bites, lang)]


def _bite(bite: Bite, lang: Language, now: datetime, nonce: str) -> Element:
    when = lang.moment(bite.at, now=now) if bite.at is not None else lang.t("waiting")
    line = rich(run(f"{when}  ", weight="Bolder"), run(_bite_text(bite, lang)), spacing="Small")
    if bite.kind in {BiteKind.MAINTENANCE, BiteKind.RULE, BiteKind.APPROVAL}:
        return line
    open_it = Buttons(bite.number, 0, nonce).plain(lang.t("Open #{number}", number=bite.number), Verb.REFRESH)
    return container([line], select=open_it, spacing="None")


def _bite_text(bite: Bite, lang: Language) -> str:
    message = _BITES[bite.kind, bite.begins]
    severity = severity_label(bite.severity or Severity.MEDIUM, lang)
    facts = {"number": bite.number, "name": brief(bite.name, 80), "severity": severity}
    return lang.catalogue.gettext(message).format_map(facts)


@dataclass(frozen=True, slots=True)
class _On:
    """What everything on one card is drawn with."""

    lang: Language
    now: datetime
    nonce: str
    period: Period
    room: Room

    @property
    def is_roomy(self) -> bool:
        return self.room.entries >= _ROOMY


def _holders(view: HandoverView, on: _On) -> list[Element]:
    lang = on.lang
    if not view.holders:
        return []
    shown = view.holders[: _HOLDERS if on.is_roomy else _HOLDERS // 2]
    elements = [_title(lang.t("Who has what"))]
    for holder in shown:
        elements += _holder(holder, on)
    return [*elements, *cut_note(sum(holder.count for holder in view.holders[len(shown) :]), lang)]


def _holder(holder: Holder, on: _On) -> list[Element]:
    lang = on.lang
    name = brief(holder.name, NAME) or lang.t("Nobody")
    count = lang.n("{count} alert", "{count} alerts", holder.count)
    late = lang.n("{count} is overdue", "{count} are overdue", holder.overdue) if holder.overdue else ""
    nobody: Colour | None = "Attention" if holder.who is None else None
    full = _IN_FULL if on.is_roomy else 1
    rest = [row.alert.number for row in holder.alerts[full : full + _NUMBERS]]
    more = holder.count - full - len(rest)
    elements = [
        rich(run(name, weight="Bolder", color=nobody), quiet(f"  {joined((count, late))}"), spacing="Medium"),
        *(_row(row, lang, on.now, on.nonce, who=_is_new(row, on)) for row in holder.alerts[:full]),
    ]
    if rest:
        also = lang.t("also {numbers}", numbers=numbers_text(rest))
        elements.append(
            rich(
                quiet(joined((also, lang.n("{count} more", "{count} more", more) if more > 0 else ""))), spacing="Small"
            )
        )
    if holder.who is not None:
        press = Press(do=TAKE, to=holder.who, moment=token_of(on.period), nonce=on.nonce)
        first = name.split()[0]
        title = lang.t("I take over from {who}", who=first)
        elements.append(
            button_rows([execute(title, Verb.HANDOVER.value, press.data(), inputs="none")], spacing="Small")
        )
    return elements


def _is_new(view: AlertView, on: _On) -> str:
    return on.lang.t("new") if on.period.since <= view.alert.received_at < on.period.until else ""


def _row(view: AlertView, lang: Language, now: datetime, nonce: str, *, who: str = "") -> Element:
    alert = view.alert
    quietly = joined((who, due_time(alert, lang, now)))
    open_it = Buttons(alert.number, alert.revision, nonce).plain(
        lang.t("Open #{number}", number=alert.number), Verb.REFRESH
    )
    return container(
        [row_head(alert, lang), *([rich(quiet(quietly), spacing="None")] if quietly else [])],
        select=open_it,
        spacing="Small",
    )


def _resolved(view: HandoverView, lang: Language, nonce: str, room: Room) -> list[Element]:
    if not view.resolved_count:
        return []
    verdicts = joined(f"{classification_label(one, lang)} {count}" for one, count in view.verdicts.items())
    rows = [
        _row(one, lang, view.now, nonce, who=brief(one.alert.resolved_by, NAME))
        for one in view.resolved[: room.entries]
    ]
    count = lang.t("{count} resolved", count=view.resolved_count)
    return [_title(count), *([rich(quiet(verdicts), spacing="None")] if verdicts else []), *rows]


def _incidents(view: HandoverView, lang: Language, nonce: str) -> list[Element]:
    if not view.incidents:
        return []
    rows = [
        container(
            [
                columns(
                    column(
                        rich(run(brief(one.name, 120) or lang.n("{count} alert", "{count} alerts", one.alert_count))),
                        width="stretch",
                    ),
                    column(rich(run(lang.t("incident {number}", number=one.number), color="Accent"), side="Right")),
                )
            ],
            select=execute(
                lang.t("Incident {number}", number=one.number),
                Verb.INCIDENT.value,
                Press(case=one.number, nonce=nonce).data(),
                inputs="none",
            ),
            spacing="Small",
        )
        for one in view.incidents
    ]
    return [_title(lang.t("New incidents")), *rows]


def _buttons(period: Period, lang: Language, nonce: str) -> Element:
    queue = Press(nonce=nonce, listing=Listing.QUEUE, page=0).data()
    note = Press(do=WRITE, moment=token_of(period), nonce=nonce).data()
    return button_rows(
        [
            execute(lang.t("Open the queue"), Verb.QUEUE.value, queue),
            execute(lang.t("Leave a note…"), Verb.HANDOVER.value, note, inputs="none"),
        ]
    )
