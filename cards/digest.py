"""The digest: the day in one sentence, which is the message's text, then a card: what waits, what is new, and behind a
button the numbers."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from bot.alerts.digest import Digest, DigestNumbers, Row
from bot.alerts.schedule import DigestSchedule
from bot.alerts.words import Severity
from cards.actions import execute, toggle
from cards.buttons import Listing, Press, Verb
from cards.dialog_buttons import Dialog, DialogPress, opens
from cards.digest_numbers import NUMBERS, render_numbers
from cards.elements import (
    Action,
    Card,
    Column,
    Element,
    card,
    column,
    columns,
    container,
    fact,
    fact_set,
    rich,
    run,
    text_block,
)
from cards.labels import severity_label, status_label
from cards.language import Language
from cards.parts import NAME, TITLE, button_rows, joined, notice_of, quiet
from cards.safe import brief, clean
from cards.schedules import timing_text
from cards.size import Room, fit

#: Rows of what waits, at first sight.
_WAITING: Final = 3

_TWO_DAYS: Final = timedelta(days=2)

#: Characters of a filter.
_FILTER: Final = 200


def render_digest(
    digest: Digest,
    *,
    lang: Language,
    now: datetime,
    nonce: str,
    schedule: DigestSchedule | None = None,
    notice: str = "",
    alone: bool = False,
) -> Card:
    """What matters first is first. `alone` is without the text that a posted one has above it; `schedule` is the one
    that it belongs to."""
    numbers = digest.numbers

    def build(room: Room) -> Card:
        return card(
            [
                *notice_of(notice),
                *_head(digest, schedule, lang, alone=alone),
                *([] if numbers.is_quiet else _body(digest, lang, now, nonce, room)),
                button_rows(_buttons(digest, schedule, lang, nonce)),
                *([] if numbers.is_quiet else [render_numbers(digest, lang=lang, nonce=nonce, room=room)]),
            ]
        )

    return fit(build)


def digest_text(digest: Digest, lang: Language) -> tuple[str, str]:
    """The message's text, and what a locked phone shows."""
    text = lang.t("Digest: {headline}", headline=clean(headline(digest.numbers, lang)))
    if digest.late_by is not None:
        text = f"{text} {_late(digest, lang)}"
    return text, text


def headline(numbers: DigestNumbers, lang: Language) -> str:
    """`5 new alerts, 1 of them high; 3 resolved, 12 open, 4 of them with nobody.`"""
    if numbers.is_quiet:
        return lang.t("A quiet day: nothing new, nothing open.")
    new = lang.n("{count} new alert", "{count} new alerts", numbers.new) if numbers.new else lang.t("nothing new")
    high = numbers.new_by_severity.get(Severity.HIGH, 0)
    if high:
        new = lang.t("{new} ({high} high)", new=new, high=high)
    if not numbers.open:
        return lang.t("{new}, {resolved} resolved, nothing open.", new=new, resolved=numbers.resolved)
    nobody = lang.n("nobody has {count} of them", "nobody has {count} of them", numbers.unassigned)
    if not numbers.unassigned:
        nobody = lang.t("all are taken")
    return lang.t(
        "{new}, {resolved} resolved, {open} open; {nobody}.",
        new=new,
        resolved=numbers.resolved,
        open=numbers.open,
        nobody=nobody,
    )


def _late(digest: Digest, lang: Language) -> str:
    if digest.late_by is None:
        return ""
    return lang.t("It is {span} late: Tocsin did not run when it was due.", span=lang.span(digest.late_by))


def _head(digest: Digest, schedule: DigestSchedule | None, lang: Language, *, alone: bool) -> list[Element]:
    numbers = digest.numbers
    when = timing_text(schedule.timing, lang) if schedule is not None else ""
    lines = [
        columns(
            column(text_block(lang.t("Digest"), size="Medium", heading=True), width="stretch"),
            column(rich(quiet(lang.day(digest.local_date)), side="Right"), middle=True),
        )
    ]
    since = lang.t("since {moment}", moment=lang.moment(numbers.since, now=numbers.until))
    if under := joined((when, "" if numbers.is_quiet else since, brief(digest.wants, _FILTER))):
        lines.append(rich(quiet(under), spacing="None"))
    if alone:
        lines.append(rich(run(headline(numbers, lang), weight="Bolder"), spacing="Small"))
    if breaches := numbers.breaches:
        missed = lang.n("{count} first answer", "{count} first answers", breaches.acknowledge)
        unsolved = lang.n("{count} resolution", "{count} resolutions", breaches.resolve)
        said = lang.t("Targets missed: {missed}, {unsolved}.", missed=missed, unsolved=unsolved)
        lines.append(rich(run(said, color="Attention", weight="Bolder"), spacing="Small"))
    return lines


