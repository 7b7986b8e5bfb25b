"""Whatever a client sends as the editor's state, step and inputs, it is drawn again or refused in words."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.alerts.condition import EVERYTHING
from bot.alerts.condition_editing import How, Screen
from bot.alerts.condition_text import parse, to_text
from bot.alerts.errors import Refused
from bot.alerts.people import Person
from bot.teams.activity import InboundActivity
from bot.teams.condition_steps import condition_of, edited
from bot.teams.dialogs import Asked
from bot.teams.screens import Frame
from cards.condition_editor import render_editor
from cards.dialog_buttons import Dialog, DialogPress
from cards.language import ENGLISH

AT = datetime(2026, 11, 21, 3, 15, tzinfo=UTC)
ACTIVITY = InboundActivity.model_validate(
    {"type": "invoke", "name": "task/submit", "from": {"id": "29:ana"}, "conversation": {"id": "19:a"}}
)
FRAME = Frame(lang=ENGLISH, now=AT, nonce="n")

TEXTS = (
    "",
    "a",
    "a b",
    "a or (b not c)",
    "evidence(kind:file role:trigger) a",
    "not not (a or b)",
    "* or a",
    "last>7d",
)
STEPS = (
    "", "save", "c.", "c.open:", "c.open:0", "c.open:0.0", "c.open:9", "c.add:", "c.add:1", "c.or:0", "c.evidence:1",
    "c.delete:0", "c.delete:", "c.field", "c.field:severity", "c.field:words", "c.field:x y", "c.refield", "c.done",
    "c.group:any", "c.group:all", "c.ungroup", "c.piece", "c.clear", "c.back", "c.text", "c.open:x", "c.unheard:of",
)  # fmt: skip
names = st.sampled_from(
    (
        "c_text",
        "c_op",
        "c_values",
        "c_chosen",
        "c_not",
        "c_field",
        "c_other",
        "c_combine",
        "c_lines",
        "c_kind",
        "c_role",
    )
)
values = st.sampled_from(
    (
        "",
        "a",
        "severity:high",
        "true",
        "any",
        "0,1",
        "is",
        "exists",
        "high",
        "words",
        "label.x",
        "file",
        "usr:(",
        "*" * 20,
    )
) | st.text(max_size=8)
states = st.fixed_dictionaries(
    {"text": st.sampled_from(TEXTS)},
    optional={
        "on": st.sampled_from([*map(str, Screen), "nowhere"]),
        "at": st.sampled_from(("", "0", "1", "0.0", "1.1", "0.0.0", "x")),
        "how": st.sampled_from([*map(str, How), "somehow"]),
        "field": st.sampled_from(("severity", "words", "file.name", "label.x", "no such", "")),
    },
)


def asked(state: Any, step: str, inputs: dict[str, str]) -> Asked:
    press = DialogPress(
        dialog=Dialog.FILTER, step=step, nonce="n", state={} if state is None else {"condition": state}, inputs=inputs
    )
    return Asked(press, Person("ana-id", "Ana"), ACTIVITY, AT, ENGLISH)


@given(states, st.sampled_from(STEPS), st.dictionaries(names, values, max_size=5))
@example({"text": "a b", "at": "0"}, "c.field:severity", {"c_text": ""})
@settings(max_examples=800, deadline=None)
def test_any_state_step_and_inputs_are_drawn_or_refused(state: Any, step: str, inputs: dict[str, str]) -> None:
    press = asked(state, step, inputs)
    try:
        now = edited(press)
    except Refused:
        return
    drawn = render_editor(
        "Filter", now.editing, now.typed, lang=ENGLISH, press=press.press, nonce="n", notice=now.notice(FRAME)
    )
    assert drawn.card["body"]
    assert parse(to_text(now.editing.condition), limit=20_000) == now.editing.condition


@pytest.mark.parametrize("state", [None, 3, "text", {"text": 3}, {"text": "a" * 9_000}, {"on": "tree"}])
def test_a_state_that_is_not_the_editors_is_no_condition(state: Any) -> None:
    with pytest.raises(Refused) as refused:
        condition_of(asked(state, "save", {}))
    assert refused.value.reason == "badPress"


def test_a_dialog_opens_with_the_condition_that_it_is_given() -> None:
    assert edited(asked(None, "", {}), parse("severity:high")).editing.condition == parse("severity:high")
    assert edited(asked(None, "", {})).editing.condition == EVERYTHING


def test_what_was_typed_counts_when_it_takes_effect_and_names_its_place_when_it_is_wrong() -> None:
    assert condition_of(asked({"text": "a"}, "save", {"c_text": "severity:high"})) == parse("severity:high")
    with pytest.raises(Refused) as refused:
        condition_of(asked({"text": "a"}, "save", {"c_text": "severity:high usr:ana"}))
    assert refused.value.reason == "badFilter"
    error: Any = refused.value.facts["error"]
    assert (error.position, error.length) == (14, 3)


def test_the_dialogs_own_inputs_stay_while_the_editors_go() -> None:
    now = edited(asked({"text": "a"}, "c.add:", {"c_text": "a", "limit": "50"}))
    assert now.typed == {"limit": "50"}
