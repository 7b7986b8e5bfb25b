"""Which alerts belong together, as they come in: a pure follower of a stream, without a look ahead.

An alert joins the alerts that touched the same thing (a host, an account, a file …) a short while ago. How long a
while is short, the thing itself tells: where alerts are rare, minutes; where they are frequent, seconds; and a burst
is over once the silence is much longer than its own rhythm. Where alerts pour in, the same thing alone says little, so
there only alerts of the same type go together; and what comes on a thing hour after hour is routine, and keeps apart
from what is unusual. A source's own incident always wins: such alerts come with theirs, and others may join it.
"""

from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple, Protocol

from bot.alerts.evidence import Evidence
from bot.alerts.rules import RuleName

#: Alerts on a thing that are looked at, and of one type on it: the newest ones.
WINDOW, SAME_WINDOW = 16, 5

#: Below the first, silence never parts alerts; beyond the second it always does.
SHORTEST, LONGEST = timedelta(seconds=8), timedelta(minutes=15)

#: How long the second alert of a group may take, where alerts on the thing are rare.
OPENING: Final = timedelta(minutes=5)

#: Where they are not: this share of the usual time between two, so that few meet by chance.
SHARE: Final = 0.1

#: Fewer alerts than these say nothing about what is usual.
KNOWN: Final = 5

#: A group goes on while the silence is at most so many times its mean interval; more for alerts of the same type.
PATIENCE, SAME_PATIENCE = 3, 6

#: A group of alerts that are seldom the same goes on by its own rhythm for so long.
BURST: Final = timedelta(minutes=10)

#: A full window within this time: alerts pour in.
CROWDED: Final = timedelta(seconds=5)

#: A type that came on a thing in so many distinct hours before is routine there.
ROUTINE_HOURS: Final = 24

#: Things of one alert that are followed.
FOLLOWED: Final = 6

#: The kinds that tie alerts together, strongest first. A cluster, a service or a job has too many.
STRONG = (
    "device",
    "user",
    "mailbox",
    "kubernetesPod",
    "container",
    "kubernetesController",
    "servicePrincipal",
    "oauthApplication",
    "azureResource",
    "amazonResource",
    "googleCloudResource",
    "ioTDevice",
    "file",
    "url",
    "ip",
)

#: How a reason begins that grouping found.
SHARED: Final = "shared"

#: What rules are called that group.
RULE: Final = RuleName("grouping", "Grouping")

#: An entity, and an alert type.
Place = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Thing:
    """What alerts may have in common: an entity of a kind, and what people call it."""

    kind: str
    entity: str
    label: str


class Trace(NamedTuple):
    """An alert as it is remembered at a thing that it touched. `is_open` says whether others may still join it.

    A plain tuple, because dozens are made for each alert that comes in.
    """

    alert: int
    alert_type: str
    first: datetime
    last: datetime
    routine: bool = False
    incident: int | None = None
    is_open: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Newcomer:
    """An alert that has just come in. `routine` has the entities on which its type is routine."""

    alert: int
    alert_type: str
    first: datetime
    last: datetime
    things: tuple[Thing, ...]
    incident: int | None = None
    routine: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Relation:
    """Why an alert joins another one, and that one's incident, if it has one already."""

    alert: int
    incident: int | None
    thing: Thing
    silence: timedelta

    @property
    def reason(self) -> str:
        """As it is kept: `shared 10 device web-1`, with the seconds in between, rounded up."""
        return f"{SHARED} {-(-self.silence // timedelta(seconds=1))} {self.thing.kind} {self.thing.label}"


class Trails(Protocol):
    """What is remembered of earlier alerts, kept."""

    def newest(self, places: Collection[Place]) -> Sequence[tuple[Place, Trace]]:
        """For each entity its newest traces, under an empty type, and for each entity and type the newest of that;
        all newest first, WINDOW and SAME_WINDOW of each at most."""
        ...

    def add(self, traces: Iterable[tuple[str, Trace]]) -> None: ...

    def hours(self, places: Collection[Place], hour: int) -> Mapping[Place, int]:
        """In how many distinct hours before this one each type was seen on each entity; and it is seen in this one."""
        ...

    def forget(self, alert: int) -> None:
        """Nothing joins this alert any more."""
        ...

    def forget_before(self, at: datetime) -> None:
        """Traces of alerts received before then are of no use any more."""
        ...


def things_of(evidence: Iterable[Evidence]) -> tuple[Thing, ...]:
    """The things by which an alert may be tied to others, strongest kinds first, each once."""
    rank = {kind: place for place, kind in enumerate(STRONG)}
    found: dict[str, Thing] = {}
    for piece in evidence:
        if piece.entity and piece.kind in rank:
            found.setdefault(piece.entity, Thing(piece.kind, piece.entity, piece.label))
    return tuple(sorted(found.values(), key=lambda thing: rank[thing.kind])[:FOLLOWED])


