"""The card of a tuning rule: a draft with what it would have caught, one that waits for approval, one in force."""

from datetime import datetime

from bot.alerts.tuning import Standing
from bot.alerts.tuning_views import RuleView
from cards.actions import execute
from cards.buttons import Press, Verb
from cards.elements import Card, Element, card, column, columns, container, rich, run
from cards.inputs import choice, choices
from cards.language import Language
from cards.parts import NAME, TITLE, button_rows, joined, notice_of, quiet
from cards.rule_buttons import SINCE, UNDO, look_button, rule_buttons
from cards.rule_parts import (
    action_text,
    caught_text,
    indicators_text,
    lookback_text,
    reach_text,
    services_text,
    standing_text,
    type_text,
    warnings_of,
    why_text,
)
from cards.safe import brief, clip
from cards.size import LIMIT, Room, fit


def render_rule(
    view: RuleView,
    *,
    lang: Language,
    now: datetime,
    nonce: str,
    notice: str = "",
    page: int | None = None,
    limit: int = LIMIT,
) -> Card:
    """`page` is that of the list from which it was opened; None where it stands alone."""

    def build(room: Room) -> Card:
        return card(
            [
                *notice_of(notice),
                *rule_body(view, lang, now, room),
                button_rows(*rule_buttons(view, lang, nonce, page)),
            ]
        )

    return fit(build, limit=limit)


def rule_text(view: RuleView, lang: Language) -> tuple[str, str]:
    """The message's text, and what a locked phone shows."""
    name, standing = brief(view.rule.terms.name, TITLE), standing_text(view, lang).lower()
    text = lang.t("Tuning rule “{name}”: {standing}", name=name, standing=standing)
    return text, text


def render_bring_back(view: RuleView, *, lang: Language, nonce: str, page: int | None, notice: str = "") -> Card:
    """Since when what the rule did shall be undone, as input `since`."""
    labels = {
        "today": lang.t("Today"),
        "yesterday": lang.t("Since yesterday"),
        "7d": lang.t("In the last 7 days"),
        "30d": lang.t("In the last 30 days"),
        "ever": lang.t("Ever"),
    }
    field = choices(
        "since",
        [choice(labels[since], since) for since in SINCE],
        label=lang.t("Bring back everything that this rule did"),
        value="today",
        expanded=True,
    )
    back = look_button(lang.t("Back"), view, nonce, page)
    undo = execute(
        lang.t("Bring back"),
        Verb.RULE.value,
        Press(rule=view.rule.id, do=UNDO, nonce=nonce, page=page).data(),
        inputs="auto",
        primary=True,
    )
    note = lang.t("What people have changed since stays as they left it. The rule itself stays as it is.")
    return card([*notice_of(notice), *rule_head(view, lang), field, rich(quiet(note)), button_rows([undo, back])])


def rule_body(view: RuleView, lang: Language, now: datetime, room: Room) -> list[Element]:
    """All that there is to say of a rule."""
    return [
        *rule_head(view, lang),
        *_what(view, lang, now, room),
        *_past(view, lang, now),
        *_warnings(view, lang),
    ]


def rule_head(view: RuleView, lang: Language) -> list[Element]:
    """What every card about a rule begins with."""
    number = view.edits.id if view.edits is not None else view.rule.id
    line = columns(
        column(
            rich(run(lang.t("TUNING RULE"), weight="Bolder"), run(f" · {standing_text(view, lang)}")), width="stretch"
        ),
        column(rich(run(lang.t("rule {number}", number=number)), side="Right")),
    )
    return [
        container([line], style="emphasis", bleed=True, spacing="None"),
        rich(run(brief(view.rule.terms.name, TITLE), weight="Bolder", size="Medium")),
    ]


def _what(view: RuleView, lang: Language, now: datetime, room: Room) -> list[Element]:
    terms = view.rule.terms
    lines = [
        rich(run(action_text(terms, lang), weight="Bolder"), spacing="Small"),
        rich(run(joined((type_text(terms, lang), services_text(terms, lang)))), spacing="Small"),
        rich(quiet(lang.t("Scope: ")), run(reach_text(terms, lang)), spacing="Small"),
        rich(
            quiet(lang.t("IOCs: ")),
            run(clip(indicators_text(terms, lang), max(200, room.text)), mono=True),
            spacing="Small",
        ),
    ]
    for label, text in ((lang.t("Description: "), terms.description), (lang.t("Comment: "), terms.comment)):
        if text and room.text:
            lines.append(rich(quiet(label), run(clip(text, min(400, room.text))), spacing="Small"))
    made = lang.t(
        "by {who}, {at}", who=brief(view.rule.author_name, NAME), at=lang.moment(view.rule.created_at, now=now)
    )
    until = terms.expires_at
    ends = lang.t("until {at}", at=lang.moment(until, now=now)) if until is not None else ""
    agreed = ""
    if view.rule.decided_by and view.rule.standing is Standing.IN_FORCE:
        agreed = lang.t("approved by {who}", who=brief(view.rule.decided_by, NAME))
    lines.append(rich(quiet(joined((made, agreed, ends))), spacing="Small"))
    return lines


def _past(view: RuleView, lang: Language, now: datetime) -> list[Element]:
    """What it caught, or would have caught."""
    rule, found = view.rule, view.rule.lookback
    if rule.standing is Standing.IN_FORCE:
        place = lang.t("place {place} in the order", place=view.place) if view.place else ""
        return [rich(run(joined((caught_text(view, lang, now), place))), spacing="Medium")]
    if rule.standing is Standing.DELETED or found is None:
        return [] if rule.standing is not Standing.DRAFT else [rich(run(lang.t("Looking back …")), spacing="Medium")]
    if not found.is_done:
        done = lang.t("Looking back: {percent} % …", percent=int(100 * found.done))
        return [rich(run(done), spacing="Medium")]
    lines = [rich(run(lookback_text(found, lang), weight="Bolder"), spacing="Medium")]
    if view.why is not None and rule.standing is Standing.DRAFT:
        why = lang.t("Saving asks a second person in the channel, because {why}.", why=why_text(view.why, found, lang))
        lines.append(rich(run(why, color="Warning"), spacing="Small"))
    if view.why is not None and rule.standing is Standing.WAITING:
        asked = lang.t(
            "{who} asks for a second person's approval: {why}.",
            who=brief(rule.author_name, NAME),
            why=why_text(view.why, found, lang),
        )
        lines.append(rich(run(asked, color="Warning"), spacing="Small"))
    return lines


def _warnings(view: RuleView, lang: Language) -> list[Element]:
    return [
        rich(run(lang.t("Mind: "), weight="Bolder", color="Warning"), run(text), spacing="Small")
        for text in warnings_of(view, lang)
    ]
