"""An alert as rows of a table: the columns of Defender's alerts page, its history, its evidence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from urllib.parse import quote

from bot.alerts.evidence import Evidence
from bot.alerts.history import Entry
from bot.alerts.people import Person
from bot.alerts.views import AlertView
from bot.alerts.words import Classification, Severity
from cards import vocabulary
from cards.labels import (
    category_label,
    classification_label,
    detection_label,
    determination_label,
    investigation_label,
    kind_label,
    service_label,
    severity_label,
    state_label,
)
from cards.language import Language
from cards.sentences import change_text, changes_worth_telling, sentence, way_note

_IDENTITY = "microsoftDefenderForIdentity"


@dataclass(frozen=True, slots=True)
class Link:
    """An address to open, and what it is called where it can be opened; nothing where it is empty."""

    url: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """A word that shall be seen at a glance; the colour only says it again."""

    text: str
    severity: Severity


class Head(NamedTuple):
    """A column's title, how wide it is, in characters, and whether long texts take several lines."""

    title: str
    width: int
    wraps: bool = False


Cell = str | int | datetime | Link | Mark


def alert_heads(lang: Language) -> list[Head]:
    return [
        Head(lang.t("Number"), 9),
        Head(lang.t("Alert name"), 38, wraps=True),
        Head(lang.t("Tags"), 14, wraps=True),
        Head(lang.t("Severity"), 13),
        Head(lang.t("Investigation state"), 16, wraps=True),
        Head(lang.t("Status"), 12, wraps=True),
        Head(lang.t("Category"), 17, wraps=True),
        Head(lang.t("Detection source"), 14, wraps=True),
        Head(lang.t("Impacted assets"), 34, wraps=True),
        Head(lang.t("First activity"), 18),
        Head(lang.t("Last activity"), 18),
        Head(lang.t("Assigned to"), 15, wraps=True),
        Head(lang.t("Classification"), 17, wraps=True),
        Head(lang.t("Determination"), 16, wraps=True),
        Head(lang.t("Incident"), 9),
        Head(lang.t("Service"), 15, wraps=True),
        Head(lang.t("View in Microsoft 365 Defender"), 29),
        Head(lang.t("View in Microsoft Defender for Identity"), 35),
    ]


def alert_row(view: AlertView, lang: Language, *, identity_portal: str = "") -> list[Cell]:
    """`identity_portal` is what an alert's id follows in Defender for Identity; without it there is no such link."""
    alert = view.alert
    is_classified = alert.classification is not Classification.NOT_SET
    identity = alert.service_source == _IDENTITY and identity_portal
    return [
        alert.number,
        alert.title,
        ", ".join(dict.fromkeys((*alert.tags, *alert.source_tags))),
        Mark(severity_label(alert.severity, lang), alert.severity),
        investigation_label(alert, lang),
        state_label(alert, lang),
        category_label(alert.category, lang),
        detection_label(alert, lang),
        _assets(view, lang),
        alert.first_activity,
        alert.last_activity,
        view.assignee_name or "",
        classification_label(alert.classification, lang),
        determination_label(alert.determination, lang) if is_classified else "",
        alert.incident if alert.incident is not None else "",
        service_label(alert, lang),
        Link(alert.alert_url if alert.source == "graph" else "", lang.t("View in Microsoft 365 Defender")),
        Link(
            f"{identity_portal}{quote(alert.external_id, safe='')}" if identity else "",
            lang.t("View in Microsoft Defender for Identity"),
        ),
    ]


def history_heads(lang: Language) -> list[Head]:
    return [
        Head(lang.t("Number"), 9),
        Head(lang.t("When"), 19),
        Head(lang.t("What"), 52, wraps=True),
        Head(lang.t("Changes"), 44, wraps=True),
        Head(lang.t("Comment"), 60, wraps=True),
        Head(lang.t("Way"), 16),
    ]


def history_row(entry: Entry, lang: Language, people: Mapping[str, Person]) -> list[Cell]:
    changes = [change_text(change, lang, people) for change in changes_worth_telling(entry)]
    comment = lang.t("(withdrawn) {text}", text=entry.comment) if entry.withdrawn else entry.comment
    return [entry.alert, entry.at, sentence(entry, lang, people), "\n".join(changes), comment, way_note(entry, lang)]


def evidence_heads(lang: Language) -> list[Head]:
    return [
        Head(lang.t("Number"), 9),
        Head(lang.t("Kind"), 22),
        Head(lang.t("Name"), 48, wraps=True),
        Head(lang.t("Roles"), 18),
        Head(lang.t("Verdict"), 16),
        Head(lang.t("Remediation"), 18),
        Head(lang.t("Tags"), 20, wraps=True),
        Head(lang.t("Key"), 52),
    ]


def evidence_row(number: int, piece: Evidence, lang: Language) -> list[Cell]:
    return [
        number,
        kind_label(piece.kind, lang),
        piece.label,
        ", ".join(piece.roles),
        lang.term(vocabulary.VERDICTS, piece.verdict),
        lang.term(vocabulary.REMEDIATIONS, piece.remediation),
        ", ".join(piece.tags),
        piece.entity,
    ]


def _assets(view: AlertView, lang: Language) -> str:
    names: Sequence[str] = [asset.label for asset in view.alert.assets]
    more = max(view.alert.asset_count - len(names), 0)
    return ", ".join((*names, *([lang.n("{count} more", "{count} more", more)] if more else ())))
