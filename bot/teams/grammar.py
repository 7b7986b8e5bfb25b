"""What people type, as commands: forgiving of case and short words. It suggests, and never guesses at a change."""

import re
from dataclasses import dataclass
from difflib import get_close_matches

from bot.alerts.words import DETERMINATIONS, UNDETERMINED, Classification

#: Commands that take alert numbers.
VERBS = (
    "assign",
    "start",
    "comment",
    "classify",
    "resolve",
    "reopen",
    "tag",
    "link",
    "similar",
    "recommendations",
    "details",
    "history",
    "story",
    "unhide",
    "escalate",
    "silence",
    "lift",
    "where",
    "undo",
    "tune",
    "alert",
    "remind",
    "consult",
    "answer",
)

#: Commands that stand alone.
PLAIN = (
    *(
        "help",
        "queue",
        "mine",
        "search",
        "subscribe",
        "unsubscribe",
        "routes",
        "maintenance",
        "digest",
        "trends",
        "entity",
        "export",
        "incident",
    ),
    *("oncall", "quiet", "choices"),
    *("rules", "services", "triage", "allowlist"),
    *("reminders", "experts", "silences", "handover", "language"),
)

_SYNONYMS = {
    "take": "assign",
    "ack": "start",
    "acknowledge": "start",
    "done": "resolve",
    "close": "resolve",
    "show": "alert",
    "open": "alert",
    "list": "queue",
    "alerts": "queue",
    "find": "search",
    "why": "where",
    "recommend": "recommendations",
    "recommendation": "recommendations",
    "route": "routes",
    "trend": "trends",
    "note": "comment",
    "ask": "consult",
    "expert": "experts",
    "mute": "silence",
    "page": "escalate",
    "on-call": "oncall",
    "rota": "oncall",
    "settings": "choices",
    "preferences": "choices",
    "hello": "help",
    "hilfe": "help",
    "sprache": "language",
    "hi": "help",
    "?": "help",
}

#: A number where a verb should be, and one where an alert's should not; characters of a suggestion.
_FIRST_NUMBER = re.compile(r"#?\d{1,15}(?:[-–]\d{1,15})?")
_LAST_NUMBER = re.compile(r"(.{1,200}?)\s+(#?\d{1,15}(?:\s*[-–]\s*#?\d{1,15})?)", re.DOTALL)
_SUGGESTED = 100

#: The most alerts that one command may name.
MOST = 50

#: Verbs whose further words may begin with a number, which is then no alert's: `comment 1042 3 hosts are down`.
_WORDY = frozenset({"comment", "tag", "link", "remind", "consult", "answer"})

#: Of these, the ones whose words may be that number itself, where the alert goes without saying.
_BARE = frozenset({"comment", "tag", "consult", "answer"})

#: `4`, `#4-9`, `4 - #9`: an alert or a range, and what separates it from the next one.
_LOOSE = re.compile(r"#?(\d{1,15})(?:\s*[-–]\s*#?(\d{1,15}))?(?:\s*[,;]\s*(?=#?\d)|[,;:]?(?=\s|$))")

#: The same without blanks in it; only a comma leads on to the next.
_TIGHT = re.compile(r"#?(\d{1,15})(?:[-–]#?(\d{1,15}))?(?:(,)(?=#?\d)|[,;:]?(?=\s|$))")


