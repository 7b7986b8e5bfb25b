"""Forms about an incident, shown in place of its card to whoever asked for them; each has a way back."""

from collections.abc import Sequence

from bot.alerts.incident import NAME_LENGTH, Incident
from bot.alerts.incident_views import IncidentView, MergeView
from bot.alerts.people import GROUP_LENGTH
from bot.alerts.words import Classification
from cards.actions import execute
from cards.buttons import ME, NOBODY, Step, Verb
from cards.elements import Action, Card, Element, card, rich, run
from cards.forms import incident_title, reason_field, verdict_choices
from cards.incident import incident_button, incident_head, incident_press
from cards.inputs import choice, choices, people_picker, text_input
from cards.language import Language
from cards.parts import button_rows, quiet
from cards.size import Room, fit

_NOTE_FIELD, _OFFERED = 10_000, 20


def render_rename_form(view: IncidentView, *, lang: Language, nonce: str) -> Card:
    field = text_input(
        "name",
        label=lang.t("Name"),
        value=view.incident.called,
        max_length=NAME_LENGTH,
        required=lang.t("Write a name, or press Back."),
    )
    return _form(view, lang, nonce, [field], [_save(lang.t("Rename"), view, nonce, Step.RENAME)])


def render_incident_comment_form(view: IncidentView, *, lang: Language, nonce: str) -> Card:
    field = text_input(
        "comment",
        label=lang.t("Comment"),
        max_length=_NOTE_FIELD,
        multiline=True,
        required=lang.t("Write something, or press Back."),
    )
    return _form(view, lang, nonce, [field], [_save(lang.t("Comment"), view, nonce, Step.COMMENT)])


def render_incident_assign_form(view: IncidentView, *, lang: Language, nonce: str) -> Card:
    """Who leads it: a person of the conversation as input `to`, oneself, or nobody."""
    picker = people_picker(
        "to",
        label=lang.t("Assign to"),
        placeholder=lang.t("Name of a person here"),
    )
    group = text_input("name", label=lang.t("Or to a group"), placeholder=lang.t("Tier 2"), max_length=GROUP_LENGTH)
    told = rich(quiet(lang.t("Its open alerts go with it.")), spacing="Small")
    actions = [
        _save(lang.t("Assign"), view, nonce, Step.ASSIGN),
        incident_button(lang.t("To me"), view, nonce, Step.ASSIGN, to=ME),
    ]
    if view.incident.assignee is not None:
        actions.append(incident_button(lang.t("To nobody"), view, nonce, Step.ASSIGN, to=NOBODY))
    return _form(view, lang, nonce, [told, picker, group], actions)


def render_incident_resolve_form(view: IncidentView, *, lang: Language, nonce: str) -> Card:
    """Says first what it does; inputs `comment`, which is needed, and `classification` for all its open alerts."""
    told = lang.n("This resolves {count} open alert.", "This resolves {count} open alerts.", view.facts.open)
    fields = [
        rich(run(told), spacing="Small"),
        choices(
            "classification", verdict_choices(lang), label=lang.t("What was it?"), value=Classification.NOT_SET.value
        ),
        text_input(
            "comment",
            label=lang.t("Note: why"),
            max_length=_NOTE_FIELD,
            multiline=True,
            required=lang.t("Say why, or press Back."),
        ),
    ]
    return _form(view, lang, nonce, fields, [_save(lang.t("Resolve"), view, nonce, Step.RESOLVE)])


def render_merge_form(merge: MergeView, *, lang: Language, nonce: str) -> Card:
    """Which other incident shall become part of this one, as input `incident`, and why: `reason`, `comment`."""
    view = merge.view
    if not merge.others:
        nothing = rich(run(lang.t("There is no other incident here.")), spacing="Small")
        return _form(view, lang, nonce, [nothing], [])

    def build(room: Room) -> Card:
        offered: Sequence[Incident] = merge.others[: min(_OFFERED, room.entries)]
        fields = [
            choices(
                "incident",
                [choice(incident_title(other, lang), str(other.number)) for other in offered],
                label=lang.t("Merge into this one"),
                placeholder=lang.t("Choose an incident"),
                required=lang.t("Choose an incident, or press Back."),
            ),
            reason_field(lang),
            text_input("comment", label=lang.t("Comment (not required)"), max_length=_NOTE_FIELD, multiline=True),
        ]
        return _form(view, lang, nonce, fields, [_save(lang.t("Merge"), view, nonce, Step.MERGE)])

    return fit(build)


def _save(title: str, view: IncidentView, nonce: str, step: Step) -> Action:
    press = incident_press(view, nonce, step)
    return execute(title, Verb.INCIDENT.value, press.data(), inputs="auto", primary=True)


def _form(view: IncidentView, lang: Language, nonce: str, fields: Sequence[Element], actions: Sequence[Action]) -> Card:
    back = incident_button(lang.t("Back"), view, nonce)
    return card([*incident_head(view, lang), *fields, button_rows([*actions, back])])
