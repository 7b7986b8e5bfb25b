"""Editing conditions: both ways without loss, and what each step does."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.alerts.condition import EVERYTHING, And, Condition, ConditionError, Op, Test, parts_of
from bot.alerts.condition_checks import check
from bot.alerts.condition_edit import edit
from bot.alerts.condition_editing import LONGEST, Editing, How, Screen
from bot.alerts.condition_fields import name_of
from bot.alerts.condition_forms import field_named, read_test, read_values, write_values
from bot.alerts.condition_paths import children, node_at, read_path, replaced, without_not, write_path
from bot.alerts.condition_text import parse, to_text
from tests.support.conditions import conditions

Path = tuple[int, ...]


def paths(condition: Condition, path: Path = ()) -> list[Path]:
    """Every path there is."""
    below = [paths(part, (*path, place)) for place, part in enumerate(parts_of(condition))]
    return [path, *(one for found in below for one in found)]


def short(condition: Condition) -> bool:
    return len(to_text(condition)) <= LONGEST


def as_typed(test: Test, *, negated: bool) -> dict[str, str]:
    """What comes back from the form of a test that nobody touched."""
    return {"c_op": test.op.value, "c_values": write_values(test.values), "c_not": "true" if negated else "false"}


edited = conditions().filter(short)


@given(edited, st.data())
@settings(max_examples=300, deadline=None)
def test_a_condition_goes_through_the_dialogs_state_from_every_place_and_back(
    c: Condition, data: st.DataObject
) -> None:
    path = data.draw(st.sampled_from(paths(c)))
    editing = Editing(c, data.draw(st.sampled_from(Screen)), path, data.draw(st.sampled_from(How)))
    kept = json.loads(json.dumps(editing.state()))
    back = Editing.of_state(kept)
    assert back.condition == c
    assert back.state() == kept


@given(edited)
@settings(max_examples=300, deadline=None)
def test_opening_every_line_and_changing_nothing_changes_nothing(c: Condition) -> None:
    for path in paths(c):
        opened = edit(Editing(c), f"c.open:{write_path(path)}", {})
        assert (opened.condition, opened.path) == (c, path)
        test, negated = opened.test
        typed = as_typed(test, negated=negated) if test else {}
        assert edit(opened, "c.done", typed).condition == c
        assert edit(opened, "c.back", typed).condition == c


@given(edited)
@settings(max_examples=200, deadline=None)
def test_the_text_form_and_the_tree_are_the_same_condition(c: Condition) -> None:
    text = to_text(c)
    if len(text) <= 2_000:
        assert edit(Editing(), "c.text", {"c_text": text}).condition == c
    assert edit(Editing(c), "c.text", {"c_text": text}).condition == c


@given(edited, st.data())
@settings(max_examples=300, deadline=None)
def test_whatever_is_deleted_added_grouped_or_turned_there_is_always_a_condition(
    c: Condition, data: st.DataObject
) -> None:
    path = data.draw(st.sampled_from(paths(c)))
    step = data.draw(st.sampled_from(("delete", "add", "or", "evidence", "open")))
    editing = edit(Editing(c), f"c.{step}:{write_path(path)}", {})
    typed = {
        "c_field": "verdict",
        "c_op": "is",
        "c_values": "malicious",
        "c_kind": "file",
        "c_combine": data.draw(st.sampled_from(("any", "all"))),
        "c_not": data.draw(st.sampled_from(("true", "false"))),
        "c_lines": "0,1",
    }
    for name in data.draw(st.lists(st.sampled_from(("field", "done", "group:any", "ungroup", "piece")), max_size=3)):
        try:
            editing = edit(editing, f"c.{name}", typed)
        except ConditionError:
            continue
        check(editing.condition)
        assert parse(to_text(editing.condition), limit=20_000) == editing.condition


@given(st.lists(st.text(alphabet='ab "\n\t,*', max_size=5), max_size=4))
def test_values_stand_on_lines_of_their_own_and_come_back_the_same(values: list[str]) -> None:
    assert read_values(write_values(tuple(values))) == values


@given(edited)
@settings(max_examples=200, deadline=None)
def test_every_field_is_found_again_by_its_name(c: Condition) -> None:
    for path in paths(c):
        node = node_at(c, path)
        if isinstance(node, Test):
            assert field_named(name_of(node.field)) == node.field


def test_filters_are_added_one_by_one() -> None:
    editing = Editing()
    for name, typed in (("severity", {"c_chosen": "high,medium"}), ("host", {"c_values": "web-*\ndb-1"})):
        editing = edit(editing, "c.add:", {})
        assert (editing.screen, editing.how) == (Screen.FIELD, How.ADD)
        editing = edit(editing, f"c.field:{name}", {})
        assert editing.screen is Screen.TEST
        editing = edit(editing, "c.done", {"c_op": "is", **typed})
    assert to_text(editing.condition) == "severity:high,medium host:web-*,db-1"


def test_one_test_or_another() -> None:
    editing = edit(Editing(parse("host:web-1 user:ana")), "c.or:1", {})
    editing = edit(edit(editing, "c.field", {"c_field": "user"}), "c.done", {"c_op": "is", "c_values": "bo"})
    assert to_text(editing.condition) == "host:web-1 (user:ana or user:bo)"
    editing = edit(edit(editing, "c.or:1.1", {}), "c.field", {"c_other": "host.group"})
    editing = edit(editing, "c.done", {"c_op": "is", "c_values": "tier 0", "c_not": "true"})
    assert to_text(editing.condition) == 'host:web-1 (user:ana or user:bo or not host.group:"tier 0")'


def test_what_was_changed_about_a_test_is_kept_when_another_way_is_added() -> None:
    editing = edit(Editing(parse("not host:web-1")), "c.open:", {})
    editing = edit(editing, "c.or:", {"c_op": "is", "c_values": "web-2", "c_not": "true"})
    assert to_text(editing.condition) == "not host:web-2"
    editing = edit(edit(editing, "c.field:user", {}), "c.done", {"c_op": "is", "c_values": "ana"})
    assert to_text(editing.condition) == "not host:web-2 or user:ana"


@pytest.mark.parametrize(
    ("text", "step", "typed", "becomes"),
    [
        ("a b c", "delete:1", {}, "a c"),
        ("a b", "delete:0", {}, "b"),
        ("a", "delete:", {}, "*"),
        ("a (b or c)", "delete:1.0", {}, "a c"),
        ("not a b", "delete:0", {}, "b"),
        ("evidence(kind:file role:trigger) a", "delete:0.0.1", {}, "evidence(kind:file) a"),
        ("evidence(kind:file) a", "delete:0.0", {}, "a"),
    ],
)
def test_deleting_leaves_no_empty_group(text: str, step: str, typed: dict[str, str], becomes: str) -> None:
    assert to_text(edit(Editing(parse(text)), f"c.{step}", typed).condition) == becomes


@pytest.mark.parametrize(
    ("text", "at", "step", "typed", "becomes"),
    [
        ("a b c", "", "group:any", {"c_lines": "0,2"}, "(a or c) b"),
        ("a b c", "", "group:all", {"c_lines": "0,1"}, "(a b) c"),
        ("a b c", "", "group:any", {"c_lines": "2,1,0"}, "a or b or c"),
        ("a (b or c)", "1", "done", {"c_combine": "all"}, "a (b c)"),
        ("a (b or c)", "1", "done", {"c_not": "true"}, "a not (b or c)"),
        ("a not (b or c)", "1", "done", {"c_not": "false", "c_combine": "any"}, "a (b or c)"),
        ("a not not (b or c)", "1", "done", {"c_not": "false"}, "a not not (b or c)"),
        ("(a b) c", "0", "ungroup", {}, "a b c"),
        ("evidence(kind:file role:trigger)", "", "done", {"c_not": "true"}, "not evidence(kind:file role:trigger)"),
    ],
)
def test_groups(text: str, at: str, step: str, typed: dict[str, str], becomes: str) -> None:
    opened = edit(Editing(parse(text)), f"c.open:{at}", {})
    assert to_text(edit(opened, f"c.{step}", typed).condition) == becomes


def test_a_piece_of_evidence_gets_its_kind_its_role_and_properties() -> None:
    editing = edit(Editing(parse("severity:high")), "c.evidence:", {})
    editing = edit(editing, "c.piece", {"c_kind": "file", "c_role": "trigger"})
    assert to_text(editing.condition) == "severity:high evidence(kind:file role:trigger)"
    assert (editing.screen, editing.path) == (Screen.GROUP, (1,))
    editing = edit(editing, "c.add:1", {})
    assert editing.in_piece
    with pytest.raises(ConditionError) as refused:
        edit(editing, "c.field:severity", {})
    assert refused.value.reason == "notEvidence"
    editing = edit(edit(editing, "c.field:file.name", {}), "c.done", {"c_op": "is", "c_values": "mimi*"})
    assert to_text(editing.condition) == "severity:high evidence(kind:file role:trigger file.name:mimi*)"


@pytest.mark.parametrize(
    ("text", "at", "path"),
    [("", "", ()), ("a", "", (1,)), ("a or b", "", (1,)), ("not a", "", (1,)), ("a (b or not c)", "1", (1, 2))],
)
def test_a_new_piece_of_evidence_is_open_at_once(text: str, at: str, path: Path) -> None:
    editing = edit(edit(Editing(parse(text)), f"c.evidence:{at}", {}), "c.piece", {"c_role": "trigger"})
    assert editing.path == path
    assert to_text(node_at(editing.condition, path)) == "evidence(role:trigger)"


def test_a_typed_text_counts_first_and_a_step_about_another_tree_is_left_out() -> None:
    editing = Editing(parse("severity:high host:web-1"))
    after = edit(editing, "c.delete:1", {"c_text": "severity:low user:ana"})
    assert (to_text(after.condition), after.screen) == ("severity:low user:ana", Screen.TREE)
    with pytest.raises(ConditionError) as wrong:
        edit(editing, "c.open:0", {"c_text": "severity:high user:"})
    assert wrong.value.position == len("severity:high user:")


@pytest.mark.parametrize(
    ("field", "typed", "reason"),
    [
        ("severity", {"c_op": "is", "c_chosen": "urgent"}, "badChoice"),
        ("severity", {"c_op": "contains", "c_values": "high"}, "badOp"),
        ("severity", {"c_op": "sideways", "c_values": "high"}, "badOp"),
        ("severity", {"c_op": "atLeast", "c_chosen": "low,high"}, "oneValue"),
        ("host", {"c_op": "is"}, "noValue"),
        ("host", {"c_op": "is", "c_values": "*a" * 20}, "manyStars"),
        ("comments", {"c_op": "above", "c_values": "many"}, "badNumber"),
        ("last", {"c_op": "above", "c_values": "yesterday"}, "badTime"),
    ],
)
def test_what_does_not_fit_is_refused(field: str, typed: dict[str, str], reason: str) -> None:
    with pytest.raises(ConditionError) as refused:
        read_test(field_named(field), typed)
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    "state",
    [
        None,
        {},
        {"text": 1},
        {"text": "severity:("},
        {"text": "a", "on": "nowhere"},
        {"text": "a", "at": "x"},
        {"text": "a", "at": "0"},
        {"text": "a", "at": "1" * 500},
        {"text": "a", "field": "x y"},
        {"text": "a" * 5_000},
    ],
)
def test_a_forged_state_is_refused(state: Any) -> None:
    with pytest.raises(ConditionError):
        Editing.of_state(state)


@pytest.mark.parametrize("at", ["7", "0.0", "0.0.0"])
def test_a_place_that_is_not_there_is_refused(at: str) -> None:
    for step in ("open", "add", "or", "evidence", "delete"):
        with pytest.raises(ConditionError):
            edit(Editing(parse("a b")), f"c.{step}:{at}", {})


def test_it_does_not_grow_beyond_what_can_be_said_in_chat() -> None:
    editing = Editing(parse(" ".join(f"title:{'x' * 200}{number}" for number in range(9))))
    with pytest.raises(ConditionError) as refused:
        edit(edit(edit(editing, "c.add:", {}), "c.field:title", {}), "c.done", {"c_op": "is", "c_values": "y" * 250})
    assert refused.value.reason == "longText"


def test_lines_of_a_group_are_what_stands_in_it() -> None:
    c = parse("a not (b or c) evidence(kind:file role:trigger)")
    assert children(c, ()) == [(0,), (1,), (2,)]
    assert children(c, (1,)) == [(1, 0, 0), (1, 0, 1)]
    assert children(c, (2,)) == [(2, 0, 0), (2, 0, 1)]
    assert children(c, (0,)) == []
    assert replaced(c, (), None) == EVERYTHING
    assert without_not(node_at(c, (1,)))[1] == 1
    assert read_path("") == ()
    assert isinstance(c, And)
    assert Op.IS in (test.op for test in [node_at(c, (0,))] if isinstance(test, Test))