#: `remind me …`, and `remind 2 hours`, where the number is no alert's.
_ME = re.compile(r"\A\s*me\b\s*(?:of\b|about\b)?", re.IGNORECASE)
_LENGTH = re.compile(r"\s*\d{1,5}\s+(?:m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?)\b", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True, slots=True)
class Span:
    """Alert numbers `first` to `last`, both included."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Command:
    """A command: its verb, the alerts that it names (none: the alert whose thread it is said in), and the rest."""

    verb: str
    spans: tuple[Span, ...] = ()
    rest: str = ""


@dataclass(frozen=True, slots=True)
class Unknown:
    """Not understood. `nearest` are whole commands that it looks like: somebody says one, or nothing happens."""

    word: str
    nearest: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TooMany:
    """More alerts than one command may name."""

    count: int


def parse(text: str, *, in_thread: bool = False) -> Command | Unknown | TooMany:
    """The command in a text that has no mention of the bot any more. An empty text asks for help.

    `in_thread` is the thread of an alert: there `comment 3 hosts are down` names none, `comment #3 …` and
    `comment 3: …` do.
    """
    word, rest = _first_word(text.replace("&nbsp;", " "))
    verb = word.casefold().rstrip(":!.")
    if not verb:
        return Command("help")
    verb = _SYNONYMS.get(verb, verb)
    if verb in PLAIN:
        return Command(verb, rest=rest.strip())
    if verb not in VERBS:
        return Unknown(word, _meant(verb, rest.strip()))
    if in_thread and verb in _BARE and not _names_alert(rest):
        return Command(verb, rest=rest.strip())
    if verb == "remind":
        rest = _ME.sub("", rest)
        if _LENGTH.match(rest):
            return Command(verb, rest=rest.strip())
    spans, rest = _tight_spans(rest) if verb in _WORDY else spans_of(rest)
    count = sum(span.last - span.first + 1 for span in spans)
    return TooMany(count) if count > MOST else Command(verb, spans, rest)


def _meant(word: str, rest: str) -> tuple[str, ...]:
    """What a command with a slip in it may be: of its word, or of what follows where the number comes first."""
    if _FIRST_NUMBER.fullmatch(word):
        said, rest = _first_word(rest)
        near = [verb for verb in _near(said.casefold()) if verb in VERBS]
        return tuple(" ".join(filter(None, (verb, word, rest)))[:_SUGGESTED] for verb in near)
    return tuple(f"{verb} {rest}".strip()[:_SUGGESTED] for verb in _near(word))


def _near(word: str) -> list[str]:
    if word in _SYNONYMS or word in VERBS:
        return [_SYNONYMS.get(word, word)]
    # Short words are like many: a synonym has to be closer.
    near = get_close_matches(word, (*VERBS, *PLAIN), n=2, cutoff=0.6)
    near += get_close_matches(word, _SYNONYMS, n=1, cutoff=0.85)
    return list(dict.fromkeys(_SYNONYMS.get(verb, verb) for verb in near))[:2]


def turned(command: Command) -> str | None:
    """`assign ana 12` as `assign 12 ana`: what somebody may mean who names the alert last; None where they do not."""
    match = _LAST_NUMBER.fullmatch(command.rest)
    return f"{command.verb} {match[2]} {match[1]}"[:_SUGGESTED] if match and not command.spans else None


def parse_verdict(text: str) -> tuple[Classification, str] | None:
    """`fp not malicious`, `expected security test`, `true positive`; None where it is neither empty nor understood.

    An empty text is no verdict either: callers tell the two apart by the text.
    """
    words = re.sub("[,;:]", " ", text.casefold()).split()
    for taken in (3, 2, 1):
        classification = _CLASSIFICATIONS.get(" ".join(words[:taken]))
        if classification is None or len(words) < taken:
            continue
        determination = _determination(classification, words[taken:])
        return None if determination is None else (classification, determination)
    return None


def split_verdict(text: str) -> tuple[tuple[Classification, str] | None, str]:
    """`fp not malicious: our own backup`: the verdict that a note begins with, if it does, and the note."""
    words = text.split()
    for taken in range(min(6, len(words)), 0, -1):
        verdict = parse_verdict(" ".join(words[:taken]))
        if verdict is not None:
            return verdict, " ".join(words[taken:]).lstrip(":,;–- ")
    return None, text.strip()


def parse_tags(text: str) -> tuple[list[str], list[str]]:
    """`+vip -lab new`: what to add and what to remove; without a sign it is added."""
    words = text.replace(",", " ").split()
    added = [word.removeprefix("+") for word in words if not word.startswith("-")]
    return [word for word in added if word], [word[1:] for word in words if word.startswith("-") and len(word) > 1]


def _first_word(text: str) -> tuple[str, str]:
    """The first word and what follows, with its line breaks: a comment may have several lines."""
    word, *rest = text.strip().split(maxsplit=1) or [""]
    return word, rest[0] if rest else ""


def spans_of(text: str) -> tuple[tuple[Span, ...], str]:
    spans: list[Span] = []
    rest = text.strip()
    while match := _LOOSE.match(rest):
        spans.append(_span(match))
        rest = rest[match.end() :].lstrip()
    return tuple(spans), rest


def _tight_spans(text: str) -> tuple[tuple[Span, ...], str]:
    spans: list[Span] = []
    rest = text.strip()
    while match := _TIGHT.match(rest):
        spans.append(_span(match))
        rest = rest[match.end() :].lstrip()
        if not match[3]:
            break
    return tuple(spans), rest


def _names_alert(text: str) -> bool:
    """Whether numbers at the beginning are marked as those of alerts, by # or a colon."""
    text = text.strip()
    _, rest = _tight_spans(text)
    named = text[: len(text) - len(rest)].rstrip()
    return named.startswith("#") or named.endswith(":")


