"""An entity: what it is, what the source says of it, and the alerts with it, open and past."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from bot.alerts.entities import EntityFacts, EntityView
from bot.alerts.evidence import Evidence
from bot.alerts.incident import Incident
from bot.alerts.views import AlertView
from bot.alerts.words import Classification
from cards import vocabulary
from cards.actions import execute, open_url
from cards.buttons import NEW_INCIDENT, Listing, OpenedFrom, Press, Verb, entity_token
from cards.elements import Action, Card, Element, card, column, columns, container, rich, run, text_block
from cards.forms import incident_title, reason_field
from cards.inputs import choice, choices, text_input
from cards.labels import classification_label, kind_label, state_label, verdict_label
from cards.language import Language, mark
from cards.parts import (
    NAME,
    Buttons,
    back,
    button_rows,
    buttons_for,
    cut_note,
    head,
    joined,
    notice_of,
    quiet,
    row_head,
)
from cards.pieces import piece_facts, piece_label
from cards.safe import brief, clip
from cards.size import Room, fit

#: The value of `step` for linking the open alerts of an entity.
LINK = "link"

#: The longest key that a button carries.
KEY = 400

#: What people look for first, by kind; others are called by their kind.
_GROUPS: Mapping[str, str] = {
    "user": mark("Accounts"), "device": mark("Hosts"), "ip": mark("Addresses"), "url": mark("Web addresses"),
    "dns": mark("Domains"), "mailbox": mark("Mailboxes"), "securityGroup": mark("Security groups"),
    "file": mark("Files"), "process": mark("Processes"), "cloudApplication": mark("Applications"),
    "oauthApplication": mark("Applications"), "servicePrincipal": mark("Service principals"),
}  # fmt: skip

#: The side that a host or an address is on says more than what it is.
_SIDES: Mapping[tuple[str, str], str] = {
    ("device", "source"): mark("Source host"), ("device", "attacker"): mark("Source host"),
    ("device", "destination"): mark("Destination host"), ("device", "attacked"): mark("Destination host"),
    ("ip", "source"): mark("Source address"), ("ip", "attacker"): mark("Source address"),
    ("ip", "destination"): mark("Destination address"), ("ip", "attacked"): mark("Destination address"),
    ("ip", "commandAndControl"): mark("Command and control"), ("url", "commandAndControl"): mark("Command and control"),
    ("user", "compromised"): mark("Compromised accounts"), ("user", "attacker"): mark("Attacker's accounts"),
}  # fmt: skip

#: Groups of buttons, and buttons of a group, on one card.
_GROUPS_SHOWN, _EACH = 6, 4


def role_group(piece: Evidence, lang: Language) -> str:
    """`Source host`, `Accounts`, `Domains` …: under which word a piece of evidence stands."""
    side = next((_SIDES[piece.kind, role] for role in piece.roles if (piece.kind, role) in _SIDES), None)
    if side is not None:
        return lang.catalogue.gettext(side)
    known = _GROUPS.get(piece.kind)
    return lang.catalogue.gettext(known) if known else clip(kind_label(piece.kind, lang), NAME)


#: What details offer as buttons: who and where. The rest stands among the evidence.
_WHO_AND_WHERE = frozenset(_GROUPS) - {"process", "file"}


def who_and_where(pieces: Iterable[Evidence]) -> list[Evidence]:
    return [piece for piece in pieces if piece.kind in _WHO_AND_WHERE]


def entity_buttons(
    pieces: Iterable[Evidence], alert: int, nonce: str, lang: Language, *, most: int = _GROUPS_SHOWN
) -> list[Element]:
    """Entities as buttons, labelled by their role in the alert."""
    groups: dict[str, dict[str, Evidence]] = {}
    for piece in pieces:
        if piece.entity and len(piece.entity.encode(errors="replace")) <= KEY and piece.label:
            groups.setdefault(role_group(piece, lang), {}).setdefault(piece.entity, piece)
    elements: list[Element] = []
    for label, members in list(groups.items())[:most]:
        shown = list(members.values())[:_EACH]
        more = len(members) - len(shown)
        words = f"{label} ({len(members)})" if more else label
        elements.append(rich(quiet(words), spacing="Small"))
        elements.append(button_rows([_open(piece, alert, nonce) for piece in shown], spacing="None"))
    return elements


def render_entity(
    view: EntityView,
    *,
    lang: Language,
    now: datetime,
    nonce: str,
    notice: str = "",
    link_hosts: frozenset[str] = frozenset(),
) -> Card:
    piece, facts = view.piece, view.facts

    def build(room: Room) -> Card:
        shown = view.alerts[: room.entries]
        cut = (len(view.alerts) - len(shown)) if view.pages > 1 else facts.count - len(shown)
        return card(
            [
                *notice_of(notice),
                _head(view, lang),
                rich(run(brief(piece_label(piece), 200), weight="Bolder", size="Medium")),
                *(rich(run(text), spacing="Small") for text in _lines(facts, lang, now) if text),
                *_properties(piece, lang, room),
                text_block(_title(view, lang), heading=True, spacing="Medium", separator=True),
                *(_row(one, view, lang, now, nonce) for one in shown),
                *cut_note(cut, lang),
                button_rows(_turn(view, nonce, lang), _actions(view, nonce, lang, link_hosts)),
            ]
        )

    return fit(build)


def _head(view: EntityView, lang: Language) -> Element:
    # The side that it is on is in the first words already.
    further = [role for role in view.facts.roles if (view.piece.kind, role) not in _SIDES]
    roles = ", ".join(lang.term(vocabulary.ROLES, role[:NAME]) for role in further[:3])
    line = columns(
        column(
            rich(run(role_group(view.piece, lang), weight="Bolder"), quiet(f" · {roles}" if roles else "")),
            width="stretch",
        ),
        column(rich(run(f"#{view.alert.alert.number}" if view.alert else ""), side="Right")),
    )
    return container([line], style="emphasis", bleed=True, spacing="None")


def _lines(facts: EntityFacts, lang: Language, now: datetime) -> list[str]:
    first, last = lang.moment(facts.first_seen, now=now), lang.moment(facts.last_seen, now=now)
    count = lang.n("{count} alert", "{count} alerts", facts.count)
    if facts.more:
        count = lang.t("the newest {alerts}", alerts=count)
    verdicts = (
        f"{number} {lang.inside(classification_label(classification, lang))}"
        for classification, number in sorted(facts.verdicts.items(), key=lambda item: -item[1])
        if classification is not Classification.NOT_SET
    )
    said = (
        f"{number} {lang.inside(lang.term(vocabulary.VERDICTS, verdict[:NAME]))}"
        for verdict, number in sorted(facts.pieces.items(), key=lambda item: -item[1])
        if verdict not in ("", "unknown")
    )
    judged, told = ", ".join(verdicts), ", ".join(said)
    return [
        lang.t("{alerts}, {open} open", alerts=count, open=facts.open),
        lang.t("First seen {first}, last seen {last}", first=first, last=last),
        lang.t("How they ended: {verdicts}", verdicts=judged) if judged else lang.t("None of them has a verdict yet"),
        lang.t("The source says: {verdicts}", verdicts=told) if told else "",
    ]


def _properties(piece: Evidence, lang: Language, room: Room) -> list[Element]:
    facts = piece_facts(piece, lang, most=room.facts)
    if piece.tags:
        facts = [*facts, (lang.t("Tags"), clip(", ".join(brief(tag, NAME) for tag in piece.tags[:6]), 120))]
    return [rich(quiet(f"{label}: "), run(value), spacing="None") for label, value in facts]


def _title(view: EntityView, lang: Language) -> str:
    if view.pages > 1:
        return lang.t("Alerts with it, page {page} of {pages}", page=view.page + 1, pages=view.pages)
    return lang.t("Alerts with it")


def _row(one: AlertView, view: EntityView, lang: Language, now: datetime, nonce: str) -> Element:
    alert = one.alert
    focus = view.alert is not None and view.alert.alert.number == alert.number
    verdict = ""
    if alert.classification is not Classification.NOT_SET:
        verdict = verdict_label(alert.classification, alert.determination, lang)
    incident = lang.t("incident {number}", number=alert.incident) if alert.incident is not None else ""
    said = (state_label(alert, lang), brief(one.assignee_name or "", NAME), verdict, incident)
    when = lang.moment(alert.last_activity, now=now)
    mine = lang.t("this alert") if focus else ""
    opened_from = OpenedFrom(
        Listing.ENTITY, view.alert.alert.number if view.alert else None, entity_token(view.piece.entity)
    )
    open_it = Buttons(alert.number, alert.revision, nonce, opened_from).plain(
        lang.t("Open #{number}", number=alert.number), Verb.REFRESH
    )
    return container(
        [row_head(alert, lang), rich(run(joined((*said, when, mine))), spacing="None")], select=open_it, spacing="Small"
    )


def _turn(view: EntityView, nonce: str, lang: Language) -> list[Action]:
    number = view.alert.alert.number if view.alert else None
    return [
        execute(
            title,
            Verb.ENTITY.value,
            Press(alert=number, entity=entity_token(view.piece.entity), page=page, nonce=nonce).data(),
        )
        for title, page in ((lang.t("Previous"), view.page - 1), (lang.t("Next"), view.page + 1))
        if 0 <= page < view.pages
    ]


def _actions(view: EntityView, nonce: str, lang: Language, link_hosts: frozenset[str]) -> list[Action]:
    """What fits, and the way back."""
    if view.alert is None:
        return [execute(lang.t("Open the queue"), Verb.QUEUE.value, Press(listing=Listing.QUEUE, nonce=nonce).data())]
    alert = view.alert.alert
    buttons = Buttons(alert.number, alert.revision, nonce)
    actions = [
        buttons.plain(lang.t("Tune…"), Verb.TUNE),
        execute(lang.t("All entities"), Verb.ENTITY.value, Press(alert=alert.number, nonce=nonce).data()),
        buttons.plain(lang.t("Back"), Verb.BACK, inputs="none"),
    ]
    if view.facts.open > 1:
        press = Press(alert=alert.number, entity=entity_token(view.piece.entity), step=LINK, nonce=nonce)
        actions.insert(0, execute(lang.t("Link the open ones…"), Verb.ENTITY.value, press.data()))
    link = open_url(lang.t("Open in the portal"), portal_of(view), link_hosts=link_hosts)
    return [*actions, link] if link else actions


def portal_of(view: EntityView) -> str:
    """Where the portal shows it, for kinds of which the address is known; else its alert's."""
    said = view.piece.properties
    device = said.get("mdeDeviceId")
    if view.piece.kind == "device" and isinstance(device, str) and device.isalnum():
        return f"https://security.microsoft.com/machines/v2/{device}/overview"
    return view.alert.alert.alert_url if view.alert is not None else ""


