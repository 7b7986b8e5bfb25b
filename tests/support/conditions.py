"""Made-up alerts, evidence, people and conditions, for hypothesis: few values, so that conditions often hold."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from bot.alerts.alert import Alert
from bot.alerts.condition import (
    COMPARISONS,
    EVERYTHING,
    And,
    Condition,
    ConditionError,
    Field,
    Not,
    Op,
    Or,
    Piece,
    Test,
)
from bot.alerts.condition_checks import TEXTS, make_test
from bot.alerts.condition_facts import Facts
from bot.alerts.condition_fields import FIELDS, MAX_PATH, OPS, Sort, Spec, canonical, spec_of
from bot.alerts.condition_vocabulary import NAMES
from bot.alerts.evidence import Evidence
from bot.alerts.people import Person
from bot.alerts.words import Classification, Severity, Signal, Status

NOW = datetime(2026, 11, 21, 3, 2, 1, 123456, tzinfo=UTC)
ME = "object-ana"
PEOPLE = {
    ME: Person(ME, "Ana Ünlü", user_principal_name="Ana@contoso.com"),
    "object-bo": Person("object-bo", "Bo", user_principal_name="bo.b@contoso.com"),
}

#: Letters with and without case, and everything that some quoting treats in its own way.
LETTERS = "abAB ÜüßẞςσΣéÉİıKkſs.,@\\*%_\"'():=<>~^-/#“”1ΪΐжЖ"
WORDS = ("web-1", "WEB-1.contoso.com", "ana", "Ana@contoso.com", "CONTOSO\\ana", "mimikatz.exe", "Ünlü", "a%b_c", "x y")

texts = st.one_of(st.sampled_from(WORDS), st.text(LETTERS, max_size=6))
names = st.sampled_from(
    ("fileDetails", "FILEDETAILS", "fileName", "userAccount", "accountName", "a.b", "Ü", "deviceDnsName")
)
numbers = st.one_of(st.integers(-3, 30), st.sampled_from((10**17, 10**18 - 1, 10**18, -(10**18), 10**19, 2**63)))
scalars = st.one_of(texts, numbers, st.booleans(), st.none(), st.sampled_from((1.0, 0.5, 1e30)))
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(names, inner, max_size=3)),
    max_leaves=6,
)
kinds = st.sampled_from(("device", "user", "file", "process", "mailbox", "Ürn", "registryKey", "service"))
moments = st.sampled_from(
    (
        NOW,
        NOW - timedelta(days=7),
        NOW - timedelta(days=7, microseconds=1),
        datetime(2026, 11, 20, tzinfo=UTC),
        datetime(2026, 11, 20, 23, 59, 59, 999999, tzinfo=UTC),
        datetime(2026, 11, 21, tzinfo=UTC),
        NOW - timedelta(hours=2),
    )
)


def _mirrored(moment: datetime) -> datetime:
    """As far ahead as it was ago."""
    return NOW + (NOW - moment)


def _entity(kind: str, value: str) -> str:
    return f"{kind.lower()}:{value.strip().lower()}" if value.strip() else ""


def _usual(kind: str) -> st.SearchStrategy[dict[str, Any]]:
    """Properties where Graph has them: those by which a piece of this kind goes, and lists of objects."""
    inner = st.fixed_dictionaries({path[-1]: texts for path in NAMES.get(kind, (("fileName",),))})
    return st.fixed_dictionaries(
        {path[0]: inner if len(path) > 1 else texts for path in NAMES.get(kind, (("fileName",),))},
        optional={"parts": st.lists(st.one_of(inner, scalars), max_size=2), "a.b": scalars},
    )


@st.composite
def pieces(draw: st.DrawFn) -> Evidence:
    kind = draw(kinds)
    return Evidence(
        kind=kind,
        entity=_entity(kind, draw(texts)),
        label=draw(texts),
        roles=tuple(draw(st.lists(st.sampled_from(("trigger", "Attacker", "ü")), max_size=2))),
        verdict=draw(st.sampled_from(("unknown", "malicious", "noThreatsFound"))),
        remediation=draw(st.sampled_from(("none", "blocked"))),
        tags=tuple(draw(st.lists(texts, max_size=2))),
        properties=draw(st.one_of(st.dictionaries(names, values, max_size=3), _usual(kind))),
    )


@st.composite
def alerts(draw: st.DrawFn, number: int = 1) -> Alert:
    fields: dict[str, Any] = {
        name: draw(texts)
        for name in (
            "title",
            "description",
            "recommended_actions",
            "category",
            "alert_type",
            "product",
            "threat",
            "threat_actor",
        )
    }
    fields |= {name: draw(moments) for name in ("created_at", "first_activity", "last_activity", "received_at")}
    times = ("acknowledged_at", "resolved_at", "acknowledge_by", "resolve_by")
    fields |= {name: draw(st.none() | moments | moments.map(_mirrored)) for name in times}
    fields |= {name: tuple(draw(st.lists(texts, max_size=2))) for name in ("tags", "source_tags", "mitre")}
    return Alert(
        number=number,
        source=draw(st.sampled_from(("graph", "Alertmanager"))),
        external_id=draw(texts) + str(number),
        revision=1,
        severity=draw(st.sampled_from(Severity)),
        status=draw(st.sampled_from(Status)),
        signal=draw(st.none() | st.sampled_from(Signal)),
        classification=draw(st.sampled_from(Classification)),
        determination=draw(st.sampled_from(("", "malware", "other"))),
        incident=draw(st.sampled_from((None, 1, 2))),
        assignee=draw(st.sampled_from((None, ME, "object-bo", "ana@contoso.com", "Ünlü"))),
        investigation_state=draw(st.sampled_from(("", "benign", "running"))),
        service_source=draw(st.sampled_from(("", "microsoftDefenderForEndpoint", "Ü service"))),
        detection_source=draw(st.sampled_from(("", "antivirus", "customDetection"))),
        hidden=draw(st.sampled_from((None, None, "tuning:1"))),
        comment_count=draw(st.integers(0, 3)),
        labels=draw(st.dictionaries(st.sampled_from(("team", "TEAM", "Ünlü", "a b.c", '"')), texts, max_size=3)),
        **fields,
    )


_OF_EVIDENCE = [Field(name) for name, spec in FIELDS.items() if spec.of_evidence]
_OF_ALERTS = [Field(name) for name, spec in FIELDS.items() if not spec.of_evidence and name != "label"]
_LABELS = [Field("label", (name,)) for name in ("team", "Ünlü", "a b.c", '"', ".x")]


def _paths(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The paths that some properties have."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield (*path, name)
            yield from _paths(inner, (*path, name))
    elif isinstance(value, list):
        for inner in value:
            yield from _paths(inner, path)


def fields(known: Sequence[Facts], *, of_evidence: bool) -> st.SearchStrategy[Field]:
    """Any field, with the properties that these alerts have."""
    pieces = [facts.piece for alert in known for facts in alert.pieces]
    there = [(piece.kind, *path) for piece in pieces for path in _paths(piece.properties) if len(path) < MAX_PATH]
    there += [("*", *path) for _, *path in there]
    labels = [Field("label", (name,)) for alert in known for name in alert.alert.labels] or _LABELS
    chosen = [
        st.sampled_from(_OF_EVIDENCE),
        st.builds(lambda kind: Field("evidence", (kind,)), kinds),
        st.builds(
            lambda kind, path: Field("evidence", (kind, *path)),
            kinds | st.just("*"),
            st.lists(names, min_size=1, max_size=3),
        ),
    ]
    if there:
        chosen.append(st.sampled_from(there).map(lambda path: Field("evidence", path)))
    if not of_evidence:
        chosen = [*chosen, st.sampled_from(_OF_ALERTS), st.sampled_from(_OF_ALERTS), st.sampled_from(labels)]
    return st.one_of(chosen)


@st.composite
def tests(draw: st.DrawFn, known: Sequence[Facts], *, of_evidence: bool) -> Test:
    """A test of any field, as `make_test` spells it. Half of the values are made of what these alerts have."""
    field = canonical(draw(fields(known, of_evidence=of_evidence)))
    spec = spec_of(field)
    op = draw(st.sampled_from(sorted(OPS[spec.sort])))
    if op is Op.EXISTS:
        return make_test(field, op)
    several = 1 if op in COMPARISONS or spec.sort is Sort.WORDS else 3
    value = foreign = _value(spec, op)
    if spec.sort in TEXTS and (there := [text for facts in known for text in facts.texts(field)]):
        value = st.booleans().flatmap(lambda own: st.sampled_from(there).flatmap(_part_of) if own else foreign)
    try:
        return make_test(field, op, *draw(st.lists(value, min_size=1, max_size=several)))
    except ConditionError:
        return make_test(field, Op.IS, "1" if spec.sort is Sort.NUMBER else "a")


@st.composite
def _part_of(draw: st.DrawFn, text: str) -> str:
    """The text or a part of it, in another case, or with a star where something was cut out."""
    start, end = sorted((draw(st.integers(0, len(text))), draw(st.integers(0, len(text)))))
    cuts = (text, text, text[start:end], text[:end], f"{text[:start]}*{text[end:]}", f"*{text[start:end]}*")
    cut = draw(st.sampled_from(cuts))
    return draw(st.sampled_from((cut, cut.upper(), cut.swapcase())))


def _value(spec: Spec, op: Op) -> st.SearchStrategy[str]:
    match spec.sort:
        case Sort.CHOICE | Sort.RANK | Sort.FLAG:
            return st.sampled_from(spec.choices)
        case Sort.NUMBER:
            return st.sampled_from(("0", "1", "2", "3", "none", "999999999999999"))
        case Sort.TIME:
            exact = () if op is Op.IS else ("2026-11-20T23:59:59.999999", "2026-11-21T03:02:01.123456Z")
            return st.sampled_from(("7d", "2h", "0s", "2026-11-20", "2026-11-21", *exact))
    words = sorted({*spec.words, *spec.words.values(), "me", "trigger"})
    return st.one_of(st.sampled_from(words), texts, st.sampled_from(("*a*", "web-*", "*.exe", "a*b", "Ü*", "#1")))


def conditions(known: Sequence[Facts] = (), *, of_evidence: bool = False) -> st.SearchStrategy[Condition]:
    """Conditions over any field, half of them made of what these alerts have."""
    leaves: st.SearchStrategy[Condition] = tests(known, of_evidence=of_evidence)
    if not of_evidence:
        of_piece = conditions(known, of_evidence=True).map(Piece)
        leaves = st.one_of(leaves, leaves, st.just(EVERYTHING), of_piece)
    return st.recursive(leaves, _grouped, max_leaves=6)


def _grouped(inner: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.one_of(several.map(And), several.map(Or), several.map(lambda parts: Not(Or(parts))), inner.map(Not))


Kept = tuple[Alert, list[Evidence]]


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[Kept], list[Condition]]:
    """Some alerts with their evidence, and conditions about them."""
    kept = [(draw(alerts(number)), draw(st.lists(pieces(), max_size=3))) for number in (1, 2, 3)]
    known = [Facts(alert, evidence, people=PEOPLE, me=ME) for alert, evidence in kept]
    one = tests(known, of_evidence=False)
    return kept, [*draw(st.lists(one, min_size=10, max_size=20)), *draw(st.lists(conditions(known), max_size=4))]
