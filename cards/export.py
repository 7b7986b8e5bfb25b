"""An export as people see it: how far it is, how to get at its file, and what became of it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from bot.alerts.export import About, Export, ExportState, Form
from cards.actions import execute, open_own
from cards.buttons import Press, Verb
from cards.elements import Action, Card, Element, card, rich, run
from cards.language import Language
from cards.outcome import numbers_text
from cards.parts import NAME, button_rows, notice_of, quiet
from cards.safe import brief

#: What a button of an export does: values of `do`.
STOP, AGAIN, LINK, LOOK = "stop", "again", "link", "look"

_FILTER: Final = 200


def export_title(export: Export, lang: Language) -> str:
    """`Export of alert #1042`"""
    wanted = export.wanted
    match wanted.about:
        case About.ALERTS if len(wanted.numbers) == 1:
            return lang.t("Export of alert #{number}", number=wanted.numbers[0])
        case About.ALERTS:
            return lang.t("Export of alerts {numbers}", numbers=brief(numbers_text(wanted.numbers), 80))
        case About.INCIDENT:
            return lang.t("Export of incident {number}", number=wanted.numbers[0])
        case About.QUEUE:
            return lang.t("Export of the queue")
        case About.MINE:
            return lang.t("Export of your alerts") if export.is_personal else lang.t("Export of one's own alerts")
        case _:
            return lang.t("Export of a search")


def export_text(export: Export, lang: Language) -> str:
    """What a locked phone shows."""
    return f"{export_title(export, lang)}: {_state(export, lang)}"


def render_export(
    export: Export, *, lang: Language, now: datetime, nonce: str, has_address: bool, notice: str = ""
) -> Card:
    """`has_address`: links to its file can be made."""
    lines: list[Element] = [rich(run(_state(export, lang)), spacing="Small")]
    if export.wanted.filter and export.wanted.about not in {About.ALERTS, About.INCIDENT}:
        lines.append(rich(quiet(brief(export.wanted.filter, _FILTER)), spacing="None"))
    lines += [rich(quiet(text), spacing="Small") for text in _more(export, lang, now, has_address=has_address) if text]
    buttons = _buttons(export, lang, nonce, has_address=has_address)
    return card(
        [
            *notice_of(notice),
            rich(run(export_title(export, lang), weight="Bolder", size="Medium")),
            *lines,
            *([button_rows(buttons)] if buttons else []),
        ]
    )


def render_link(export: Export, url: str, until: datetime, *, lang: Language, now: datetime, nonce: str) -> Card:
    """For one person's eyes: their own way to the file."""
    more = [
        execute(title, Verb.EXPORT.value, _press(export, nonce, do), inputs="none")
        for title, do in ((lang.t("New link"), LINK), (lang.t("Back"), LOOK))
    ]
    return card(
        [
            rich(run(export_title(export, lang), weight="Bolder", size="Medium")),
            rich(run(f"{_count(export, lang)}, {size_text(export.size, lang)}"), spacing="Small"),
            rich(
                quiet(
                    lang.t(
                        "This link is yours alone and holds until {moment}. Whoever has it gets the file.",
                        moment=lang.moment(until, now=now),
                    )
                ),
                spacing="Small",
            ),
            button_rows([open_own(lang.t("Download {form}", form=_form(export)), url), *more]),
        ]
    )


def offer_text(export: Export, lang: Language) -> str:
    """What Teams shows above Allow and Decline."""
    alerts = _count(export, lang)
    return lang.t("{title}: {alerts}. It goes to your OneDrive.", title=export_title(export, lang), alerts=alerts)


def size_text(size: int, lang: Language) -> str:
    """`34 KB`, `1.2 MB`"""
    if size < 1_000_000:
        return lang.t("{count} KB", count=lang.number(max(1, round(size / 1_000))))
    return lang.t("{count} MB", count=lang.number(round(size / 1_000_000, 1)))


def _count(export: Export, lang: Language) -> str:
    return lang.n("{number} alert", "{number} alerts", export.total, number=lang.number(export.total))


def _form(export: Export) -> str:
    return "CSV" if export.wanted.form is Form.CSV else "Excel"