class Follower:
    """Follows alerts one by one. It begins with what is remembered, and remembers what it was shown."""

    def __init__(self, remembered: Iterable[tuple[Place, Trace]] = ()) -> None:
        self._at: dict[Place, deque[Trace]] = {}
        #: The incidents of alerts that were grouped since.
        self._incidents: dict[int, int] = {}
        for place, trace in remembered:
            # Newest first; one more would push the newest out.
            window = self._window(place)
            if len(window) != window.maxlen:
                window.append(trace)

    def follow(self, one: Newcomer, incident_for: Callable[[Relation], int]) -> tuple[int | None, Relation | None]:
        """The incident of an alert, and why it is in it; neither for one that stands alone so far.

        `incident_for` gives the incident of a relation that has none yet; both alerts are in it then.
        """
        relation = None if one.incident is not None else self._relation(one)
        incident = one.incident
        if relation is not None:
            incident = relation.incident if relation.incident is not None else incident_for(relation)
            self._incidents[relation.alert] = incident
        self._remember(one, incident)
        return incident, relation

    def _remember(self, one: Newcomer, incident: int | None) -> None:
        for entity, trace in traces_of(one, incident):
            self._window((entity, "")).appendleft(trace)
            if one.alert_type:
                self._window((entity, one.alert_type)).appendleft(trace)

    def _relation(self, one: Newcomer) -> Relation | None:
        """The one with the least silence in between; with as much, of the strongest kind."""
        found = [relation for thing in one.things if (relation := self._at_thing(one, thing)) is not None]
        return min(found, key=lambda relation: relation.silence, default=None)

    def _at_thing(self, one: Newcomer, thing: Thing) -> Relation | None:
        newest, same = self._look((thing.entity, "")), self._look((thing.entity, one.alert_type))
        if not one.alert_type:
            same = []
        if is_crowded(one, newest):
            if same and _joins(one, (latest := _latest_with(same[0], newest)), SHORTEST):
                return self._to(one, latest, newest, thing)
        elif thing.entity not in one.routine:
            near = _nearest(one, [trace for trace in newest if not trace.routine])
            if near and _joins(one, near, _pace(near, newest, PATIENCE, _opening(one, newest))):
                return self._to(one, near, newest, thing)
        near = _nearest(one, same)
        if near and _joins(one, near, _pace(near, same, SAME_PATIENCE, OPENING)):
            return self._to(one, near, same, thing)
        return None

    def _to(self, one: Newcomer, trace: Trace, window: Sequence[Trace], thing: Thing) -> Relation | None:
        """None where everything of that group is over and done with."""
        if not any(other.is_open for other in _group(trace, window)):
            return None
        return Relation(trace.alert, trace.incident, thing, _silence(one, trace))

    def _window(self, place: Place) -> deque[Trace]:
        return self._at.setdefault(place, deque(maxlen=SAME_WINDOW if place[1] else WINDOW))

    def _look(self, place: Place) -> list[Trace]:
        """The window, with what has become of its alerts since."""
        known = self._incidents
        if not known:
            return list(self._at.get(place, ()))
        return [
            trace._replace(incident=known[trace.alert]) if trace.incident is None and trace.alert in known else trace
            for trace in self._at.get(place, ())
        ]


def read_reason(reason: str) -> tuple[timedelta, str, str] | None:
    """The silence, the kind and the label of a reason that grouping found; None for any other."""
    parts = reason.split(" ", 3)
    if len(parts) < 4 or parts[0] != SHARED or not (parts[1].isascii() and parts[1].isdigit()):
        return None
    return timedelta(seconds=int(parts[1])), parts[2], parts[3]


def traces_of(one: Newcomer, incident: int | None = None) -> Iterable[tuple[str, Trace]]:
    """What is remembered of an alert, by the entity."""
    for thing in one.things:
        yield (
            thing.entity,
            Trace(
                alert=one.alert,
                alert_type=one.alert_type,
                first=one.first,
                last=one.last,
                routine=thing.entity in one.routine,
                incident=incident,
            ),
        )


def is_crowded(one: Newcomer, newest: Sequence[Trace]) -> bool:
    """Alerts pour in on this thing."""
    return len(newest) >= WINDOW and abs(one.first - newest[WINDOW - 1].first) <= CROWDED


def _opening(one: Newcomer, newest: Sequence[Trace]) -> timedelta:
    """How long a second alert may take on this thing, by how often it has any."""
    if len(newest) < KNOWN:
        return OPENING
    usual = abs(one.first - newest[-1].first) / len(newest)
    return max(SHORTEST, min(OPENING, SHARE * usual))


def _pace(trace: Trace, window: Sequence[Trace], patience: int, opening: timedelta) -> timedelta:
    """How long the trace's group may be silent."""
    times = [other.first for other in _group(trace, window)]
    span = max(times) - min(times)
    # What goes on for so long is no burst any more but how things are there.
    if len(times) < 2 or span > BURST:
        return opening
    return max(SHORTEST, min(LONGEST, patience * span / (len(times) - 1)))


def _nearest(one: Newcomer, traces: Sequence[Trace]) -> Trace | None:
    """With the least silence in between; of several the newest."""
    return min(traces, key=lambda trace: _silence(one, trace), default=None)


def _group(trace: Trace, window: Sequence[Trace]) -> list[Trace]:
    if trace.incident is None:
        return [other for other in window if other.alert == trace.alert] or [trace]
    return [other for other in window if other.incident == trace.incident] or [trace]


def _latest_with(trace: Trace, newest: Sequence[Trace]) -> Trace:
    """The newest trace of the trace's group."""
    return _group(trace, newest)[0]


def _joins(one: Newcomer, trace: Trace, within: timedelta) -> bool:
    return _silence(one, trace) < within


def _silence(one: Newcomer, trace: Trace) -> timedelta:
    """The time between the two; none where they overlap."""
    return max(timedelta(0), one.first - trace.last, trace.first - one.last)
