"""Actions taken and impacted assets: what became of each, and what investigations of the same type found."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

from bot.alerts.action_views import PENDING_APPROVAL, ActionsView, AssetGroup, group_of, in_groups, waits_for_approval
from bot.alerts.alert import Alert
from bot.alerts.evidence import Evidence
from bot.alerts.views import AlertView
from cards import vocabulary
from cards.actions import open_url
from cards.buttons import Listing, OpenedFrom, Verb
from cards.elements import Action, Card, Element, Run, card, container, rich, run, text_block
from cards.labels import investigation_label, kind_label
from cards.language import Language, mark
from cards.parts import (
    NAME,
    Buttons,
    button_rows,
    buttons_for,
    head,
    joined,
    notice_of,
    quiet,
    row_head,
)
from cards.pieces import piece_label
from cards.safe import brief, clip
from cards.size import Room, fit

#: In the press that opens this: the step, and after a dot the page.
STEP = "actions"

#: Names of a group on the details card.
_NAMES = 3

_SOURCE = "graph"
_PORTAL = "security.microsoft.com"
_HISTORY = "action-center/history"

_TITLES: Mapping[AssetGroup, str] = {
    AssetGroup.MAILBOXES: mark("Mailboxes"),
    AssetGroup.DEVICES: mark("Devices"),
    AssetGroup.USERS: mark("Users"),
    AssetGroup.REST: mark("Everything else"),
}


def page_of(step: str | None) -> int | None:
    """The page that a press asks for; None where it asks for something else."""
    name, _, page = (step or "").partition(".")
    return None if name != STEP else int(page) if page.isdecimal() else 0


def actions_button(buttons: Buttons, lang: Language) -> Action:
    return buttons.given(lang.t("Actions taken"), Verb.DETAILS, step=STEP)


def action_center(alert: Alert, lang: Language, link_hosts: frozenset[str]) -> Action | None:
    """The History tab of the portal's action center, of the same tenant as the alert's own page."""
    if alert.source != _SOURCE:
        return None
    there = urlsplit(alert.alert_url)
    host = there.hostname if there.hostname and there.hostname.startswith("security.") else _PORTAL
    tenant = parse_qs(there.query).get("tid", [""])[0]
    address = f"https://{host}/{_HISTORY}" + (f"?tid={tenant}" if tenant.replace("-", "").isalnum() else "")
    return open_url(lang.t("View in action center"), address, link_hosts=link_hosts)


def actions_section(view: AlertView, evidence: Sequence[Evidence], lang: Language, room: Room) -> list[Element]:
    """In a few lines: the investigation, what waits for somebody, and each group with what became of it."""
    told = _investigation(view.alert, waits_for_approval(in_groups(evidence)), lang)
    if room.evidence:
        told += [line for group in AssetGroup if group is not AssetGroup.REST for line in _short(evidence, group, lang)]
    return [_heading(lang.t("Actions taken")), *told] if told else []


def render_actions(
    taken: ActionsView,
    *,
    lang: Language,
    now: datetime,
    nonce: str,
    notice: str = "",
    opened_from: OpenedFrom | None = None,
    link_hosts: frozenset[str] = frozenset(),
) -> Card:
    """A page of the evidence in its groups, and the investigations of the same alert type."""
    view = taken.view
    buttons = buttons_for(view, nonce=nonce, opened_from=opened_from)
    turns = []
    if taken.page:
        turns.append(buttons.given(lang.t("Previous"), Verb.DETAILS, step=f"{STEP}.{taken.page - 1}"))
    if taken.left:
        more = lang.n("and {count} more", "and {count} more", taken.left)
        turns.append(buttons.given(more, Verb.DETAILS, step=f"{STEP}.{taken.page + 1}"))
    link = action_center(view.alert, lang, link_hosts)
    onward = [buttons.plain(lang.t("Details"), Verb.DETAILS), buttons.plain(lang.t("Back"), Verb.BACK)]

    def build(room: Room) -> Card:
        return card(
            [
                *notice_of(notice),
                *head(view, lang),
                text_block(lang.t("Actions taken"), heading=True, spacing="Medium"),
                *_investigation(view.alert, taken.waiting, lang),
                *_groups(taken, lang, room),
                *([button_rows(turns)] if turns else []),
                *_investigations(taken, lang, now, nonce, room),
                button_rows([*([link] if link else []), *onward]),
            ]
        )

    return fit(build)


def _investigation(alert: Alert, waiting: Sequence[Evidence], lang: Language) -> list[Element]:
    """How the automated investigation stands, in words; what waits for somebody is called out."""
    lines: list[Element] = []
    if state := investigation_label(alert, lang):
        number = alert.labels.get("investigationId", "")
        label = lang.t("Investigation {number}", number=brief(number, 40)) if number else lang.t("Investigation")
        lines.append(rich(quiet(f"{label}: "), run(state, weight="Bolder"), spacing="Small"))
    if names := [brief(piece_label(piece), NAME) for piece in waiting]:
        what = _some(names, lang)
        lines.append(_called_out(lang.t("Waits for somebody's approval in the action center: {what}", what=what)))
    elif alert.investigation_state == PENDING_APPROVAL and alert.is_open:
        lines.append(_called_out(lang.t("It waits for somebody's approval in the action center.")))
    return lines


def _called_out(text: str) -> Element:
    return container([rich(run(text, weight="Bolder"))], style="warning", spacing="Small")


def _short(evidence: Sequence[Evidence], group: AssetGroup, lang: Language) -> list[Element]:
    """`Devices: web-1 (Remediated), web-2 (Active) and 12 more`"""
    pieces = [piece for piece in in_groups(evidence) if group_of(piece) is group]
    if not pieces:
        return []
    names = [f"{brief(piece_label(piece), NAME)} ({_remedy(piece, lang)})" for piece in pieces]
    title = lang.catalogue.gettext(_TITLES[group])
    return [rich(quiet(f"{title}: "), run(_some(names, lang)), spacing="Small")]


def _some(names: Sequence[str], lang: Language) -> str:
    shown, more = ", ".join(names[:_NAMES]), len(names) - _NAMES
    if more <= 0:
        return shown
    return f"{shown} {lang.n('and {count} more', 'and {count} more', more)}"


def _groups(taken: ActionsView, lang: Language, room: Room) -> list[Element]:
    if not taken.evidence:
        return [rich(quiet(lang.t("No impacted assets were reported.")), spacing="Small")]
    elements: list[Element] = []
    group = None
    for piece in taken.evidence[: max(room.evidence, 1)]:
        if group_of(piece) is not group:
            group = group_of(piece)
            title = f"{lang.catalogue.gettext(_TITLES[group])} ({taken.counts[group]})"
            elements.append(rich(run(title, weight="Bolder"), spacing="Medium"))
        elements.append(_piece(piece, lang))
    return elements


def _piece(piece: Evidence, lang: Language) -> Element:
    """The asset, what became of it, and what it was found to be."""
    kind = f"{clip(kind_label(piece.kind, lang), NAME)}: " if group_of(piece) is AssetGroup.REST else ""
    verdict = lang.term(vocabulary.VERDICTS, piece.verdict[:NAME]) if piece.verdict not in ("", "unknown") else ""
    details = piece.properties.get("remediationStatusDetails")
    rest = joined((clip(verdict, NAME), brief(details, 120) if isinstance(details, str) else ""))
    return rich(
        quiet(kind),
        run(clip(piece_label(piece), 120)),
        _fate(piece, lang),
        *([quiet(f" · {rest}")] if rest else []),
        spacing="Small",
    )


def _fate(piece: Evidence, lang: Language) -> Run:
    """Nothing done is said quietly, or it would be the loudest word of a long list."""
    text = f" · {_remedy(piece, lang)}"
    if piece.remediation in ("", "none"):
        return quiet(text)
    return run(text, weight="Bolder", color="Warning" if piece.remediation == PENDING_APPROVAL else None)


def _remedy(piece: Evidence, lang: Language) -> str:
    """Its remediation status in words."""
    return clip(lang.term(vocabulary.REMEDIATIONS, (piece.remediation or "none")[:NAME]), NAME)


def _investigations(taken: ActionsView, lang: Language, now: datetime, nonce: str, room: Room) -> list[Element]:
    """How they ended by state, and the newest, each of which opens its alert."""
    found = taken.investigations
    title = _heading(lang.t("Investigations of this alert type"))
    if not found.count:
        none = lang.t("None of other alerts of this type that can be seen here.")
        return [title, rich(quiet(none), spacing="Small")]
    states = sorted(found.by_state.items(), key=lambda item: (-item[1], item[0]))
    told = [f"{lang.term(vocabulary.INVESTIGATIONS, state[:NAME])}: {count}" for state, count in states[:6]]
    return [
        title,
        rich(run(joined(told)), spacing="Small"),
        *(_investigated(alert, taken.view.alert.number, lang, now, nonce) for alert in found.newest[: room.entries]),
    ]


def _investigated(alert: Alert, of: int, lang: Language, now: datetime, nonce: str) -> Element:
    here = OpenedFrom(Listing.ACTIONS, of)
    open_it = Buttons(alert.number, alert.revision, nonce, here).plain(
        lang.t("Open #{number}", number=alert.number), Verb.REFRESH
    )
    assets = ", ".join(brief(asset.label, NAME) for asset in alert.assets[:2])
    state = investigation_label(alert, lang)
    return container(
        [
            row_head(alert, lang),
            rich(quiet(joined((state, assets, lang.moment(alert.last_activity, now=now)))), spacing="None"),
        ],
        select=open_it,
        separator=True,
    )


def _heading(title: str) -> Element:
    return text_block(title, heading=True, spacing="Medium", separator=True)
