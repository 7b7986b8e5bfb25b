"""A recommendation: what an alert probably is, on what basis, and what to do next."""

from collections.abc import Sequence
from datetime import datetime

from bot.alerts.next_steps import Phase, Step
from bot.alerts.recommendation import SURE_OF, VERDICTS, Basis
from bot.alerts.views import Advice, AlertView, Precedent, RecommendationView
from bot.alerts.words import Classification
from cards import vocabulary
from cards.buttons import OpenedFrom, Verb
from cards.elements import Card, Element, card, rich, run, text_block
from cards.labels import service_label, verdict_label
from cards.language import Language
from cards.parts import NAME, back, button_rows, buttons_for, cut_note, head, notice_of, quiet
from cards.safe import brief, clip
from cards.size import Room, fit

#: Fewer verdicts than these are not worth a line on the card, nor is a habit that less than two thirds share.
_HABIT, _MOST = 3, 2 / 3

#: Steps of a phase, letters of a step or of the words with which an alert was resolved, people named.
_STEPS, _LETTERS, _PEOPLE = 8, 300, 3


def render_recommendation(
    recommended: RecommendationView,
    *,
    lang: Language,
    now: datetime,
    nonce: str,
    notice: str = "",
    opened_from: OpenedFrom | None = None,
) -> Card:
    """Nothing here changes the alert; the buttons lead to where a person does."""
    view = recommended.view
    buttons = buttons_for(view, nonce=nonce, opened_from=opened_from)
    first = [buttons.plain(lang.t("Resolve…"), Verb.RESOLVE)] if view.alert.is_open else []

    def build(room: Room) -> Card:
        return card(
            [
                *notice_of(notice),
                *head(view, lang),
                text_block(lang.t("Recommendation"), heading=True, spacing="Medium"),
                *_advice(recommended.advice, lang, now),
                *_handled(recommended.handled, lang, now, room),
                *_steps(view, recommended.steps, lang, room),
                button_rows(
                    [
                        *first,
                        buttons.plain(lang.t("Classify…"), Verb.CLASSIFY),
                        buttons.plain(lang.t("Similar"), Verb.SIMILAR),
                        back(buttons, lang),
                    ]
                ),
            ]
        )

    return fit(build)


def habit_text(view: AlertView, lang: Language) -> str:
    """`17 of 18 like it: false positive, all by Ana`, where there is a habit; an earlier true positive is never left
    out."""
    usual = view.usual
    if usual is None or sum(usual.counts) < _HABIT:
        return ""
    total, true = sum(usual.counts), usual.counts[VERDICTS.index(Classification.TRUE_POSITIVE)]
    right = max(usual.counts)
    verdict = VERDICTS[usual.counts.index(right)]
    if right / total < _MOST:
        if not true:
            return ""
        return lang.t("{right} of {total} like it: true positive, the others not", right=true, total=total)
    said = lang.term(vocabulary.JUDGED, verdict)
    if true and verdict is not Classification.TRUE_POSITIVE:
        text = lang.n(
            "{right} of {total} like it: {verdict}, {count} true positive",
            "{right} of {total} like it: {verdict}, {count} true positives",
            true,
            right=right,
            total=total,
            verdict=said,
        )
    else:
        text = lang.t("{right} of {total} like it: {verdict}", right=right, total=total, verdict=said)
    return f"{text}, {_all_by(usual.only_by, lang)}" if usual.only_by else text


def _advice(advice: Advice | None, lang: Language, now: datetime) -> list[Element]:
    if advice is None:
        words = lang.t("No basis: nobody has yet judged an alert of this rule or type, or another one of its site.")
        return [rich(run(words), spacing="Small")]
    given = advice.given
    if given.basis is Basis.SITE:
        # What other rules turned out to be says little about this one.
        words = lang.t("No basis: nobody has yet judged an alert of this rule or type.")
        return [rich(run(words), spacing="Small"), rich(quiet(_evidence(advice, lang)), spacing="Small")]
    sure = lang.t("{percent} % sure", percent=min(99, round(100 * given.confidence)))
    lines = [
        rich(
            run(verdict_label(given.verdict, advice.determination, lang), weight="Bolder"),
            quiet(f" · {sure}"),
            spacing="Small",
        ),
        rich(run(_evidence(advice, lang)), spacing="Small"),
    ]
    lines += [rich(run(text), spacing="Small") for text in (_people(advice, lang, now),) if text]
    lines += _true_positives(advice, lang, now)
    lines += [rich(quiet(text), spacing="Small") for text in _cautions(advice, lang)]
    return lines