def render_entities(
    view: AlertView, pieces: Sequence[Evidence], *, lang: Language, nonce: str, opened_from: OpenedFrom | None = None
) -> Card:
    """Everything that an alert is about, each a button."""
    buttons = buttons_for(view, nonce=nonce, opened_from=opened_from)

    def build(room: Room) -> Card:
        shown = entity_buttons(pieces, view.alert.number, nonce, lang, most=max(2, room.evidence // 3))
        nothing = rich(quiet(lang.t("This alert names no device, account, file or address.")), spacing="Small")
        return card([*head(view, lang), *(shown or [nothing]), button_rows([back(buttons, lang)])])

    return fit(build)


def render_entity_link_form(view: EntityView, incidents: Sequence[Incident], *, lang: Language, nonce: str) -> Card:
    """Into which incident all its open alerts shall go, as inputs `incident`, `reason` and `comment`."""
    number = view.alert.alert.number if view.alert else None

    def build(room: Room) -> Card:
        options = [choice(lang.t("A new incident"), NEW_INCIDENT)]
        options += [choice(incident_title(one, lang), str(one.number)) for one in incidents[: min(20, room.entries)]]
        told = lang.n("This links {count} open alert.", "This links {count} open alerts.", view.facts.open)
        save = Press(alert=number, entity=entity_token(view.piece.entity), step=LINK, nonce=nonce)
        away = Press(alert=number, entity=entity_token(view.piece.entity), nonce=nonce)
        return card(
            [
                _head(view, lang),
                rich(run(brief(piece_label(view.piece), 200), weight="Bolder", size="Medium")),
                rich(run(told), spacing="Small"),
                choices(
                    "incident",
                    options,
                    label=lang.t("Link to incident"),
                    value=NEW_INCIDENT,
                    required=lang.t("Choose an incident, or press Back."),
                ),
                reason_field(lang),
                text_input("comment", label=lang.t("Comment (not required)"), max_length=10_000, multiline=True),
                button_rows(
                    [
                        execute(lang.t("Link"), Verb.ENTITY.value, save.data(), inputs="auto", primary=True),
                        execute(lang.t("Back"), Verb.ENTITY.value, away.data(), inputs="none"),
                    ]
                ),
            ]
        )

    return fit(build)


def _open(piece: Evidence, alert: int, nonce: str) -> Action:
    press = Press(alert=alert, entity=entity_token(piece.entity), nonce=nonce)
    return execute(brief(piece_label(piece), 40), Verb.ENTITY.value, press.data(), inputs="none")
