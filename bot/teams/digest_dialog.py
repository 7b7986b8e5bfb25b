"""The dialog “New digest”, and the same for one that is there: when it comes and which alerts it is about."""

from bot.alerts.condition import EVERYTHING
from bot.alerts.messages import ConversationKind
from bot.alerts.ports import UnitOfWork
from bot.alerts.routing import stored_condition
from bot.alerts.schedule import DigestSchedule, Rhythm, Timing
from bot.alerts.schedule_words import DAYS, read_schedule, read_time, read_zone
from bot.teams.condition_steps import condition_of, edited
from bot.teams.dialogs import Answer, Asked, Handler, Post, closed
from bot.teams.digest_commands import DigestCommands, scheduled
from bot.usecases import schedules
from bot.usecases.visibility import Reader
from cards.digest_dialog import AT, ON, QUIET, SAVE, ZONE, render_digest_dialog
from cards.language import Language
from cards.naming import place_name

#: What a new one starts from.
_AT, _ON = "08:30", "weekdays"


def digest_dialog(post: Post, commands: DigestCommands) -> Handler:
    """`post` tells everybody there when it comes from now on."""

    def look(uow: UnitOfWork, asked: Asked, reader: Reader) -> Answer:
        schedules.require_change(uow, reader)
        if not schedules.gets_alerts(uow, reader):
            return closed(lambda lang: lang.t("No alerts come here that a digest could be about."))
        number = _number(asked)
        known = schedules.one_of(uow, reader, number, commands.default) if number is not None else None
        personal = reader.conversation.kind is ConversationKind.PERSONAL
        zone = str(asked.lang.zone)

        def place(lang: Language) -> str:
            return lang.t("your channels") if personal else place_name(reader.conversation, lang)

        now = edited(asked, stored_condition(known.wants) if known else EVERYTHING)
        own = _own(asked, known, zone)
        press = asked.press.model_copy(update={"state": {**asked.press.state, **own}})
        return lambda f: render_digest_dialog(
            now.editing,
            {**now.typed, **own},
            place=place(f.lang),
            number=number,
            lang=f.lang,
            press=press,
            nonce=f.nonce,
            notice=now.notice(f),
        )

    def save(uow: UnitOfWork, asked: Asked, reader: Reader) -> Answer:
        own = _own(asked, None, str(asked.lang.zone))
        made = schedules.put(
            uow,
            reader,
            asked.person,
            _timing(own),
            wants=condition_of(asked),
            says_quiet=own[QUIET] == "true",
            number=_number(asked),
            default=commands.default,
        )
        post(uow, reader, asked.activity, scheduled(made), asked.at)
        return closed()

    return Handler(
        look=look,
        changes={SAVE: save},
        instead=lambda _press, lang: lang.t(
            "Say when: “digest weekdays 08:30 Europe/Berlin severity>=medium”, or “digest change 2 daily 07:00”."
        ),
    )


def _timing(own: dict[str, str]) -> Timing:
    """Raises Refused, with what was understood."""
    days = own[ON] if own[ON] in ("daily", "weekdays", *DAYS) else _ON
    at = read_time(own[AT], understood=days)
    zone = read_zone(own[ZONE], understood=f"{days} {at:%H:%M}")
    return read_schedule(f"{days} {at:%H:%M}", zone=zone).timing


def _number(asked: Asked) -> int | None:
    number = asked.press.state.get("schedule")
    return number if isinstance(number, int) else None


def _own(asked: Asked, known: DigestSchedule | None, zone: str) -> dict[str, str]:
    """What stands beside the condition: as it was typed, else as it was typed before, else as it is."""
    timing = known.timing if known else None
    weekly = timing is not None and timing.rhythm is Rhythm.WEEKLY
    now = {
        ON: _ON if timing is None else DAYS[timing.weekday] if weekly else timing.rhythm.value,
        AT: f"{timing.at:%H:%M}" if timing else _AT,
        ZONE: timing.zone if timing else zone,
        QUIET: "true" if known is None or known.says_quiet else "false",
    }
    state, inputs = asked.press.state, asked.press.inputs
    # An input that was emptied is not sent: then it is empty, where the others came.
    sent = any(name in inputs for name in now)
    return {
        name: inputs.get(name, "" if sent and name in (AT, ZONE) else str(state.get(name, value)))[:60]
        for name, value in now.items()
    }