def _evidence(advice: Advice, lang: Language) -> str:
    """`17 of 18 earlier alerts of this rule at Servers: false positive`"""
    given = advice.given
    facts = {
        "right": given.right,
        "total": given.of,
        "verdict": lang.term(vocabulary.JUDGED, given.verdict),
        "site": brief(advice.site, NAME),
    }
    match given.basis, bool(advice.site):
        case Basis.HERE, True:
            text = lang.t("{right} of {total} earlier alerts of this rule at {site}: {verdict}", **facts)
        case Basis.HERE, False:
            text = lang.t("{right} of {total} earlier alerts of this rule: {verdict}", **facts)
        case Basis.RULE, _:
            text = lang.t("{right} of {total} earlier alerts of this rule at other sites: {verdict}", **facts)
        case Basis.SITE_TYPE, True:
            text = lang.t("{right} of {total} earlier alerts of this type at {site}: {verdict}", **facts)
        case Basis.SITE, True:
            text = lang.t("{right} of {total} earlier alerts of other rules at {site}: {verdict}", **facts)
        case Basis.SITE, False:
            text = lang.t("{right} of {total} earlier alerts of other rules: {verdict}", **facts)
        case _:
            text = lang.t("{right} of {total} earlier alerts of this type: {verdict}", **facts)
    return text


def _people(advice: Advice, lang: Language, now: datetime) -> str:
    """`By Ana (12) and Bo (5), last at 03:12`; one person's word is called that."""
    people = advice.judged_by
    if not people or advice.last_at is None:
        return ""
    at = lang.moment(advice.last_at, now=now)
    if len(people) == 1:
        who = _all_by(people[0][0], lang)
        return lang.t("{who}, last at {at}", who=who[:1].upper() + who[1:], at=at)
    named = ", ".join(f"{brief(name, NAME)} ({count})" for name, count in people[:_PEOPLE])
    if len(people) > _PEOPLE:
        others = lang.n("{count} other", "{count} others", len(people) - _PEOPLE)
        return lang.t("By {named} and {others}, last at {at}", named=named, others=others, at=at)
    return lang.t("By {named}, last at {at}", named=named, at=at)


def _all_by(who: str, lang: Language) -> str:
    return lang.t("all by {who}", who=brief(who, NAME))


def _true_positives(advice: Advice, lang: Language, now: datetime) -> list[Element]:
    """Named wherever the recommendation is another one: somebody should look at them before believing it."""
    if advice.given.verdict is Classification.TRUE_POSITIVE:
        return []
    return [
        rich(
            run(lang.t("Earlier true positive: #{number}", number=one.alert), weight="Bolder", color="Attention"),
            quiet(f" · {brief(one.name, NAME)} · {lang.moment(one.at, now=now)}"),
            spacing="Small",
        )
        for one in advice.true_positives
    ]


def _cautions(advice: Advice, lang: Language) -> list[str]:
    texts = []
    if advice.flips > 0:
        texts.append(lang.n("A verdict was changed once.", "Verdicts were changed {count} times.", advice.flips))
    if advice.given.of < SURE_OF:
        texts.append(lang.t("Few verdicts so far: take it with care."))
    return texts


def _handled(handled: Sequence[Precedent], lang: Language, now: datetime, room: Room) -> list[Element]:
    if not handled or not room.text:
        return []
    lines = [text_block(lang.t("How alike ones were resolved"), heading=True, spacing="Medium")]
    for one in handled:
        verdict = verdict_label(one.alert.classification, one.alert.determination, lang)
        who, at = brief(one.said.author, NAME), lang.moment(one.said.at, now=now)
        lines += [
            rich(quiet(f"#{one.alert.number} · {verdict} · {who} · {at}"), spacing="Small"),
            rich(run(lang.quoted(brief(one.said.comment, min(_LETTERS, room.text))), italic=True), spacing="None"),
        ]
    return lines


def _steps(view: AlertView, steps: Sequence[Step], lang: Language, room: Room) -> list[Element]:
    """The source's advice, phase by phase."""
    lines: list[Element] = []
    for phase in Phase:
        texts = [step.text for step in steps if step.phase is phase]
        if not texts or not room.text:
            continue
        title = lang.term(vocabulary.PHASES, phase)
        lines.append(text_block(title, heading=True, spacing="Medium"))
        lines += [rich(run(f"• {clip(text, min(_LETTERS, room.text))}"), spacing="Small") for text in texts[:_STEPS]]
        lines += cut_note(len(texts) - _STEPS, lang)
    if lines:
        lines.append(
            rich(quiet(lang.t("advised by {source}", source=service_label(view.alert, lang))), spacing="Small")
        )
    return lines