def _body(digest: Digest, lang: Language, now: datetime, nonce: str, room: Room) -> list[Element]:
    numbers = digest.numbers
    worst = numbers.worst_new[: room.entries]
    shown = {row.number for row in worst}
    waiting = [row for row in numbers.waiting if row.number not in shown][: min(_WAITING, room.entries)]
    parts = [
        columns(
            _number(lang.t("New"), str(numbers.new)),
            _number(lang.t("Resolved"), str(numbers.resolved)),
            _number(lang.t("Open"), str(numbers.open)),
            spacing="Medium",
            separator=True,
        ),
        *_compared(numbers, lang),
    ]
    if worst:
        severity = lang.inside(severity_label(worst[0].severity, lang))
        parts.append(text_block(lang.t("New, {severity} severity", severity=severity), heading=True, spacing="Medium"))
        parts += [_row(row, digest.id, lang, now, nonce) for row in worst]
    if waiting:
        title = lang.t("Waits longest") if numbers.open > len(numbers.waiting) else lang.t("Waits")
        parts.append(text_block(title, heading=True, spacing="Medium"))
        parts += [_row(row, digest.id, lang, now, nonce) for row in waiting]
    elif numbers.oldest_open is not None and not numbers.waiting:
        number, name, since = numbers.oldest_open
        waits = lang.t(
            "#{number} {title}, for {age}", number=number, title=brief(name, TITLE), age=lang.span(now - since)
        )
        parts.append(fact_set([fact(lang.t("Oldest open"), waits)], spacing="Medium"))
    return parts


def _compared(numbers: DigestNumbers, lang: Language) -> list[Element]:
    """How many came, against the same length of time before."""
    if numbers.before_new is None:
        return []
    more, span = numbers.new - numbers.before_new, _length(numbers, lang)
    if more > 0:
        said = lang.t("{count} more new than in the {span} before.", count=more, span=span)
    elif more < 0:
        said = lang.t("{count} fewer new than in the {span} before.", count=-more, span=span)
    else:
        said = lang.t("As many new as in the {span} before.", span=span)
    return [rich(quiet(said), spacing="Small")]


def _length(numbers: DigestNumbers, lang: Language) -> str:
    """`24 h`, which a day is not always, or `3 d`."""
    length = numbers.until - numbers.since
    return lang.t("{hours} h", hours=round(length / timedelta(hours=1))) if length < _TWO_DAYS else lang.span(length)


def _row(row: Row, digest: int, lang: Language, now: datetime, nonce: str) -> Element:
    # One that was asked for is not kept, so that nothing leads back to it.
    press = Press(alert=row.number, nonce=nonce, listing=Listing.DIGEST if digest else None, page=digest or None)
    open_it = execute(lang.t("Open #{number}", number=row.number), Verb.REFRESH.value, press.data())
    loud = row.severity is Severity.HIGH
    severity = run(severity_label(row.severity, lang), weight="Bolder", color="Attention" if loud else None)
    title = brief(row.title, TITLE) or f"#{row.number}"
    who = brief(row.assignee, NAME) or lang.t("nobody has it")
    age = lang.t("for {age}", age=lang.span(now - row.since))
    return container(
        [
            columns(
                column(rich(severity, run(f" · {title}", weight="Bolder")), width="stretch"),
                column(rich(run(f"#{row.number}", color="Accent"), side="Right")),
            ),
            rich(quiet(joined((status_label(row.status, lang), who, age))), spacing="None"),
        ],
        select=open_it,
        spacing="Small",
    )


def _buttons(digest: Digest, schedule: DigestSchedule | None, lang: Language, nonce: str) -> Sequence[Action]:
    numbers, filter_ = digest.numbers, digest.wants or None
    queue = Press(nonce=nonce, listing=Listing.QUEUE, page=0, filter=filter_)
    buttons = []
    if numbers.unassigned:
        take = Press(nonce=nonce, do="take", filter=filter_)
        buttons.append(execute(lang.t("Take the oldest"), Verb.DIGEST.value, take.data()))
    buttons.append(execute(lang.t("Open the queue"), Verb.QUEUE.value, queue.data()))
    if not numbers.is_quiet:
        buttons.append(toggle(lang.t("All numbers"), NUMBERS))
    if schedule is not None:
        state = {"schedule": schedule.number}
        press = DialogPress(dialog=Dialog.DIGEST, nonce=nonce, state=state)
        buttons.append(opens(lang.t("Change this digest…"), press))
    return buttons


def _number(label: str, value: str) -> Column:
    return column(
        rich(run(value, weight="Bolder", size="ExtraLarge")), rich(quiet(label), spacing="None"), width="stretch"
    )
