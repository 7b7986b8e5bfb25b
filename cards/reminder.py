"""Reminders: the card that reminds, the list of those that wait, and the form that asks for one."""

from collections.abc import Sequence
from datetime import datetime

from bot.alerts.people import Person
from bot.alerts.reminder import NOTE, Reminder, ReminderView
from bot.alerts.views import AlertView
from cards.actions import execute
from cards.alert_buttons import next_steps
from cards.alert_card import assets_text, when_text
from cards.buttons import OpenedFrom, Press, Verb
from cards.due import due_line
from cards.elements import Action, Card, Element, card, column, columns, container, rich, run, text_block
from cards.forms import form
from cards.inputs import choice, choices, text_input
from cards.labels import severity_label
from cards.language import Language
from cards.parts import Buttons, back, button_rows, buttons_for, cut_note, head, notice_of, quiet, row_head, title_of
from cards.safe import brief, clean, clip
from cards.size import Room, fit

#: What is offered to press: the words that are then read as if they were typed.
HOUR, HOURS, MORNING, MONDAY = "1h", "4h", "tomorrow 9:00", "monday 9:00"


def render_reminder(
    reminder: Reminder, view: AlertView, *, lang: Language, now: datetime, nonce: str, notice: str = ""
) -> Card:
    """What one wanted to be reminded of, the alert as it is now, and the next steps."""
    alert = view.alert
    words = run(lang.quoted(reminder.note), weight="Bolder") if reminder.note else None
    body: list[Element] = [
        *notice_of(notice),
        columns(
            column(rich(run(_title(view, lang), weight="Bolder")), width="stretch"),
            column(rich(quiet(lang.t("asked {moment}", moment=lang.moment(reminder.made_at, now=now))), side="Right")),
        ),
        *([rich(words, spacing="Small")] if words is not None else []),
        *head(view, lang),
    ]
    body += [
        rich(run(text), spacing="Small") for text in (assets_text(alert, lang), when_text(view, lang, now)) if text
    ]
    body += due_line(alert, lang, now)
    return card([*body, _steps(reminder, view, lang, nonce)])


def reminder_text(told: ReminderView, lang: Language, *, whom: Person | None) -> tuple[str, str]:
    """The message's text, which names `whom` where others read it, too, and what a locked phone shows."""
    alert = told.alert
    facts = {
        "severity": severity_label(alert.severity, lang),
        "title": clean(clip(title_of(alert), 80)),
        "number": alert.number,
    }
    note = clean(brief(told.reminder.note, NOTE))
    if not alert.is_open:
        text = lang.t("Reminder: #{number} is resolved meanwhile: {title}", **facts)
    elif note:
        text = lang.t("Reminder: {note} ({severity}: {title}, #{number})", note=note, **facts)
    else:
        text = lang.t("Reminder: {severity}: {title} (#{number})", **facts)
    return (f"<at>{whom.name}</at> {text}" if whom is not None and whom.teams_id else text), text


def when_told(reminder: Reminder, lang: Language, now: datetime, *, here: bool) -> str:
    """`I will remind you tomorrow …`: what was understood, so that a mistake is seen at once."""
    date = reminder.due_at.astimezone(lang.zone).date()
    day = f"{lang.weekday(date)} {lang.day(date)}"
    values = {"day": day, "clock": lang.clock(reminder.due_at), "zone": str(lang.zone)}
    if date == now.astimezone(lang.zone).date():
        text = lang.t("I will remind you today at {clock} ({zone})", **values)
    else:
        text = lang.t("I will remind you on {day} at {clock} ({zone})", **values)
    return lang.t("{text}, here.", text=text) if here else lang.t("{text}, in our own chat.", text=text)


def render_reminders(
    listed: Sequence[ReminderView], *, lang: Language, now: datetime, nonce: str, notice: str = ""
) -> Card:
    """Those that wait, the next one first."""

    def build(room: Room) -> Card:
        shown = listed[: room.entries]
        nothing = [rich(run(lang.t("None. Say “remind 1042 2h”, or “remind 1042 fri 14:00 ask Bo”.")), spacing="Small")]
        return card(
            [
                *notice_of(notice),
                text_block(lang.t("Your reminders"), size="Medium", heading=True),
                *(_row(view, lang, now, nonce) for view in shown),
                *([] if listed else nothing),
                *cut_note(len(listed) - len(shown), lang),
            ]
        )

    return fit(build)


def render_remind_form(
    view: AlertView,
    *,
    lang: Language,
    nonce: str,
    notice: str = "",
    opened_from: OpenedFrom | None = None,
) -> Card:
    """When (input `span`, or `moment` in one's own words), and what for (`comment`)."""
    buttons = buttons_for(view, nonce=nonce, opened_from=opened_from)
    offered = [
        choice(lang.t("In 1 hour"), HOUR),
        choice(lang.t("In 4 hours"), HOURS),
        choice(lang.t("Tomorrow 9:00"), MORNING),
        choice(lang.t("Monday 9:00"), MONDAY),
    ]
    fields = [
        choices("span", offered, label=lang.t("When"), value=HOUR),
        text_input(
            "moment", label=lang.t("Or at another time"), placeholder=lang.t("2h, 14:30, fri 14:00 …"), max_length=60
        ),
        text_input("comment", label=lang.t("What for (not required)"), max_length=NOTE),
    ]
    save = buttons.plain(lang.t("Remind me"), Verb.REMIND, inputs="auto", primary=True)
    return form(view, lang, notice, fields, [save, back(buttons, lang)])


def _title(view: AlertView, lang: Language) -> str:
    return lang.t("Reminder") if view.alert.is_open else lang.t("Reminder: resolved meanwhile")


def _steps(reminder: Reminder, view: AlertView, lang: Language, nonce: str) -> Element:
    alert = view.alert
    buttons = Buttons(alert.number, alert.revision, nonce)
    if not alert.is_open:
        return button_rows([buttons.plain(lang.t("Open"), Verb.REFRESH)])
    again = [_again(reminder, alert.number, lang.t("Again in 1 h"), HOUR, nonce)]
    again.append(_again(reminder, alert.number, lang.t("Again tomorrow"), MORNING, nonce))
    return button_rows(next_steps(alert, buttons, lang), again)


def _again(reminder: Reminder, alert: int, title: str, span: str, nonce: str) -> Action:
    press = Press(alert=alert, reminder=reminder.id, span=span, comment=reminder.note or None, nonce=nonce)
    return execute(title, Verb.REMIND.value, press.data(), inputs="none")


def _row(view: ReminderView, lang: Language, now: datetime, nonce: str) -> Element:
    reminder, alert = view.reminder, view.alert
    cancel = Press(reminder=reminder.id, status="cancelled", nonce=nonce).data()
    open_it = Buttons(alert.number, alert.revision, nonce).plain(
        lang.t("Open #{number}", number=alert.number), Verb.REFRESH
    )
    at = lang.moment(reminder.due_at, now=now)
    number = lang.t("reminder {number}", number=reminder.id)
    return container(
        [
            container(
                [
                    rich(run(at, weight="Bolder"), quiet(f"  {number}"), spacing="None"),
                    *([rich(run(lang.quoted(brief(reminder.note, NOTE))), spacing="None")] if reminder.note else []),
                    row_head(alert, lang),
                ],
                select=open_it,
            ),
            button_rows(
                [execute(lang.t("Cancel {number}", number=reminder.id), Verb.REMINDERS.value, cancel, inputs="none")],
                spacing="Small",
            ),
        ],
        separator=True,
    )
