"""What holds for every dialog, whatever it shows."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.alerts.condition import EVERYTHING, Condition, Field, Op
from bot.alerts.condition_checks import make_test
from bot.alerts.condition_edit import MARK, edit
from bot.alerts.condition_editing import LONGEST, Editing, Screen
from bot.alerts.condition_text import parse, to_text
from cards.condition_editor import STATE, editor_press
from cards.dialog_buttons import DialogPress, opens, submits
from cards.elements import Card
from cards.size import LIMIT, size
from tests.support.card_reading import action_groups, button, buttons, inputs, text, texts, walk
from tests.support.card_schema import check_card
from tests.support.conditions import conditions
from tests.unit.cards.drawn_dialogs import PRESS, WISH, editor, every_dialog
from tests.unit.cards.test_every_card import OLD

DIALOGS = every_dialog()


@pytest.mark.parametrize("name", DIALOGS)
def test_every_dialog_is_what_teams_takes(name: str) -> None:
    check_card(DIALOGS[name].card)
    task = DIALOGS[name].task()["task"]
    assert task["type"] == "continue"
    assert set(task["value"]) == {"title", "height", "width", "card"}


@pytest.mark.parametrize("name", DIALOGS)
def test_dialogs_know_no_other_buttons_than_submit_and_links(name: str) -> None:
    kinds = {one.kind for one in buttons(DIALOGS[name].card)}
    assert kinds <= {"Action.Submit", "Action.OpenUrl", "Action.ToggleVisibility"}
    assert "Action.Submit" in kinds


@pytest.mark.parametrize("name", DIALOGS)
def test_every_button_can_be_read_back(name: str) -> None:
    for one in buttons(DIALOGS[name].card):
        if one.kind == "Action.Submit":
            read = DialogPress.read(one.data)
            assert read.data() == one.data
            assert read.step
            assert not read.inputs
            if STATE in read.state:
                Editing.of_state(read.state[STATE])


@pytest.mark.parametrize("name", DIALOGS)
def test_no_row_of_buttons_has_more_than_six(name: str) -> None:
    assert all(1 <= len(group) <= 6 for group in action_groups(DIALOGS[name].card))


@pytest.mark.parametrize("name", DIALOGS)
def test_dialogs_are_small_and_their_inputs_have_labels_and_ids_once(name: str) -> None:
    card = DIALOGS[name].card
    ids = [node["id"] for node in walk(card) if "id" in node]
    assert size(card) <= LIMIT
    assert len(ids) == len(set(ids))
    # A toggle stands beside its title.
    assert all(one["label"] or one.get("title") for one in inputs(card).values())


@pytest.mark.parametrize("name", DIALOGS)
def test_old_phones_know_every_element(name: str) -> None:
    known = OLD | {"Input.Toggle"}
    for node in walk(DIALOGS[name].card):
        kind = str(node.get("type", ""))
        assert not kind or kind in known or kind.startswith(("Data.", "Layout.")), kind


@pytest.mark.parametrize(
    "name", [name for name in DIALOGS if name.startswith("condition ") and name != "condition nothing"]
)
def test_the_text_form_is_always_there(name: str) -> None:
    card = DIALOGS[name].card
    condition = next(
        Editing.of_state(one.data["state"][STATE]).condition for one in buttons(card) if one.kind == "Action.Submit"
    )
    shown = inputs(card).get("c_text", {}).get("value", "") + text(card)
    assert to_text(condition) in shown


def test_the_tree_reads_as_people_speak() -> None:
    lines = texts(editor(Editing(WISH)).card)
    wanted = [
        "all of:",
        "Severity is at least Medium",
        "and any of:",
        "Host is web-*",
        "or User is ana",
        "or a piece of evidence with:",
        "Kind of evidence is File",
        "and Role of evidence is Trigger",
        "and File: name is mimi*",
        "and not: Tag is lab",
    ]
    assert [line for line in lines if line in wanted] == wanted


@pytest.mark.parametrize(
    ("written", "line"),
    [
        ("last:7d", "Last activity is within the last 7d"),
        ("last>7d", "Last activity is after 7d ago"),
        ("created:2026-11-21", "Created is on 2026-11-21"),
        ("created<2026-11-21T08:00", "Created is before 2026-11-21T08:00"),
        ("status:open", "Status is New or In progress"),
        ("label.team:payments", "Label: team is payments"),
        ("mimikatz", "Words anywhere are mimikatz"),
        ("incident:none", "Incident is none"),
        ("tag:*", "Tag has any value"),
        ("service:endpoint", "Service source is Endpoint"),
        ("title~spray", "Title contains spray"),
        ("evidence.registryKey.registryKey:HKLM*", "Registry key: key is HKLM*"),
    ],
)
def test_tests_read_as_people_speak(written: str, line: str) -> None:
    assert line in texts(editor(Editing(parse(written))).card)


def test_the_editor_says_where_wildcards_work() -> None:
    assert "* stands for anything" in text(DIALOGS["condition text test"].card)
    assert "* stands for anything" not in text(DIALOGS["condition ticked test"].card)
    assert "* stands for anything" not in text(DIALOGS["condition time"].card)


def test_a_file_s_own_properties_come_first_inside_of_a_piece() -> None:
    field = inputs(DIALOGS["condition field of a file"].card)["c_field"]
    names = [choice["value"] for choice in field["choices"]]
    assert names[:3] == ["file", "file.name", "file.path"]
    assert "severity" not in names
    assert "role" in names


def test_the_dialogs_own_parts_stand_around_the_whole_condition_only() -> None:
    own = [submits("Next", editor_press(PRESS, Editing(WISH), "next", nonce="n"))]
    whole = editor(Editing(WISH), actions=own)
    part = editor(Editing(WISH, Screen.TEST, (0,)), actions=own)
    assert button(whole.card, "Next").data["state"][STATE]["text"] == to_text(WISH)
    assert "Next" not in [one.title for one in buttons(part.card)]


def test_a_button_that_opens_a_dialog_says_so_to_teams() -> None:
    action = opens("Choose alerts…", PRESS)
    assert action["data"] == {"dialog": "subscribe", "msteams": {"type": "task/fetch"}}
    check_card({"type": "AdaptiveCard", "version": "1.5", "body": [], "actions": [action]})


def test_a_very_large_condition_still_fits_and_says_what_is_left_out() -> None:
    wide = parse(" ".join(f"host:web-{number:03}-{'x' * 15}" for number in range(60)))
    card = editor(Editing(wide)).card
    assert size(card) <= LIMIT
    assert "more not shown" in text(card)
    assert inputs(card)["c_text"]["value"] == to_text(wide)


edited = conditions().filter(lambda condition: len(to_text(condition)) <= LONGEST)


@pytest.mark.parametrize("value", ["http://evil.example/a", "{{DATE()}}", "zero\u200bwidth", "<at>x</at>", "www.x.de"])
def test_what_a_card_would_disarm_elsewhere_comes_back_from_a_field_as_it_was(value: str) -> None:
    condition = make_test(Field("title"), Op.CONTAINS, value)
    whole, part = Editing(condition), Editing(condition, Screen.TEST)
    assert edit(whole, "c.text", {"c_text": inputs(editor(whole).card)["c_text"]["value"]}).condition == condition
    typed = {name: str(one.get("value", "")) for name, one in inputs(editor(part).card).items()}
    assert edit(part, "c.done", typed).condition == condition


@given(edited, st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_condition_can_be_drawn_and_every_line_of_it_opened(condition: Condition, data: st.DataObject) -> None:
    card: Card = editor(Editing(condition)).card
    check_card(card)
    opening = [one for one in buttons(card) if one.data["step"].startswith(f"{MARK}open:")]
    assert bool(opening) == (condition != EVERYTHING)
    if not opening:
        return
    one = data.draw(st.sampled_from(opening))
    editing = edit(Editing.of_state(one.data["state"][STATE]), one.data["step"], {})
    assert editing.condition == condition
    part = editor(editing).card
    check_card(part)
    # What stands in the inputs, sent back as it is, changes nothing.
    typed = {name: str(given.get("value", "")) for name, given in inputs(part).items()}
    assert edit(editing, f"{MARK}done", typed).condition == condition
