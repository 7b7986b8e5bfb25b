"""Details: everything that the source said about an alert, in the order in which people ask for it."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.alerts.alert import Alert
from bot.alerts.evidence import ASSET_KINDS, Evidence
from bot.alerts.views import AlertView, Comment, DetailsView
from cards import vocabulary
from cards.actions import open_url
from cards.actions_taken import action_center, actions_button, actions_section
from cards.alert_card import assets_text, context_text, when_text
from cards.buttons import OpenedFrom, Verb
from cards.elements import Action, Card, Element, card, container, rich, run, text_block
from cards.entity import entity_buttons, who_and_where
from cards.labels import detection_label, kind_label, verdict_label
from cards.language import Language
from cards.parts import NAME, back, button_rows, buttons_for, cut_note, head, joined, notice_of, quiet
from cards.pieces import piece_facts, piece_label
from cards.reasons import reason_text
from cards.safe import brief, clip
from cards.size import Room, fit
from cards.source_links import source_links
from cards.techniques import technique_label

#: Kinds in the order of their groups: what is affected, then what it was done with.
_ORDER = {kind: place for place, kind in enumerate((*ASSET_KINDS, "process", "file", "url", "ip", "dns"))}

_PARAGRAPHS, _TECHNIQUES, _LABELS = 12, 12, 20


def render_details(
    details: DetailsView,
    *,
    lang: Language,
    now: datetime,
    nonce: str,
    notice: str = "",
    opened_from: OpenedFrom | None = None,
    link_hosts: frozenset[str] = frozenset(),
) -> Card:
    """Description, evidence, comments, what to do, and where to read on."""
    view = details.view
    buttons = buttons_for(view, nonce=nonce, opened_from=opened_from)
    to_routes = buttons.plain(lang.t("Where it goes"), Verb.WHERE)
    center = action_center(view.alert, lang, link_hosts)
    actions = [back(buttons, lang), actions_button(buttons, lang), to_routes, *_links(view.alert, lang, link_hosts)]
    actions += [center] if center else []

    def build(room: Room) -> Card:
        return card(
            [
                *notice_of(notice),
                *head(view, lang),
                *_summary(view, lang, now),
                *_prose(lang.t("What happened"), view.alert.description, room),
                *actions_section(view, details.evidence, lang, room),
                *_evidence(details.evidence, view.alert.evidence_count, lang, room),
                *_entities(details, lang, nonce, room),
                *_comments(details.comments, lang, now, room),
                *_prose(lang.t("Recommended actions"), view.alert.recommended_actions, room),
                *_background(view.alert, lang, room),
                button_rows(actions),
            ]
        )

    return fit(build)


def _summary(view: AlertView, lang: Language, now: datetime) -> list[Element]:
    """The same lines as on the card, so that the eye finds them."""
    alert = view.alert
    texts = (assets_text(alert, lang), context_text(view, lang), when_text(view, lang, now))
    lines = [rich(run(text), spacing="Small") for text in texts if text]
    if alert.incident is not None and alert.incident_reason:
        why = reason_text(alert.incident_reason, lang)
        lines.append(_line(lang.t("In incident {number}", number=alert.incident), why))
    lines.append(_line(lang.t("Classification"), verdict_label(alert.classification, alert.determination, lang)))
    if tags := ", ".join(brief(tag, NAME) for tag in dict.fromkeys((*alert.tags, *alert.source_tags))):
        lines.append(_line(lang.t("Tags"), clip(tags, 200)))
    return lines


def _prose(title: str, text: str, room: Room) -> list[Element]:
    """A text of the source, a paragraph an element; clients would run them together otherwise."""
    words = clip(text[: 4 * room.text].strip(), room.text)
    paragraphs = [line.strip() for line in words.splitlines() if line.strip()]
    if not paragraphs:
        return []
    kept = paragraphs[:_PARAGRAPHS]
    kept[-1] = "\n".join(paragraphs[len(kept) - 1 :]) if len(paragraphs) > len(kept) else kept[-1]
    return [_heading(title), *(rich(run(line), spacing="Small") for line in kept)]


def _evidence(evidence: Sequence[Evidence], count: int, lang: Language, room: Room) -> list[Element]:
    """Grouped by kind, affected assets first; each with verdict, remediation, roles, and what its kind tells."""
    if not evidence:
        return []
    ranked = sorted(evidence, key=lambda piece: _ORDER.get(piece.kind, len(_ORDER)))
    shown = ranked[: room.evidence]
    elements: list[Element] = [_heading(lang.t("Evidence ({count})", count=max(count, len(evidence))))]
    kind = None
    for piece in shown:
        if piece.kind != kind:
            kind = piece.kind
            elements.append(rich(run(clip(kind_label(kind, lang), NAME), weight="Bolder"), spacing="Medium"))
        elements.append(_piece(piece, lang, room))
    return [*elements, *cut_note(max(count, len(evidence)) - len(shown), lang)]


def _entities(details: DetailsView, lang: Language, nonce: str, room: Room) -> list[Element]:
    """The same as buttons, labelled by role: other alerts with each are behind it."""
    if not room.facts:
        return []
    shown = entity_buttons(who_and_where(details.evidence), details.view.alert.number, nonce, lang)
    return [_heading(lang.t("Who and what")), *shown] if shown else []


def _piece(piece: Evidence, lang: Language, room: Room) -> Element:
    verdict = lang.term(vocabulary.VERDICTS, piece.verdict[:NAME]) if piece.verdict not in ("", "unknown") else ""
    remedy = (
        lang.term(vocabulary.REMEDIATIONS, piece.remediation[:NAME]) if piece.remediation not in ("", "none") else ""
    )
    roles = ", ".join(lang.term(vocabulary.ROLES, role[:NAME]) for role in piece.roles[:6])
    runs = [run(piece_label(piece))]
    if verdict:
        runs.append(
            run(
                f" · {clip(verdict, NAME)}",
                weight="Bolder",
                color="Attention" if piece.verdict == "malicious" else None,
            )
        )
    if rest := joined((clip(remedy, NAME), roles, clip(", ".join(brief(tag, NAME) for tag in piece.tags[:6]), 120))):
        runs.append(quiet(f" · {rest}"))
    lines = [rich(*runs, spacing="Small")]
    facts = piece_facts(piece, lang, most=room.facts)
    lines += [
        rich(quiet(f"{label}: "), run(value, mono=label == lang.t("Command line")), spacing="None")
        for label, value in facts
    ]
    return container(lines, spacing="Small")


def _comments(comments: Iterable[Comment], lang: Language, now: datetime, room: Room) -> list[Element]:
    kept = [comment for comment in comments if not comment.withdrawn]
    shown = kept[: room.entries]
    if not shown:
        return []
    lines = [
        rich(
            quiet(f"{brief(comment.author, NAME)} · {lang.moment(comment.at, now=now)}  "),
            run(clip(comment.text[: 4 * room.text], min(1_000, room.text))),
            spacing="Small",
        )
        for comment in shown
    ]
    return [_heading(lang.t("Comments")), *lines, *cut_note(len(kept) - len(shown), lang)]


def _background(alert: Alert, lang: Language, room: Room) -> list[Element]:
    techniques = [technique_label(brief(name, 40)) for name in alert.mitre[:_TECHNIQUES]]
    rows = (
        (lang.t("Techniques"), ", ".join(techniques)),
        (lang.t("Threat"), alert.threat),
        (lang.t("Threat actor"), alert.threat_actor),
        (lang.t("Product"), alert.product),
        (lang.t("Detected by"), detection_label(alert, lang)),
        (lang.t("Alert type"), alert.alert_type),
        (lang.t("Id at the source"), alert.external_id),
    )
    lines = [_line(label, brief(value, min(400, room.text))) for label, value in rows if value]
    most = min(_LABELS, 2 * room.facts)
    labels = list(alert.labels.items())
    lines += [_line(brief(name, NAME), brief(value, 200)) for name, value in labels[:most]]
    if not lines and not labels:
        return []
    return [_heading(lang.t("Background")), *lines, *cut_note(len(labels) - most, lang)]


def _links(alert: Alert, lang: Language, link_hosts: frozenset[str]) -> list[Action]:
    own = source_links(alert, lang, link_hosts)
    wanted = [(lang.t("Incident in the portal"), alert.incident_url)]
    if not any(link["url"] == alert.documentation_url for link in own):
        wanted.append((lang.t("Documentation"), alert.documentation_url))
    links = [*own, *(open_url(title, url, link_hosts=link_hosts) for title, url in wanted if url)]
    if alert.mitre:
        path = alert.mitre[0].replace(".", "/")
        links.append(open_url(lang.t("ATT&CK"), f"https://attack.mitre.org/techniques/{path}/", link_hosts=link_hosts))
    return [link for link in links if link is not None]


def _heading(title: str) -> Element:
    return text_block(title, heading=True, spacing="Medium", separator=True)


def _line(label: str, value: str) -> Element:
    return rich(quiet(f"{label}: "), run(value), spacing="Small")
