"""The numbers of a digest, which stand behind a button: how long things took, how they ended, and what was noisy."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Final

from bot.alerts.digest import Digest, DigestNumbers, Noisy, Took
from bot.alerts.words import Classification, Severity
from cards import vocabulary
from cards.actions import execute
from cards.buttons import Listing, Press, Verb
from cards.charts import PLAIN, donut
from cards.dialog_buttons import opens, tune_press
from cards.elements import (
    BarColour,
    Element,
    action_set,
    bars,
    column,
    columns,
    container,
    fact,
    fact_set,
    rich,
    run,
    text_block,
)
from cards.labels import classification_label, severity_label
from cards.language import Language
from cards.parts import NAME, TITLE, quiet
from cards.safe import brief
from cards.size import Room

#: What the button shows and hides.
NUMBERS: Final = "numbers"

SEVERITY_COLOURS: Final[Mapping[Severity, BarColour]] = {
    Severity.HIGH: "attention",
    Severity.MEDIUM: "warning",
    Severity.LOW: "categoricalBlue",
    Severity.INFORMATIONAL: "neutral",
}
VERDICT_COLOURS: Final[Mapping[Classification, BarColour]] = {
    Classification.TRUE_POSITIVE: "attention",
    Classification.EXPECTED: "categoricalBlue",
    Classification.FALSE_POSITIVE: "categoricalTeal",
    Classification.NOT_SET: "neutral",
}

#: A difference below which two lengths of time are alike.
_ALIKE: Final = 0.05

#: Types that came often, of which a button offers a rule.
_NOISY: Final = 3


def render_numbers(digest: Digest, *, lang: Language, nonce: str, room: Room) -> Element:
    """All of them, out of sight at first."""
    numbers = digest.numbers
    many = room.entries > 5
    parts = [
        *_severities(numbers, lang),
        *_times(numbers, lang),
        *_verdicts(digest, lang, nonce),
        *_noisy(numbers.noisy[: _NOISY if many else 1], lang, nonce),
        *_counts(lang.t("New by source"), [(source_label(key, lang), n) for key, n in numbers.by_source]),
        *(_people(numbers, lang) if many else []),
        *_hidden(numbers, lang, nonce),
    ]
    return container(parts, id=NUMBERS, visible=False, spacing="Medium", separator=True)


def source_label(key: str, lang: Language) -> str:
    """A service source's name, or that of a source that has none."""
    source = key.removeprefix("source:")
    return lang.term(vocabulary.SOURCES if key.startswith("source:") else vocabulary.SERVICES, source[:40])


def _heading(title: str) -> Element:
    return text_block(title, heading=True, spacing="Medium")


def _severities(numbers: DigestNumbers, lang: Language) -> list[Element]:
    """Open alerts by severity: bars where the client draws them, the same numbers as facts elsewhere."""
    counts = [(severity, numbers.open_by_severity.get(severity, 0)) for severity in reversed(Severity)]
    if not any(count for _, count in counts):
        return []
    title = lang.t("Open by severity")
    facts = fact_set([fact(severity_label(severity, lang), str(count)) for severity, count in counts])
    values = [(severity_label(severity, lang), count, SEVERITY_COLOURS[severity]) for severity, count in counts]
    return [_heading(title), bars(values, title=title, fallback=facts)]


def _times(numbers: DigestNumbers, lang: Language) -> list[Element]:
    """Mean and median, against the same length of time before; the direction in words."""
    answer = numbers.acknowledge if numbers.acknowledge.count else Took(mean=numbers.mean_to_acknowledge)
    resolve = numbers.resolve if numbers.resolve.count else Took(mean=numbers.mean_to_resolve)
    return [
        *_took(lang.t("Time to a first answer"), answer, numbers.before_acknowledge, lang),
        *_took(lang.t("Time to resolve"), resolve, numbers.before_resolve, lang),
    ]


def _took(title: str, now: Took, before: Took, lang: Language) -> list[Element]:
    facts = [
        fact(name, _against(value, earlier, lang))
        for name, value, earlier in (
            (lang.t("Median"), now.median, before.median),
            (lang.t("Mean"), now.mean, before.mean),
        )
        if value is not None
    ]
    return [_heading(title), fact_set(facts, spacing="Small")] if facts else []


