"""What a source advises to do, sorted into investigation, remediation and prevention.

A step goes by its heading, else by its first words; what neither tells stays unsorted rather than guessed.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Phase(StrEnum):
    INVESTIGATION = "investigation"
    REMEDIATION = "remediation"
    PREVENTION = "prevention"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Step:
    phase: Phase
    text: str


#: Lines that are looked at, and characters of one.
_LINES, _LONG = 60, 600

_MARK: Final = re.compile(r"^\s*(?:[-*•·▪◦–—\ufffd]+|\(?\d{1,2}[.)]|[a-z][.)])\s+")
_HEADING: Final = re.compile(r"^\s*(?:[A-Z][.)]|#{1,6})\s+")

#: Words that tell the phase, at the beginning of a step or anywhere in a heading; the first that fits counts.
_PREVENT = (
    r"prevent|harden|educat|train |patch|enforce|enable |turn on|mfa|multi-?factor|reduce the attack|in the future"
    r"|set up|configure|deploy |update |upgrade |recommendations? to reduce"
)
_REMEDY = (
    r"contain|mitigat|remediat|isolat|block|disabl|reset|revok|remov|delet|quarantin|stop |suspend|restor|clean"
    r"|kill |terminat|run (?:an? )?(?:full )?(?:antivirus|scan)|re-?image|restart|roll back|scale |force a"
)
_ASK = (
    r"investigat|validat|scope|collect|determin|review|verif|check|look |inspect|identif|analy[sz]|examin|confirm"
    r"|find |search|see |ask |contact|compare|assess|understand|gather|track|submit|hunt|monitor|read "
)
_WORDS: Final = ((Phase.PREVENTION, _PREVENT), (Phase.REMEDIATION, _REMEDY), (Phase.INVESTIGATION, _ASK))
_POLITE: Final = r"(?:please |also |then |and |first,? |if (?:needed|possible|necessary),? )*"
_BEGINS: Final = tuple((phase, re.compile(rf"{_POLITE}(?:{words})", re.IGNORECASE)) for phase, words in _WORDS)
_HAS: Final = tuple((phase, re.compile(rf".*\b(?:{words})", re.IGNORECASE)) for phase, words in _WORDS)


def steps_of(advice: str) -> tuple[Step, ...]:
    """The steps in the order of the source."""
    lines = [line.strip()[:_LONG] for line in advice.splitlines() if line.strip()][:_LINES]
    under: Phase | None = None
    steps: list[Step] = []
    for place, line in enumerate(lines):
        following = lines[place + 1] if place + 1 < len(lines) else ""
        if _is_heading(line, following):
            under = _phase(_HEADING.sub("", line), _HAS)
            continue
        text = _MARK.sub("", line).strip()
        # A heading is over where its list is.
        under = under if text != line else None
        if text:
            steps.append(Step(under or _phase(text, _BEGINS) or Phase.OTHER, text))
    return tuple(steps)


def _is_heading(line: str, following: str) -> bool:
    if not following or _MARK.match(line):
        return False
    return bool(_HEADING.match(line)) or line.endswith(":") or bool(_MARK.match(following))


def _phase(text: str, words: tuple[tuple[Phase, re.Pattern[str]], ...]) -> Phase | None:
    return next((phase for phase, pattern in words if pattern.match(text)), None)
