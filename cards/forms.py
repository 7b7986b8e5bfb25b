"""Forms, shown in place of the card to whoever asked for them; each has a way back."""

from collections.abc import Sequence

from bot.alerts.alert import COMMENT_LIMIT
from bot.alerts.incident import Incident
from bot.alerts.views import AlertView
from bot.alerts.words import DETERMINATIONS, Classification, Status
from cards import vocabulary
from cards.buttons import ME, NEW_INCIDENT, NO_DETERMINATION, NOBODY, OpenedFrom, Verb
from cards.elements import Action, Card, Element, action_set, card, container, rich, run
from cards.inputs import Choice, choice, choices, people_picker, text_input
from cards.labels import classification_label, determination_label, verdict_label
from cards.language import Language
from cards.parts import NAME, TITLE, back, button_rows, buttons_for, head, notice_of, quiet, title_of
from cards.reasons import REASONS
from cards.safe import brief, clip
from cards.size import LIMIT, Room, fit

#: Characters that a comment's field takes; with its card a longer one would not come back whole.
_COMMENT_FIELD = COMMENT_LIMIT

_TAGS_FIELD = 1_000

_INCIDENTS = 20

_OFFERED = (Classification.TRUE_POSITIVE, Classification.EXPECTED, Classification.FALSE_POSITIVE)


def render_assign_form(
    view: AlertView,
    *,
    lang: Language,
    nonce: str,
    notice: str = "",
    opened_from: OpenedFrom | None = None,
) -> Card:
    """Who shall have it: a person of the conversation as input `to`, oneself, or nobody."""
    buttons = buttons_for(view, nonce=nonce, opened_from=opened_from)
    picker = people_picker(
        "to",
        label=lang.t("Assign to"),
        placeholder=lang.t("Name of a person here"),
        required=lang.t("Choose a person, or press Back."),
    )
    actions = [
        buttons.plain(lang.t("Assign"), Verb.ASSIGN, inputs="auto", primary=True),
        buttons.given(lang.t("To me"), Verb.ASSIGN, to=ME, inputs="none"),
    ]
    if view.alert.assignee is not None:
        actions.append(buttons.given(lang.t("To nobody"), Verb.ASSIGN, to=NOBODY, inputs="none"))
    return form(view, lang, notice, [picker], [*actions, back(buttons, lang)])


def render_comment_form(
    view: AlertView,
    *,
    lang: Language,
    nonce: str,
    notice: str = "",
    opened_from: OpenedFrom | None = None,
) -> Card:
    """A comment, as input `comment`."""
    buttons = buttons_for(view, nonce=nonce, opened_from=opened_from)
    field = text_input(
        "comment",
        label=lang.t("Comment"),
        placeholder=lang.t("What you saw, did, or want others to know"),
        max_length=_COMMENT_FIELD,
        multiline=True,
        required=lang.t("Write something, or press Back."),
    )
    save = buttons.plain(lang.t("Comment"), Verb.COMMENT, inputs="auto", primary=True)
    return form(view, lang, notice, [field], [save, back(buttons, lang)])


def render_classify_form(
    view: AlertView,
    classification: Classification | None = None,
    *,
    lang: Language,
    nonce: str,
    notice: str = "",
    opened_from: OpenedFrom | None = None,
) -> Card:
    """First the classification, each with Defender's guidance; then, with one given, the input `determination`."""
    buttons = buttons_for(view, nonce=nonce, opened_from=opened_from)
    if classification is None or classification is Classification.NOT_SET:

        def ask(offered: Classification) -> Action:
            return buttons.given(classification_label(offered, lang), Verb.CLASSIFY, classification=offered.value)

        rows = [
            container(
                [
                    action_set([ask(offered)]),
                    rich(quiet(lang.term(vocabulary.GUIDANCE, offered)), spacing="Small"),
                ],
                spacing="Medium",
            )
            for offered in _OFFERED
        ]
        actions: list[Action] = []
        if view.alert.classification is not Classification.NOT_SET:
            now = verdict_label(view.alert.classification, view.alert.determination, lang)
            rows.insert(0, rich(quiet(lang.t("Now: {verdict}", verdict=now)), spacing="Medium"))
            actions.append(
                buttons.given(
                    lang.t("Set back to not set"),
                    Verb.CLASSIFY,
                    classification=Classification.NOT_SET.value,
                    determination=NO_DETERMINATION,
                )
            )
        return form(view, lang, notice, rows, [*actions, back(buttons, lang)])
    field = choices(
        "determination",
        [
            *(choice(determination_label(kind, lang), kind) for kind in DETERMINATIONS[classification]),
            choice(lang.t("Not set"), NO_DETERMINATION),
        ],
        label=classification_label(classification, lang),
        value=_determination_now(view, classification),
        expanded=True,
    )
    save = buttons.given(
        lang.t("Classify"),
        Verb.CLASSIFY,
        classification=classification.value,
        determination=NO_DETERMINATION,
        inputs="auto",
        primary=True,
    )
    other = buttons.plain(lang.t("Another classification"), Verb.CLASSIFY, inputs="none")
    return form(view, lang, notice, [field], [save, other, back(buttons, lang)])