def _span(match: re.Match[str]) -> Span:
    first = int(match[1])
    last = int(match[2]) if match[2] else first
    return Span(min(first, last), max(first, last))


def _determination(classification: Classification, words: list[str]) -> str | None:
    wanted = "".join(words)
    if not wanted:
        return UNDETERMINED
    known = {value.casefold(): value for value in DETERMINATIONS[classification]}
    known |= {short: value for short, value in _DETERMINATION_WORDS.items() if value in known.values()}
    fitting = {value for name, value in known.items() if name == wanted} or {
        value for name, value in known.items() if len(wanted) >= 3 and name.startswith(wanted)
    }
    return fitting.pop() if len(fitting) == 1 else None


_CLASSIFICATIONS = {
    "tp": Classification.TRUE_POSITIVE,
    "true": Classification.TRUE_POSITIVE,
    "true positive": Classification.TRUE_POSITIVE,
    "truepositive": Classification.TRUE_POSITIVE,
    "true alert": Classification.TRUE_POSITIVE,
    "fp": Classification.FALSE_POSITIVE,
    "false": Classification.FALSE_POSITIVE,
    "false positive": Classification.FALSE_POSITIVE,
    "falsepositive": Classification.FALSE_POSITIVE,
    "false alert": Classification.FALSE_POSITIVE,
    "benign positive": Classification.EXPECTED,
    "expected": Classification.EXPECTED,
    "expected activity": Classification.EXPECTED,
    "informational": Classification.EXPECTED,
    "informational expected": Classification.EXPECTED,
    "informational expected activity": Classification.EXPECTED,
    "informationalexpectedactivity": Classification.EXPECTED,
    "not set": Classification.NOT_SET,
    "notset": Classification.NOT_SET,
    "none": Classification.NOT_SET,
}

#: Portal labels and short words, without blanks, beside Graph's own values.
_DETERMINATION_WORDS = {
    "multistageattack": "multiStagedAttack",
    "multistage": "multiStagedAttack",
    "maliciousactivity": "maliciousUserActivity",
    "compromiseduser": "compromisedAccount",
    "securitytest": "securityTesting",
    "test": "securityTesting",
    "line-of-businessapplication": "lineOfBusinessApplication",
    "lineofbusiness": "lineOfBusinessApplication",
    "lob": "lineOfBusinessApplication",
    "confirmed": "confirmedActivity",
    "clean": "notMalicious",
    "notenoughdata": "notEnoughDataToValidate",
    "insufficientdata": "notEnoughDataToValidate",
}
