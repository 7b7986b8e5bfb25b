"""Tuning rules as rows."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from bot.alerts.alert import Alert
from bot.alerts.condition import Condition
from bot.alerts.condition_json import from_json, to_json
from bot.alerts.conversation import Scope
from bot.alerts.errors import NotAvailable
from bot.alerts.tuning import Action, Caught, Lookback, Standing, Terms, TuningRule
from bot.alerts.words import Classification
from storage.among import among
from storage.rule_tables import rule_sets, tuning_rules
from storage.scopes import in_scope
from storage.statements import twin
from storage.tuning_lookback import caught, open_caught

_KIND = "tuning"

_COLUMNS = (
    *("id", "terms", "standing", "position", "author", "author_name", "created_at", "changed_at", "enabled"),
    *("origin", "replaces", "with_open", "lookback", "decided_by"),
)
_SELECT = select(*(tuning_rules.c[name] for name in _COLUMNS))
_GET = _SELECT.where(tuning_rules.c.id == bindparam("id_"))
_MANY = among(lambda is_among: _SELECT.where(is_among(tuning_rules.c.id, "ids_")))
_OF_STANDING = among(
    lambda is_among: _SELECT.where(is_among(tuning_rules.c.standing, "standings_")).order_by(
        tuning_rules.c.position, tuning_rules.c.id
    )
)
_ADD = insert(tuning_rules).returning(tuning_rules.c.id)
_SAVE = update(tuning_rules).where(tuning_rules.c.id == bindparam("id_"))
_LAST = select(func.coalesce(func.max(tuning_rules.c.position), 0))
_FORGET = delete(tuning_rules).where(
    tuning_rules.c.standing == Standing.DRAFT.value, tuning_rules.c.changed_at < bindparam("before_")
)
_FORGET_ONE = delete(tuning_rules).where(
    tuning_rules.c.standing == Standing.DRAFT.value, tuning_rules.c.id == bindparam("id_")
)
_SET = select(rule_sets.c.token, rule_sets.c.creation).where(rule_sets.c.kind == _KIND)
_KEEP_SET = twin(
    lambda insert: (new := insert(rule_sets)).on_conflict_do_update(
        index_elements=["kind"], set_={name: new.excluded[name] for name in ("token", "creation")}
    )
)


class TuningRules:
    def __init__(self, connection: Connection) -> None:
        self._on = connection

    def token(self) -> str:
        return self._set()[0]

    def creation(self) -> bool:
        return self._set()[1]

    def set_creation(self, *, on: bool) -> None:
        self._on.execute(_KEEP_SET.on(self._on), {"kind": _KIND, "token": _new_token(), "creation": on})

    def get(self, rule: int) -> TuningRule:
        row = self._on.execute(_GET, {"id_": rule}).first()
        if row is None:
            raise NotAvailable(f"rule {rule}")
        return _rule(row)

    def many(self, rules: Iterable[int]) -> Mapping[int, TuningRule]:
        wanted = list(rules)
        if not wanted:
            return {}
        rows = self._on.execute(_MANY.on(self._on), {"ids_": wanted})
        return {row.id: _rule(row) for row in rows}

    def all(self, *standings: Standing) -> Sequence[TuningRule]:
        rows = self._on.execute(_OF_STANDING.on(self._on), {"standings_": [one.value for one in standings]})
        return [_rule(row) for row in rows]

    def add(self, rule: TuningRule) -> TuningRule:
        values = _values(rule) | {"position": self.last_position() + 1}
        number = self._on.execute(_ADD, values).scalar_one()
        return self.get(number)

    def last_position(self) -> int:
        last: int = self._on.execute(_LAST).scalar_one()
        return last

    def save(self, rule: TuningRule) -> None:
        self._on.execute(_SAVE, _values(rule) | {"id_": rule.id})
        if rule.standing is not Standing.DRAFT:
            self.set_creation(on=self.creation())

    def keep_lookback(self, rule: int, lookback: Lookback) -> None:
        self._on.execute(_SAVE, {"id_": rule, "lookback": _plain_lookback(lookback)})

    def caught(self, condition: Condition, since: datetime, until: datetime, *, now: datetime) -> Caught:
        return caught(self._on, condition, since, until, now=now)

    def open_caught(self, condition: Condition, scope: Scope, *, now: datetime, limit: int) -> list[Alert]:
        return open_caught(self._on, condition, in_scope(scope, self._on), now=now, limit=limit)

    def forget(self, rule: int) -> None:
        self._on.execute(_FORGET_ONE, {"id_": rule})

    def forget_drafts(self, before: datetime) -> None:
        self._on.execute(_FORGET, {"before_": before})

    def _set(self) -> tuple[str, bool]:
        row = self._on.execute(_SET).first()
        return (row.token, bool(row.creation)) if row is not None else ("", True)


def _new_token() -> str:
    return secrets.token_hex(8)


def _values(rule: TuningRule) -> dict[str, Any]:
    values: dict[str, Any] = {name: getattr(rule, name) for name in _COLUMNS if name != "id"}
    values["standing"] = rule.standing.value
    values["terms"] = plain_terms(rule.terms)
    values["lookback"] = _plain_lookback(rule.lookback) if rule.lookback is not None else None
    return values


def _rule(row: Any) -> TuningRule:  # noqa: ANN401 - a row of _SELECT
    values = row._asdict()
    values["standing"] = Standing(row.standing)
    values["terms"] = terms_of(row.terms)
    values["lookback"] = _lookback(row.lookback) if row.lookback is not None else None
    return TuningRule(**values)


def plain_terms(terms: Terms) -> dict[str, Any]:
    """As JSON. What is empty is left out; reading gives the default again."""
    plain: dict[str, Any] = {"name": terms.name, "action": terms.action.value, "indicators": to_json(terms.indicators)}
    for name in ("description", "comment", "alert_type", "type_name", "determination", "any_indicator"):
        if value := getattr(terms, name):
            plain[name] = value
    for name in ("services", "devices", "groups", "users"):
        if values := getattr(terms, name):
            plain[name] = list(values)
    if terms.classification is not Classification.NOT_SET:
        plain["classification"] = terms.classification.value
    if terms.expires_at is not None:
        plain["expires_at"] = terms.expires_at.isoformat()
    return plain


def terms_of(plain: Mapping[str, Any]) -> Terms:
    values = dict(plain)
    values["action"] = Action(values["action"])
    values["indicators"] = from_json(values["indicators"])
    for name in ("services", "devices", "groups", "users"):
        if name in values:
            values[name] = tuple(values[name])
    if "classification" in values:
        values["classification"] = Classification(values["classification"])
    if "expires_at" in values:
        values["expires_at"] = datetime.fromisoformat(values["expires_at"])
    return Terms(**values)


def _plain_lookback(lookback: Lookback) -> dict[str, Any]:
    return {
        "since": lookback.since.isoformat(),
        "until": lookback.until.isoformat(),
        "total": lookback.total,
        "open": lookback.open,
        "verdicts": {verdict.value: count for verdict, count in lookback.verdicts.items()},
        "true_positives": list(lookback.true_positives),
        "done": lookback.done,
    }


def _lookback(plain: Mapping[str, Any]) -> Lookback:
    return Lookback(
        since=datetime.fromisoformat(plain["since"]),
        until=datetime.fromisoformat(plain["until"]),
        total=plain["total"],
        open=plain["open"],
        verdicts={Classification(verdict): count for verdict, count in plain["verdicts"].items()},
        true_positives=tuple(plain["true_positives"]),
        done=plain["done"],
    )
