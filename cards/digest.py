"""The digest: the day in one sentence, which is the message's text, then a card with the numbers behind it."""

from datetime import datetime

from bot.alerts.digest import Digest, DigestNumbers
from bot.alerts.words import Severity
from cards.actions import execute
from cards.buttons import Listing, Press, Verb
from cards.elements import (
    BarColour,
    Card,
    Column,
    Element,
    Fact,
    action_set,
    bars,
    card,
    column,
    columns,
    fact,
    fact_set,
    rich,
    run,
    text_block,
)
from cards.labels import severity_label
from cards.language import Language
from cards.parts import TITLE, quiet
from cards.safe import brief, clean

_BARS: dict[Severity, BarColour] = {
    Severity.HIGH: "attention",
    Severity.MEDIUM: "warning",
    Severity.LOW: "categoricalBlue",
    Severity.INFORMATIONAL: "neutral",
}


def render_digest(digest: Digest, *, lang: Language, now: datetime, nonce: str) -> Card:
    """What came, what is open, and what has waited longest; with a way to the queue."""
    numbers = digest.numbers
    press = Press(nonce=nonce, listing=Listing.QUEUE, page=0)
    day = lang.day(digest.local_date)
    return card(
        [
            columns(
                column(rich(run(lang.t("Digest"), weight="Bolder", size="Medium")), width="stretch"),
                column(rich(quiet(day), side="Right"), middle=True),
            ),
            columns(
                _number(lang.t("New"), str(numbers.new)),
                _number(lang.t("Resolved"), str(numbers.resolved)),
                _number(lang.t("Open"), str(numbers.open)),
                spacing="Medium",
                separator=True,
            ),
            *_by_severity(numbers, lang),
            fact_set(_facts(numbers, lang, now), spacing="Medium"),
            action_set([execute(lang.t("Open the queue"), Verb.QUEUE.value, press.data())], spacing="Medium"),
        ]
    )


def digest_text(digest: Digest, lang: Language) -> tuple[str, str]:
    """The message's text, and what a locked phone shows."""
    text = lang.t("Digest: {headline}", headline=clean(headline(digest.numbers, lang)))
    return text, text


def headline(numbers: DigestNumbers, lang: Language) -> str:
    """`5 new alerts, 1 of them high; 3 resolved, 12 open, 4 of them with nobody.`"""
    if not numbers.new and not numbers.resolved and not numbers.open:
        return lang.t("A quiet day: nothing new, nothing open.")
    new = lang.n("{count} new alert", "{count} new alerts", numbers.new) if numbers.new else lang.t("nothing new")
    high = numbers.new_by_severity.get(Severity.HIGH, 0)
    if high:
        new = lang.t("{new} ({high} high)", new=new, high=high)
    if not numbers.open:
        return lang.t("{new}, {resolved} resolved, nothing open.", new=new, resolved=numbers.resolved)
    nobody = lang.n("nobody has {count} of them", "nobody has {count} of them", numbers.unassigned)
    if not numbers.unassigned:
        nobody = lang.t("all are taken")
    return lang.t(
        "{new}, {resolved} resolved, {open} open; {nobody}.",
        new=new,
        resolved=numbers.resolved,
        open=numbers.open,
        nobody=nobody,
    )


def _number(label: str, value: str) -> Column:
    return column(
        rich(run(value, weight="Bolder", size="ExtraLarge")), rich(quiet(label), spacing="None"), width="stretch"
    )


def _by_severity(numbers: DigestNumbers, lang: Language) -> list[Element]:
    """Open alerts by severity: bars where the client draws them, the same numbers as facts elsewhere."""
    counts = [(severity, numbers.open_by_severity.get(severity, 0)) for severity in reversed(Severity)]
    if not any(count for _, count in counts):
        return []
    facts = fact_set([fact(severity_label(severity, lang), str(count)) for severity, count in counts])
    values = [(severity_label(severity, lang), count, _BARS[severity]) for severity, count in counts]
    title = lang.t("Open by severity")
    return [
        text_block(title, heading=True, spacing="Medium"),
        bars(values, title=title, fallback=facts),
    ]


def _facts(numbers: DigestNumbers, lang: Language, now: datetime) -> list[Fact]:
    facts = [fact(lang.t("With nobody"), str(numbers.unassigned))]
    if numbers.oldest_open is not None:
        number, title, since = numbers.oldest_open
        facts.append(
            fact(
                lang.t("Oldest open"),
                lang.t(
                    "#{number} {title}, for {age}",
                    number=number,
                    title=brief(title, TITLE),
                    age=lang.span(now - since),
                ),
            )
        )
    if numbers.hidden:
        facts.append(fact(lang.t("Hidden by rules"), str(numbers.hidden)))
    if numbers.mean_to_acknowledge is not None:
        facts.append(fact(lang.t("Mean time to first answer"), lang.span(numbers.mean_to_acknowledge)))
    if numbers.mean_to_resolve is not None:
        facts.append(fact(lang.t("Mean time to resolve"), lang.span(numbers.mean_to_resolve)))
    return facts
