"""Trends as charts, each with a fallback of the same numbers: what came, how it ended, how soon somebody answered."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from bot.alerts.trends import Compared, Trends
from bot.alerts.words import Severity
from cards.actions import execute
from cards.buttons import Listing, Press, Verb
from cards.charts import PLAIN, line, stacked
from cards.digest_numbers import SEVERITY_COLOURS, VERDICT_COLOURS, source_label
from cards.elements import Action, Card, Element, bars, card, fact, fact_set, rich, run, text_block
from cards.labels import classification_label, severity_label
from cards.language import Language
from cards.parts import NAME, button_rows, joined, notice_of, quiet
from cards.safe import brief
from cards.size import Room, fit

#: Days that buttons offer.
_OFFERED: Final = (7, 30, 90)

#: Characters of a filter.
_FILTER: Final = 200


def render_trends(trends: Trends, *, filter: str, lang: Language, nonce: str, notice: str = "") -> Card:  # noqa: A002
    """The whole in a sentence, then the charts, what matters first."""

    def build(room: Room) -> Card:
        days = lang.n("the last day", "the last {count} days", trends.columns.days)
        return card(
            [
                *notice_of(notice),
                text_block(lang.t("Trends"), size="Medium", heading=True),
                rich(quiet(joined((days, brief(filter, _FILTER)))), spacing="None"),
                rich(run(_sentence(trends, lang), weight="Bolder"), spacing="Small"),
                *(_charts(trends, lang, room) if trends.total or any(trends.verdicts.values()) else []),
                button_rows(
                    [
                        *(_over(days, filter, lang, nonce) for days in _OFFERED),
                        execute(
                            lang.t("Open the queue"),
                            Verb.QUEUE.value,
                            Press(nonce=nonce, listing=Listing.QUEUE, page=0, filter=filter or None).data(),
                        ),
                    ]
                ),
            ]
        )

    return fit(build)


def _sentence(trends: Trends, lang: Language) -> str:
    new = lang.n("{count} new alert", "{count} new alerts", trends.total)
    more = trends.total - trends.before
    if not trends.before:
        return lang.t("{new}; none in the time before.", new=new)
    if more > 0:
        return lang.t("{new}, {count} more than in the time before.", new=new, count=more)
    if more < 0:
        return lang.t("{new}, {count} fewer than in the time before.", new=new, count=-more)
    return lang.t("{new}, as many as in the time before.", new=new)


def _charts(trends: Trends, lang: Language, room: Room) -> list[Element]:
    names = [lang.day(start.astimezone(lang.zone).date()) for start in trends.columns.starts]
    none = lang.t("none")
    parts: list[Element] = []
    new = [
        (severity_label(severity, lang), trends.new[severity], SEVERITY_COLOURS[severity])
        for severity in reversed(Severity)
        if severity in trends.new
    ]
    if new:
        title = lang.t("New by severity")
        parts += [_heading(title), stacked(names, new, title=title, nothing=none)]
    ended = [
        (classification_label(verdict, lang), trends.verdicts[verdict], colour)
        for verdict, colour in VERDICT_COLOURS.items()
        if verdict in trends.verdicts
    ]
    if ended:
        title = lang.t("Resolved, by verdict")
        parts += [_heading(title), stacked(names, ended, title=title, nothing=none)]
    # A line needs two ends.
    if sum(took is not None for took in trends.answer) > 1:
        title = lang.t("Minutes to a first answer, median")
        said = [none if took is None else lang.span(took) for took in trends.answer]
        minutes = [_minutes(took) for took in trends.answer]
        parts += [_heading(title), line(names, minutes, title=title, said=said)]
    parts += _bars(lang.t("Most frequent rules"), trends.types[: room.entries], lang)
    sources = [Compared(source_label(one.name, lang), one.count, one.before) for one in trends.sources]
    return parts + _bars(lang.t("New by source"), sources[: room.entries], lang)


def _minutes(took: timedelta | None) -> float | None:
    return None if took is None else round(took.total_seconds() / 60, 1)


def _bars(title: str, compared: Sequence[Compared], lang: Language) -> list[Element]:
    if not compared:
        return []
    values = [(brief(one.name, NAME), one.count, PLAIN[0]) for one in compared]
    facts = [
        fact(brief(one.name, NAME), lang.t("{count}, before: {before}", count=one.count, before=one.before))
        for one in compared
    ]
    changed = [one for one in compared if one.before and one.count >= 2 * one.before and one.count > 2]
    note = []
    if changed:
        names = ", ".join(f"{brief(one.name, NAME)} ({one.before} → {one.count})" for one in changed)
        note = [rich(run(lang.t("At least twice as many as before: {names}", names=names)), spacing="Small")]
    return [_heading(title), bars(values, title=title, fallback=fact_set(facts)), *note]


def _heading(title: str) -> Element:
    return text_block(title, heading=True, spacing="Medium")


def _over(days: int, filter_: str, lang: Language, nonce: str) -> Action:
    press = Press(nonce=nonce, span=f"{days}d", filter=filter_ or None)
    return execute(lang.n("{count} day", "{count} days", days), Verb.TRENDS.value, press.data())
