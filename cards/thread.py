"""What was done to an alert, as people read it in the thread of its card."""

import re
from typing import Final

from bot.alerts.history import Entry, Kind
from bot.alerts.thread_news import ThreadNews
from cards.labels import severity_label
from cards.language import Language
from cards.parts import title_of
from cards.safe import brief, clean, clip
from cards.sentences import People, change_text, changes_worth_telling, sentence, way_note

#: Entries that are told one by one, and characters of each sentence or change, of a comment, of the title.
_TOLD: Final = 5
_SENTENCE: Final = 200
_COMMENT: Final = 300
_TITLE: Final = 80

#: Kinds whose sentence does not say what has become of it.
_VAGUE: Final = frozenset({Kind.REPORTED, Kind.MANAGED})

#: Changes that the channel cares for.
_FIELDS: Final = frozenset({"assignee", "status", "classification", "determination", "severity"})


def thread_text(news: ThreadNews, lang: Language) -> tuple[str, str]:
    """The message's text, in which those are named whom it calls, and what a locked phone shows."""
    lines = [_line(entry, lang, news.people) for entry in news.entries[:_TOLD]]
    more = len(news.entries) - _TOLD
    if more > 0:
        lines.append(lang.n("and {count} more", "and {count} more", more))
    text = "\n".join(lines)
    alert = news.alert
    facts = {"severity": severity_label(alert.severity, lang), "number": alert.number}
    about = lang.t("{severity}: {title} (#{number})", title=clean(clip(title_of(alert), _TITLE)), **facts)
    summary = lang.t("{did}. {alert}", did=lines[0], alert=about)
    absent: list[str] = []
    for person in news.called:
        tag = f"<at>{person.name}</at>"
        found = re.search(rf"@?(?<![\w>]){re.escape(person.name)}(?![\w<])", text)
        if found is None:
            absent.append(tag)
        else:
            text = f"{text[: found.start()]}{tag}{text[found.end() :]}"
    return (f"{' '.join(absent)} {text}" if absent else text), summary


def _line(entry: Entry, lang: Language, people: People) -> str:
    """`Ana Alvarez commented: “Looks real.”`"""
    said = clip(sentence(entry, lang, people), _SENTENCE)
    if note := way_note(entry, lang):
        said = f"{said} ({note})"
    told = changes_worth_telling(entry) if entry.kind in _VAGUE else ()
    changes = [change for change in told if change.field in _FIELDS]
    if changes:
        said = f"{said} · {' · '.join(clip(change_text(change, lang, people), _SENTENCE) for change in changes)}"
    if entry.comment and not entry.withdrawn:
        said = f"{said}: {lang.quoted(brief(entry.comment, _COMMENT))}"
    return clean(said)