def _against(value: timedelta, before: timedelta | None, lang: Language) -> str:
    if before is None:
        return lang.span(value)
    values = {"now": lang.span(value), "before": lang.span(before)}
    difference = (value - before).total_seconds()
    if abs(difference) <= max(_ALIKE * before.total_seconds(), 30):
        return lang.t("{now}, about as before ({before})", **values)
    if difference > 0:
        return lang.t("{now}, slower than before ({before})", **values)
    return lang.t("{now}, faster than before ({before})", **values)


def _verdicts(digest: Digest, lang: Language, nonce: str) -> list[Element]:
    """How what was resolved ended, and what nobody ever classified."""
    numbers = digest.numbers
    if not numbers.verdicts:
        return []
    title = lang.t("Resolved, by verdict")
    shown = [
        (classification_label(verdict, lang), count, VERDICT_COLOURS[verdict])
        for verdict in VERDICT_COLOURS
        if (count := numbers.verdicts.get(verdict, 0))
    ]
    parts = [_heading(title), donut(shown, title=title)]
    if numbers.unclassified:
        said = lang.n(
            "{count} was resolved and never classified.",
            "{count} were resolved and never classified.",
            numbers.unclassified,
        )
        # Filters know seconds.
        until = numbers.until + timedelta(seconds=1)
        period = f"resolved>={numbers.since:%Y-%m-%dT%H:%M:%SZ} resolved<{until:%Y-%m-%dT%H:%M:%SZ}"
        wants = f"({digest.wants})" if digest.wants else ""
        press = Press(
            nonce=nonce,
            listing=Listing.SEARCH,
            page=0,
            filter=f"status:resolved classification:notSet {period} {wants}".strip(),
        )
        parts += [
            rich(run(said), spacing="Small"),
            action_set([execute(lang.t("Show them"), Verb.QUEUE.value, press.data())], spacing="Small"),
        ]
    return parts


def _noisy(noisy: Sequence[Noisy], lang: Language, nonce: str) -> list[Element]:
    if not noisy:
        return []
    return [_heading(lang.t("Noisiest rules")), *(_noisy_row(one, lang, nonce) for one in noisy)]


def _noisy_row(one: Noisy, lang: Language, nonce: str) -> Element:
    times = lang.n("{count} time", "{count} times", one.count)
    tune = opens(lang.t("Tune…"), tune_press(one.newest, nonce))
    title = brief(one.title, TITLE) or f"#{one.newest}"
    return columns(
        column(rich(run(title)), rich(quiet(times), spacing="None"), width="stretch", middle=True),
        column(action_set([tune]), middle=True),
        spacing="Small",
    )


def _counts(title: str, counts: Iterable[tuple[str, int]]) -> list[Element]:
    values = [(brief(name, NAME), count, PLAIN[0]) for name, count in counts]
    if not values:
        return []
    facts = fact_set([fact(name, str(count)) for name, count, _ in values])
    return [_heading(title), bars(values, title=title, fallback=facts)]


def _people(numbers: DigestNumbers, lang: Language) -> list[Element]:
    facts = [
        fact(
            brief(one.person, NAME),
            lang.t("{resolved} resolved, {open} open", resolved=one.resolved, open=one.open),
        )
        for one in numbers.by_person
    ]
    return [_heading(lang.t("By person")), fact_set(facts, spacing="Small")] if facts else []


def _hidden(numbers: DigestNumbers, lang: Language, nonce: str) -> list[Element]:
    if not numbers.hidden:
        return []
    said = lang.n("{count} was hidden by rules.", "{count} were hidden by rules.", numbers.hidden)
    facts = [fact(brief(name, NAME), str(count)) for name, count in numbers.hidden_by]
    rules = execute(lang.t("Rules"), Verb.RULES.value, Press(nonce=nonce).data())
    return [
        _heading(lang.t("Out of sight")),
        rich(run(said), spacing="Small"),
        *([fact_set(facts, spacing="Small")] if facts else []),
        action_set([rules], spacing="Small"),
    ]
