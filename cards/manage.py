"""Manage alert: everything about one alert in one dialog, which stays open however often its card is updated."""

from collections.abc import Mapping, Sequence
from urllib.parse import quote, unquote

from bot.alerts.alert import TAG_LENGTH, TAGS_LIMIT
from bot.alerts.incident import Incident
from bot.alerts.views import AlertView
from bot.alerts.words import Classification, Status
from cards import vocabulary
from cards.actions import open_url, toggle
from cards.buttons import ME, NEW_INCIDENT, NOBODY
from cards.dialog_buttons import DialogCard, manage_press, submits
from cards.elements import Card, Element, card, container, rich, run
from cards.forms import incident_title, verdict_choices
from cards.inputs import Choice, choice, choices, people_picker, text_input
from cards.labels import classification_label, status_label, verdict_label
from cards.language import Language
from cards.parts import NAME, button_rows, head, notice_of, quiet, title_of
from cards.safe import brief, clip
from cards.size import Room, fit

#: The step that takes effect.
SAVE = "save"

#: The value of `incident` for none.
NO_INCIDENT = "none"

#: Characters of the comment: less than an alert takes, so that the dialog can come back with it.
_COMMENT = 6_000

_TAGS = 500

_INCIDENTS = 20

_GUIDED = (Classification.TRUE_POSITIVE, Classification.EXPECTED, Classification.FALSE_POSITIVE)


def shown_values(view: AlertView) -> dict[str, str]:
    """What the dialog's choices stand at; what somebody leaves there is not changed."""
    alert = view.alert
    return {
        "status": alert.status.value,
        "to": alert.assignee or NOBODY,
        "verdict": ":".join(part for part in (alert.classification.value, alert.determination) if part),
        "incident": NO_INCIDENT if alert.incident is None else str(alert.incident),
    }


def render_manage(
    view: AlertView,
    incidents: Sequence[Incident],
    typed: Mapping[str, str],
    *,
    lang: Language,
    nonce: str,
    notice: str = "",
    in_list: bool = False,
    link_hosts: frozenset[str] = frozenset(),
    tags: Sequence[str] = (),
) -> DialogCard:
    """`typed` is laid over what is: the inputs `status`, `to`, `verdict`, `untag`, `usual`, `tags`, `incident`,
    `comment`.

    `tags` are offered, those that people use most.
    """
    shown = {**shown_values(view), **typed}
    press = manage_press(view.alert.number, view.alert.revision, nonce, in_list=in_list)
    press = press.to(SAVE, nonce=nonce, state=press.state | shown_values(view))
    actions = [submits(lang.t("Save"), press, primary=True)]
    link = open_url(lang.t("Open the main alert page"), view.alert.alert_url, link_hosts=link_hosts)

    def build(room: Room) -> Card:
        return card(
            [
                *notice_of(notice),
                *head(view, lang),
                _status(shown, lang),
                _assignee(view, shown, lang),
                *_verdict(view, shown, lang),
                *_tags(view, shown, tags, lang),
                _incident(view, incidents[: min(_INCIDENTS, room.entries)], shown, lang),
                text_input(
                    "comment",
                    label=lang.t("Comment"),
                    placeholder=lang.t("What you saw, did, or want others to know"),
                    value=shown.get("comment", ""),
                    max_length=_COMMENT,
                    multiline=True,
                ),
                button_rows([*actions, *([link] if link else [])]),
            ]
        )

    return DialogCard(lang.t("Manage alert #{number}", number=view.alert.number), fit(build))


def untagged(value: str) -> tuple[str, ...]:
    """The tags that the input `untag` names."""
    return tuple(unquote(name) for name in value.split(",") if name)


def _status(shown: Mapping[str, str], lang: Language) -> Element:
    options = [choice(status_label(status, lang), status.value) for status in Status]
    return choices("status", options, label=lang.t("Status"), value=shown["status"])


def _assignee(view: AlertView, shown: Mapping[str, str], lang: Language) -> Element:
    """People of the conversation; clients that cannot search have at least oneself, nobody, and who has it now."""
    offered = [choice(lang.t("Me"), ME), choice(lang.t("Nobody"), NOBODY)]
    if view.alert.assignee is not None:
        offered.append(choice(brief(view.assignee_name or view.alert.assignee, NAME), view.alert.assignee))
    return people_picker(
        "to",
        label=lang.t("Assigned to"),
        placeholder=lang.t("Name of a person here"),
        offered=offered,
        value=shown["to"],
    )


def _verdict(view: AlertView, shown: Mapping[str, str], lang: Language) -> list[Element]:
    """One list of classifications with their kinds: it needs no second step, and is the same on every phone."""
    options = verdict_choices(lang)
    value = shown["verdict"]
    if value not in {option["value"] for option in options}:
        # An unusual verdict of the source's is offered as it is.
        label = verdict_label(view.alert.classification, view.alert.determination, lang)
        options = [*options, choice(clip(label, 100), value)]
    guidance = [
        rich(
            run(f"{classification_label(one, lang)}: ", weight="Bolder"),
            quiet(lang.term(vocabulary.GUIDANCE, one)),
            spacing="Small",
        )
        for one in _GUIDED
    ]
    return [
        choices("verdict", options, label=lang.t("What was it?"), value=value),
        button_rows([toggle(lang.t("When to use which?"), "guidance")], spacing="Small"),
        container(guidance, id="guidance", visible=False, spacing="Small"),
    ]


def _tags(view: AlertView, shown: Mapping[str, str], usual: Sequence[str], lang: Language) -> list[Element]:
    """Our own can be taken away; the source's are only told."""
    parts: list[Element] = []
    if view.alert.tags:
        own = [choice(brief(tag, TAG_LENGTH), quote(tag)) for tag in view.alert.tags[:TAGS_LIMIT]]
        parts.append(
            choices("untag", own, label=lang.t("Tags to take away"), value=shown.get("untag", ""), several=True)
        )
    others = [choice(brief(tag, TAG_LENGTH), quote(tag)) for tag in usual if tag not in view.alert.tags]
    if others:
        label, now = lang.t("Tags to add, of those in use"), shown.get("usual", "")
        parts.append(choices("usual", others, label=label, value=now, several=True, dataset="tags"))
    parts.append(
        text_input(
            "tags",
            label=lang.t("New tags") if others else lang.t("Tags to add"),
            placeholder=lang.t("vip lab"),
            value=shown.get("tags", ""),
            max_length=_TAGS,
        )
    )
    if view.alert.source_tags:
        names = clip(", ".join(brief(tag, NAME) for tag in view.alert.source_tags[:20]), 300)
        parts.append(rich(quiet(lang.t("The source's own tags: {tags}", tags=names)), spacing="Small"))
    return parts


def _incident(view: AlertView, incidents: Sequence[Incident], shown: Mapping[str, str], lang: Language) -> Element:
    options: list[Choice] = [
        choice(lang.t("In no incident"), NO_INCIDENT),
        choice(lang.t("New incident: {name}", name=clip(title_of(view.alert), 80)), NEW_INCIDENT),
    ]
    offered = list(incidents)
    if view.incident is not None and view.incident.number not in {one.number for one in offered}:
        offered.insert(0, view.incident)
    options += [choice(incident_title(one, lang), str(one.number)) for one in offered]
    if shown["incident"] not in {option["value"] for option in options}:
        options.append(choice(shown["incident"], shown["incident"]))
    return choices("incident", options, label=lang.t("Incident"), value=shown["incident"], dataset="incidents")
