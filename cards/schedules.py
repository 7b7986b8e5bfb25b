"""Schedules of digests as people see them: all of a conversation, one, and one that was just made."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.alerts.messages import ConversationKind
from bot.alerts.schedule import DigestSchedule, Rhythm, Timing
from cards.actions import execute
from cards.buttons import Press, Verb
from cards.dialog_buttons import Dialog, DialogPress, opens
from cards.elements import Action, Card, Element, card, container, rich, run, text_block
from cards.language import Language, mark
from cards.parts import NAME, button_rows, cut_note, joined, notice_of, quiet
from cards.safe import brief
from cards.size import Room, fit

#: Characters of a filter.
_FILTER = 300

WEEKLY = (
    mark("Every Monday"), mark("Every Tuesday"), mark("Every Wednesday"), mark("Every Thursday"),
    mark("Every Friday"), mark("Every Saturday"), mark("Every Sunday"),
)  # fmt: skip


def timing_text(timing: Timing, lang: Language) -> str:
    """`Weekdays at 08:30, Europe/Berlin`"""
    match timing.rhythm:
        case Rhythm.DAILY:
            days = lang.t("Every day")
        case Rhythm.WEEKDAYS:
            days = lang.t("Weekdays")
        case Rhythm.WEEKLY:
            days = lang.catalogue.gettext(WEEKLY[timing.weekday])
    return lang.t("{days} at {time}, {zone}", days=days, time=f"{timing.at:%H:%M}", zone=timing.zone)


def next_text(timing: Timing, at: datetime, lang: Language) -> str:
    """`next on 23 Nov 08:30`, in the schedule's own zone."""
    local = at.astimezone(ZoneInfo(timing.zone))
    return lang.t("next on {day} {time}", day=lang.day(local.date()), time=f"{local:%H:%M}")


def render_schedules(
    schedules: Sequence[tuple[DigestSchedule, datetime | None]], *, lang: Language, nonce: str, notice: str = ""
) -> Card:
    """One after the other with when it comes next. A row opens its digest."""

    def build(room: Room) -> Card:
        shown = schedules[: room.entries]
        rows = [_row(schedule, next_at, lang, nonce) for schedule, next_at in shown]
        none = [rich(run(lang.t("No digest comes here. Say “digest weekdays 08:30”, or press New digest…")))]
        return card(
            [
                *notice_of(notice),
                text_block(lang.t("Digests here"), size="Medium", heading=True),
                *(rows or none),
                *cut_note(len(schedules) - len(shown), lang),
                button_rows([_now(lang, nonce), change_digest(lang, nonce)]),
            ]
        )

    return fit(build)


def render_schedule(
    schedule: DigestSchedule,
    next_at: datetime | None,
    *,
    lang: Language,
    nonce: str,
    instead: DigestSchedule | None = None,
    notice: str = "",
) -> Card:
    """When it comes, about what, and what can be done to it. `instead` is the one that it took the place of."""
    head, lines = _said(schedule, next_at, lang)
    if instead is not None:
        was = timing_text(instead.timing, lang)
        lines.append(
            rich(run(lang.t("It takes the place of the daily one of the settings ({was}).", was=was)), spacing="Small")
        )
    buttons = [_press(lang.t("Preview"), schedule, "preview", nonce)]
    if not schedule.is_default:
        buttons.insert(0, change_digest(lang, nonce, schedule))
    if schedule.paused:
        buttons.append(_press(lang.t("Resume"), schedule, "resume", nonce))
    else:
        buttons.append(_press(lang.t("Pause"), schedule, "pause", nonce))
    if not schedule.is_default:
        buttons.append(_press(lang.t("Remove"), schedule, "remove", nonce))
    if instead is not None:
        buttons.append(_press(lang.t("Keep both"), instead, "resume", nonce))
    buttons.append(_all(lang, nonce))
    return card([*notice_of(notice), *head, *lines, button_rows(buttons)])


def change_digest(lang: Language, nonce: str, schedule: DigestSchedule | None = None) -> Action:
    """Opens the dialog in which one is made, or changed."""
    title = lang.t("New digest…") if schedule is None else lang.t("Change…")
    state = {} if schedule is None else {"schedule": schedule.number}
    return opens(title, DialogPress(dialog=Dialog.DIGEST, nonce=nonce, state=state))


def _row(schedule: DigestSchedule, next_at: datetime | None, lang: Language, nonce: str) -> Element:
    head, lines = _said(schedule, next_at, lang)
    title = lang.t("Show digest {name}", name=name_of(schedule, lang))
    return container([*head, *lines], select=_press(title, schedule, "", nonce), separator=True)


def name_of(schedule: DigestSchedule, lang: Language) -> str:
    """What people call it."""
    return lang.t("default") if schedule.is_default else str(schedule.number)


def _said(schedule: DigestSchedule, next_at: datetime | None, lang: Language) -> tuple[list[Element], list[Element]]:
    personal = schedule.conversation.kind is ConversationKind.PERSONAL
    head = rich(
        run(f"{name_of(schedule, lang)} ", color="Accent"),
        run(timing_text(schedule.timing, lang), weight="Bolder"),
        spacing="None",
    )
    every = lang.t("every alert that you may see") if personal else lang.t("every alert that comes here")
    wants = rich(run(brief(schedule.wants, _FILTER) or every, mono=bool(schedule.wants)), spacing="None")
    when = lang.t("paused") if next_at is None else next_text(schedule.timing, next_at, lang)
    nothing = "" if schedule.says_quiet else lang.t("nothing on quiet days")
    who = lang.t("set by {who}", who=brief(schedule.made_by_name, NAME)) if schedule.made_by_name else ""
    who = lang.t("from the settings") if schedule.is_default else who
    return [head], [wants, rich(quiet(joined((when, nothing, who))), spacing="None")]


def _press(title: str, schedule: DigestSchedule, do: str, nonce: str) -> Action:
    press = Press(nonce=nonce, schedule=schedule.number, do=do or None)
    return execute(title, Verb.DIGEST.value, press.data())


def _all(lang: Language, nonce: str) -> Action:
    return execute(lang.t("All digests here"), Verb.DIGEST.value, Press(nonce=nonce, do="list").data())


def _now(lang: Language, nonce: str) -> Action:
    return execute(lang.t("Digest now"), Verb.DIGEST.value, Press(nonce=nonce, do="now").data())