def render_resolve_form(
    view: AlertView,
    *,
    lang: Language,
    nonce: str,
    notice: str = "",
    opened_from: OpenedFrom | None = None,
) -> Card:
    """Resolve, and say what it was: inputs `classification` (joined with its determination) and `comment`."""
    buttons = buttons_for(view, nonce=nonce, opened_from=opened_from)
    options = verdict_choices(lang)
    now = ":".join(part for part in (view.alert.classification.value, view.alert.determination) if part)
    offered = now in {option["value"] for option in options}
    fields = [
        choices(
            "classification",
            options,
            label=lang.t("What was it?"),
            # An unusual verdict of the source stays as it is when nothing is chosen.
            value=now if offered else "",
            placeholder=""
            if offered
            else clip(verdict_label(view.alert.classification, view.alert.determination, lang), 100),
        ),
        text_input(
            "comment",
            label=lang.t("Comment (not required)"),
            max_length=_COMMENT_FIELD,
            multiline=True,
        ),
    ]
    save = buttons.given(lang.t("Resolve"), Verb.RESOLVE, status=Status.RESOLVED.value, inputs="auto", primary=True)
    return form(view, lang, notice, fields, [save, back(buttons, lang)])


def render_link_form(
    view: AlertView,
    incidents: Sequence[Incident],
    *,
    lang: Language,
    nonce: str,
    notice: str = "",
    opened_from: OpenedFrom | None = None,
) -> Card:
    """Which incident, as input `incident`: the newest ones, or a new one named after the alert."""
    buttons = buttons_for(view, nonce=nonce, opened_from=opened_from)
    fields: list[Element] = []
    if view.incident is not None:
        name = brief(view.incident.called, TITLE)
        now = lang.t("Now in incident {number}: {name}", number=view.incident.number, name=name)
        fields.append(rich(quiet(now if name else lang.t("Now in incident {number}", number=view.incident.number))))
    others = [incident for incident in incidents if incident.number != view.alert.incident]

    def build(room: Room) -> Card:
        offered = others[: min(_INCIDENTS, room.entries)]
        new = clip(title_of(view.alert), 80)
        # A new one first: nobody links to the wrong incident by pressing on.
        options = [choice(lang.t("New incident: {name}", name=new), NEW_INCIDENT)]
        options += [choice(incident_title(incident, lang), str(incident.number)) for incident in offered]
        field = choices(
            "incident",
            options,
            label=lang.t("Link to incident"),
            # Nobody moves it by pressing on.
            value=NEW_INCIDENT if view.incident is None else "",
            placeholder=lang.t("Number or name"),
            dataset="incidents",
            required=lang.t("Choose an incident, or press Back."),
        )
        why = [
            reason_field(lang),
            text_input("comment", label=lang.t("Comment (not required)"), max_length=_COMMENT_FIELD, multiline=True),
        ]
        save = buttons.plain(lang.t("Link"), Verb.LINK, inputs="auto", primary=True)
        return form(view, lang, notice, [*fields, field, *why], [save, back(buttons, lang)])

    return fit(build, limit=LIMIT)


def render_tag_form(
    view: AlertView,
    *,
    lang: Language,
    nonce: str,
    notice: str = "",
    opened_from: OpenedFrom | None = None,
) -> Card:
    """Tags to add and to take away, as input `tags`."""
    buttons = buttons_for(view, nonce=nonce, opened_from=opened_from)
    fields: list[Element] = []
    if view.alert.tags:
        now = clip(", ".join(brief(tag, NAME) for tag in view.alert.tags), 1_000)
        fields.append(rich(quiet(lang.t("Now: ")), run(now)))
    fields.append(
        text_input(
            "tags",
            label=lang.t("Tags: + adds, - takes away"),
            placeholder=lang.t("+vip -lab"),
            max_length=_TAGS_FIELD,
            required=lang.t("Write a tag, or press Back."),
        )
    )
    save = buttons.plain(lang.t("Save tags"), Verb.TAG, inputs="auto", primary=True)
    return form(view, lang, notice, fields, [save, back(buttons, lang)])


def form(view: AlertView, lang: Language, notice: str, fields: Sequence[Element], actions: Sequence[Action]) -> Card:
    """Inputs below what every card about an alert begins with, and buttons below those."""
    return card(
        [
            *notice_of(notice),
            *head(view, lang),
            *fields,
            button_rows(actions),
        ]
    )


def verdict_choices(lang: Language) -> list[Choice]:
    """`Not set`, and every classification alone and with each determination that goes with it."""
    options = [choice(lang.t("Not set"), Classification.NOT_SET.value)]
    for classification in _OFFERED:
        options.append(choice(classification_label(classification, lang), classification.value))
        options += [
            choice(verdict_label(classification, kind, lang), f"{classification.value}:{kind}")
            for kind in DETERMINATIONS[classification]
        ]
    return options


def _determination_now(view: AlertView, classification: Classification) -> str:
    now = view.alert.determination
    fits = view.alert.classification is classification and now in DETERMINATIONS[classification]
    return now if fits else NO_DETERMINATION


def reason_field(lang: Language) -> Element:
    """Why they belong together, as input `reason`: Graph's reasons, as the portal offers them."""
    options = [choice(lang.term(REASONS, reason), str(reason)) for reason in REASONS]
    return choices("reason", options, label=lang.t("Why they belong together"), placeholder=lang.t("No reason"))


def incident_title(incident: Incident, lang: Language) -> str:
    """`28: Credential theft on web-1 (3 alerts)`"""
    called = brief(incident.called, 80)
    name = f"{incident.number}: {called}" if called else str(incident.number)
    if not incident.alert_count:
        return name
    return f"{name} ({lang.n('{count} alert', '{count} alerts', incident.alert_count)})"
