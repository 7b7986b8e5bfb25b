"""The allow list: its entries, and the part of a dialog in which people choose them."""

from collections.abc import Sequence
from datetime import datetime

from bot.alerts.allowing import Allowed, IndicatorType, Offer
from cards.elements import Card, Element, card, column, columns, container, rich, run, text_block
from cards.inputs import choice, choices, text_input
from cards.language import Language, mark
from cards.parts import NAME, cut_note, joined, notice_of, quiet
from cards.safe import brief, clip, defang
from cards.size import Room, fit

#: Inputs of the dialog: the keys of what shall be allowed, and for which device groups.
EVIDENCE, GROUPS = "evidence", "groups"

_TYPES = {
    IndicatorType.FILE_SHA1: mark("File (SHA-1)"),
    IndicatorType.FILE_SHA256: mark("File (SHA-256)"),
    IndicatorType.IP_ADDRESS: mark("IP address"),
    IndicatorType.DOMAIN_NAME: mark("Domain"),
    IndicatorType.URL: mark("URL"),
}

#: Choices of one list that a dialog shows.
_OFFERED = 60


def render_allow_list(entries: Sequence[Allowed], *, lang: Language, now: datetime, notice: str = "") -> Card:
    """What is kept; nothing of it is in effect before it is imported."""

    def build(room: Room) -> Card:
        shown = entries[: room.entries]
        rows = [_row(entry, lang, now) for entry in shown]
        body = rows or [rich(run(lang.t("Nothing is on it. It is filled after a tuning rule is saved.")))]
        count = lang.n("{count} IOC", "{count} IOCs", len(entries))
        heading = columns(
            column(text_block(lang.t("Allow list"), size="Medium", heading=True)),
            column(rich(quiet(count), side="Right"), width="stretch", middle=True),
        )
        return card(
            [*notice_of(notice), heading, not_in_effect(lang), *body, *cut_note(len(entries) - len(shown), lang)]
        )

    return fit(build)


def not_in_effect(lang: Language) -> Element:
    text = lang.t(
        "Not in effect until imported: “tocsin allowlist FILE” writes the CSV for Defender's Settings, Endpoints,"
        " Indicators, Import."
    )
    return rich(run(text, color="Warning"), spacing="Small")


def allow_inputs(offers: Sequence[Offer], groups: Sequence[str], lang: Language) -> list[Element]:
    """“Select evidence (IOC) to allow” and “Select scope to apply to”."""
    shown = offers[:_OFFERED]
    options = [choice(_offer_title(offer, lang), offer.indicator.key) for offer in shown]
    return [
        choices(
            EVIDENCE,
            options,
            label=lang.t("Select evidence (IOC) to allow"),
            value=",".join(offer.indicator.key for offer in shown if offer.chosen),
            several=True,
        ),
        text_input(
            GROUPS,
            label=lang.t("Select scope to apply to: device groups, by commas; empty for all devices"),
            value=", ".join(groups),
            max_length=1_000,
        ),
    ]


def _offer_title(offer: Offer, lang: Language) -> str:
    indicator = offer.indicator
    name = brief(indicator.label, NAME)
    value = defang(clip(indicator.value, 70))
    label = lang.term(_LABELS, indicator.type.value)
    return f"{label}: {value}" if name == indicator.value else f"{label}: {name} ({value})"


def _row(entry: Allowed, lang: Language, now: datetime) -> Element:
    scope = ", ".join(brief(group, NAME) for group in entry.groups) or lang.t("all devices")
    who = lang.t("by {who}, {at}", who=brief(entry.by_name, NAME), at=lang.moment(entry.at, now=now))
    return container(
        [
            columns(
                column(
                    rich(
                        run(f"{lang.term(_LABELS, entry.indicator.type.value)}: ", weight="Bolder"),
                        run(brief(entry.indicator.label, NAME)),
                    ),
                    width="stretch",
                ),
                column(rich(quiet(str(entry.id)), side="Right")),
            ),
            rich(run(defang(clip(entry.indicator.value, 120)), mono=True), spacing="None"),
            rich(quiet(joined((scope, brief(entry.title, NAME), who))), spacing="None"),
        ],
        separator=True,
    )


_LABELS = {type_.value: label for type_, label in _TYPES.items()}
