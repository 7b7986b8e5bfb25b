"""What cards of triage rules are drawn from."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.alerts.history import Entry
from bot.alerts.people import Person
from bot.alerts.triage import Run, State, TriageRule
from bot.alerts.views import AlertView


@dataclass(frozen=True, slots=True)
class Judged:
    """A run, whether people came to the same (None where they have not decided), and what they did last."""

    run: Run
    agrees: bool | None = None
    did: Entry | None = None


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of the alerts that a rule watched and people have decided, on how many they did what it would have done."""

    agreed: int = 0
    decided: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class TriageView:
    """A rule, how many alerts are in which state with it, its agreement, and its newest runs with their alerts."""

    rule: TriageRule
    counts: Mapping[State, int]
    agreement: Agreement
    runs: tuple[tuple[Judged, AlertView], ...] = ()
    #: Whom its steps name, by Entra object id.
    people: Mapping[str, Person] = field(default_factory=dict)