def _state(export: Export, lang: Language) -> str:
    """One line."""
    alerts = f"{_count(export, lang)}, {_form(export)}"
    match export.state:
        case ExportState.WAITING if export.total:
            done, total = lang.number(export.done), lang.number(export.total)
            return lang.t("{done} of {total} alerts", done=done, total=total)
        case ExportState.WAITING:
            return lang.t("It is being made")
        case ExportState.READY:
            return f"{alerts}, {size_text(export.size, lang)}"
        case _:
            return _STATES[export.state](lang, alerts)


_STATES: Mapping[ExportState, Callable[[Language, str], str]] = {
    ExportState.SENDING: lambda lang, alerts: lang.t("{alerts}: on its way to your OneDrive", alerts=alerts),
    ExportState.SENT: lambda lang, alerts: lang.t("{alerts}: it is in your OneDrive", alerts=alerts),
    ExportState.EMPTY: lambda lang, _alerts: lang.t("No alert fits"),
    ExportState.DECLINED: lambda lang, alerts: lang.t("{alerts}: not saved, and gone", alerts=alerts),
    ExportState.STOPPED: lambda lang, _alerts: lang.t("It was stopped"),
    ExportState.EXPIRED: lambda lang, alerts: lang.t("{alerts}: it has expired, and is gone", alerts=alerts),
    ExportState.FAILED: lambda lang, _alerts: lang.t("It could not be made"),
}

#: Why one could not be made or saved, by a word that whoever made it leaves.
_WHY: Mapping[str, Callable[[Language], str]] = {
    "tooLarge": lambda lang: lang.t("The file would be too large. Ask for less, with a filter."),
    "noFiles": lambda lang: lang.t(
        "Teams does not let me offer you a file: whoever runs Tocsin uploads its Teams app anew, with supportsFiles."
    ),
    "upload": lambda lang: lang.t("OneDrive did not take it."),
    "interrupted": lambda lang: lang.t("Saving it was interrupted. It may be in your OneDrive all the same."),
}


def _more(export: Export, lang: Language, now: datetime, *, has_address: bool) -> list[str]:
    who = "" if export.is_personal else lang.t("Asked for by {who}", who=brief(export.person_name, NAME))
    match export.state:
        case ExportState.WAITING if export.attempt > 1:
            return [who, lang.t("Tocsin was restarted meanwhile, and has begun again")]
        case ExportState.READY if export.expires_at is not None:
            until = lang.t("Kept until {moment}", moment=lang.moment(export.expires_at, now=now))
            return [who, until if has_address or export.is_personal else ""]
        case ExportState.FAILED:
            why = _WHY.get(export.why)
            return [who, why(lang) if why else lang.t("Tocsin's log says why.")]
        case _:
            return [who]


def _buttons(export: Export, lang: Language, nonce: str, *, has_address: bool) -> list[Action]:
    def button(title: str, do: str, *, primary: bool = False) -> Action:
        press = _press(export, nonce, do)
        return execute(title, Verb.EXPORT.value, press, inputs="none", primary=primary)

    match export.state:
        case ExportState.WAITING:
            return [button(lang.t("Stop"), STOP)]
        case ExportState.READY if has_address:
            return [button(lang.t("Get the file"), LINK, primary=True)]
        case ExportState.SENDING | ExportState.READY:
            return []
        case ExportState.FAILED:
            return [button(lang.t("Try again"), AGAIN)]
        case _:
            return [button(lang.t("Export again"), AGAIN)]


def _press(export: Export, nonce: str, do: str) -> dict[str, object]:
    return Press(export=export.id, do=do, nonce=nonce).data()


def file_name(export: Export, now: datetime, lang: Language) -> str:
    """`tocsin-alert-1042-20261122-031207.xlsx`: ours alone, so that nobody's words are in it, and never the same twice,
    because OneDrive would keep the one that is there."""
    wanted = export.wanted
    match wanted.about:
        case About.ALERTS if len(wanted.numbers) == 1:
            what = f"alert-{wanted.numbers[0]}"
        case About.INCIDENT:
            what = f"incident-{wanted.numbers[0]}"
        case about:
            what = about.value
    return f"tocsin-{what}-{now.astimezone(lang.zone):%Y%m%d-%H%M%S}.{wanted.form.value}"
