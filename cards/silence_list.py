"""Silences that stand at Alertmanager: what each is for, by whom, until when, and lifting it."""

from collections.abc import Sequence
from datetime import datetime

from bot.alerts.standing_silences import ListedSilence, Matcher, SilencesView
from cards.actions import execute
from cards.buttons import Press, Verb
from cards.elements import Action, Card, Element, Run, card, column, columns, container, rich, run, text_block
from cards.language import Language
from cards.parts import NAME, button_rows, joined, notice_of, quiet, title_of
from cards.safe import brief, clip
from cards.size import Room, fit

#: What a press asks for that lifts one.
LIFT = "lift"

#: Matchers of one that are shown, characters of the value of one, and of a comment.
_MATCHERS, _VALUE, _COMMENT = 8, 80, 200

#: Characters of a name on a button.
_TITLE = 24


def render_silences(view: SilencesView, *, lang: Language, now: datetime, nonce: str, notice: str = "") -> Card:
    """A page of them, the soonest to end first."""

    def build(room: Room) -> Card:
        rows = [_row(one, _buttons(one, view, lang, nonce), lang, now, room) for one in view.listed]
        return card(
            [
                *notice_of(notice),
                _heading(view, lang),
                *_as_of(view, lang, now),
                *(rows or [rich(run(lang.t("No silence stands.")), spacing="Medium")]),
                button_rows(_turns(view, lang, nonce)),
            ]
        )

    return fit(build)


def _heading(view: SilencesView, lang: Language) -> Element:
    count = lang.n("{count} silence", "{count} silences", view.total)
    where = lang.t("page {page} of {pages}", page=view.page + 1, pages=view.pages) if view.pages > 1 else ""
    return columns(
        column(text_block(lang.t("Silences"), size="Medium", heading=True)),
        column(rich(quiet(joined((count, where))), side="Right"), width="stretch", middle=True),
    )


def _as_of(view: SilencesView, lang: Language, now: datetime) -> list[Element]:
    if view.as_of is None:
        text = lang.t("Alertmanager has not answered yet: there may be more.")
        return [rich(run(text, weight="Bolder"), spacing="Small")]
    at = lang.moment(view.as_of, now=now)
    return [rich(quiet(lang.t("In Alertmanager as of {at}", at=at)), spacing="None")]


def _row(one: ListedSilence, buttons: Sequence[Action], lang: Language, now: datetime, room: Room) -> Element:
    """What for; until when and whose; and, where it is being lifted or made, that."""
    silence = one.standing
    lines = [
        rich(*_matchers(silence.matchers, lang, room), spacing="None"),
        rich(run(_span(one, lang, now), weight="Bolder"), quiet(_whose(one)), spacing="None"),
    ]
    if said := brief(_said(one), min(_COMMENT, max(room.text, 20))):
        lines.append(rich(run(f"“{said}”", italic=True), spacing="None"))
    lines += [rich(run(text, weight="Bolder"), spacing="None") for text in _under_way(one, lang)]
    if buttons:
        lines.append(button_rows(buttons, spacing="Small"))
    return container(lines, separator=True, spacing="Medium")


def _matchers(matchers: Sequence[Matcher], lang: Language, room: Room) -> list[Run]:
    name, value = min(NAME, max(room.text, 20)), min(_VALUE, max(room.text, 20))
    texts = [f"{brief(each.name, name)}{each.operator}{brief(each.value, value)}" for each in matchers[:_MATCHERS]]
    runs = [run(" · ".join(texts) or lang.t("every alert"), mono=True)]
    if more := len(matchers) - _MATCHERS:
        runs += [quiet(f" {lang.n('and {count} more', 'and {count} more', more)}")] if more > 0 else []
    return runs


def _span(one: ListedSilence, lang: Language, now: datetime) -> str:
    """`until 07:12, 3 h 58 min left`, or when it begins."""
    silence = one.standing
    until = lang.moment(silence.ends_at, now=now)
    if silence.begins_at > now:
        return lang.t("from {begin} until {until}", begin=lang.moment(silence.begins_at, now=now), until=until)
    return lang.t("until {until}, {left} left", until=until, left=lang.span(silence.ends_at - now))


def _whose(one: ListedSilence) -> str:
    alert = one.alert
    about = f"#{alert.number} {brief(title_of(alert), NAME)}" if alert is not None else ""
    author = one.standing.author.removesuffix(" (Tocsin)") if alert is not None else one.standing.author
    return "".join(f" · {text}" for text in (brief(author, NAME), about) if text)


def _said(one: ListedSilence) -> str:
    """The comment without the mark by which ours are known."""
    mark = f"(Tocsin #{one.alert.number})" if one.alert is not None else ""
    return one.standing.comment.removesuffix(mark).strip()


def _under_way(one: ListedSilence, lang: Language) -> list[str]:
    silence = one.standing
    why = f": {brief(silence.why, _COMMENT)}" if silence.why else ""
    if not one.is_made:
        return [lang.t("Not yet in Alertmanager") + why]
    if silence.lifted_by:
        return [lang.t("{who} lifts it", who=brief(silence.lifted_by, NAME)) + why]
    if silence.why:
        return [lang.t("Alertmanager did not lift it") + why]
    if one.alert is not None and not one.alert.silenced_until:
        return [lang.t("The silence is lifted, not yet in {source}", source="Alertmanager")]
    return []


def _buttons(one: ListedSilence, view: SilencesView, lang: Language, nonce: str) -> list[Action]:
    silence, alert = one.standing, one.alert
    found: list[Action] = []
    lifted = silence.lifted_by or (alert is not None and not alert.silenced_until)
    if view.may_lift and one.is_made and not lifted:
        press = Press(silence=silence.external_id, do=LIFT, page=view.page or None, nonce=nonce)
        name = f"#{alert.number}" if alert is not None else _name(silence.matchers)
        found.append(execute(lang.t("Lift {name}", name=name), Verb.SILENCES.value, press.data()))
    if alert is not None:
        shown = Press(alert=alert.number, rev=alert.revision, nonce=nonce)
        found.append(execute(lang.t("Open #{number}", number=alert.number), Verb.REFRESH.value, shown.data()))
    return found


def _name(matchers: Sequence[Matcher]) -> str:
    """What a button calls it: the alert's name where that is matched, else the first value."""
    named = next((each.value for each in matchers if each.name == "alertname"), "")
    return clip(brief(named or (matchers[0].value if matchers else ""), _TITLE), _TITLE)


def _turns(view: SilencesView, lang: Language, nonce: str) -> list[Action]:
    def turn(title: str, page: int) -> Action:
        return execute(title, Verb.SILENCES.value, Press(page=page, nonce=nonce).data())

    turns = [turn(lang.t("Previous"), view.page - 1)] if view.page else []
    turns += [turn(lang.t("Next"), view.page + 1)] if view.page + 1 < view.pages else []
    return [*turns, turn(lang.t("Refresh"), view.page)]
