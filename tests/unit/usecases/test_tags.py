"""Renamed tags: for alerts that come in afterwards, whoever tags them."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.alerts.errors import Refused
from bot.alerts.people import Person
from bot.alerts.ports import UnitOfWork
from bot.alerts.report import Report
from bot.alerts.tag_names import MOST, TagRename, check, named, read_names
from bot.alerts.words import Severity
from bot.usecases import comment
from bot.usecases.acting import Act
from bot.usecases.report_alert import report_alert
from bot.usecases.visibility import Reader
from storage.store import AnyStore
from tests.unit.storage.made import MINUTE, NOW, add_conversation

ANA = Person("ana-id", "Ana")


def renamed(*pairs: tuple[str, str]) -> list[TagRename]:
    """One a minute, from `NOW` on."""
    return [TagRename(old=old, new=new, at=NOW + place * MINUTE, by="Ana") for place, (old, new) in enumerate(pairs)]


def report(external_id: str, *tags: str, **more: object) -> Report:
    fields = {"source": "graph", "external_id": external_id, "title": "T", "severity": Severity.LOW}
    return Report(**(fields | {"source_tags": tags} | more))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("renames", "tags", "called"),
    [
        ((), ("Lab", "vip"), ("Lab", "vip")),
        ((("lab", "test-lab"),), ("Lab", "vip"), ("test-lab", "vip")),
        ((("lab", "a"), ("a", "b")), ("lab", "a"), ("b",)),
        ((("lab", "a"), ("lab", "b")), ("lab", "a"), ("b", "a")),
        ((("lab", "a"), ("a", "lab")), ("lab", "a"), ("lab",)),
        ((("lab", "LAB"),), ("lab",), ("LAB",)),
        ((("lab", "vip"),), ("VIP", "lab"), ("vip",)),
    ],
)
def test_what_a_tag_is_called_after_renames(
    renames: tuple[tuple[str, str], ...], tags: tuple[str, ...], called: tuple[str, ...]
) -> None:
    assert named(tags, renamed(*renames), NOW + timedelta(days=1)) == called


def test_only_renames_from_before_an_alert_came_in_count() -> None:
    renames = renamed(("lab", "a"), ("a", "b"))
    assert named(["lab"], renames, NOW - MINUTE) == ("lab",)
    assert named(["lab"], renames, NOW) == ("a",)
    assert named(["lab"], renames, NOW + MINUTE) == ("b",)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("lab test-lab", ("lab", "test-lab")),
        ("lab to test-lab", ("lab", "test-lab")),
        ('"high risk" to “very high risk”', ("high risk", "very high risk")),
        ("lab", None),
        ("a b c", None),
        ("", None),
    ],
)
def test_names_are_words_or_stand_in_quotation_marks(text: str, names: tuple[str, str] | None) -> None:
    assert read_names(text) == names


def test_what_could_not_be_a_tag_is_refused() -> None:
    for old, new, reason in (
        ("lab", "lab", "sameTags"),
        ("lab", "x" * 51, "badTag"),
        ("lab", "+vip", "badTag"),
        ("a,b", "c", "badTag"),
        (" ", "c", "badTag"),
    ):
        with pytest.raises(Refused, match=reason):
            check(old, new, [])
    with pytest.raises(Refused, match="manyRenames"):
        check("a", "b", renamed(*[("a", "b")] * MOST))


async def test_alerts_that_come_in_afterwards_have_the_new_name_whoever_tags_them(store: AnyStore) -> None:
    def work(uow: UnitOfWork) -> None:
        here = add_conversation(uow)
        uow.conversations.subscribe(here.id, at=NOW)
        uow.routes.put(here.id, at=NOW)
        here = replace(here, subscribed_at=NOW)
        old = report_alert(uow, report("old", "lab", "x"), NOW - MINUTE).number
        uow.tag_names.add(renamed(("lab", "test-lab"))[0])
        assert uow.tag_names.all() == renamed(("lab", "test-lab"))
        new = report_alert(uow, report("new", "Lab", "x"), NOW + MINUTE).number

        # What the source repeats changes nothing, and what it adds is called as on the day when the alert came in.
        assert not report_alert(uow, report("new", "Lab", "x"), NOW + 2 * MINUTE).changed
        assert not report_alert(uow, report("old", "lab", "x"), NOW + 2 * MINUTE).changed
        report_alert(uow, report("old", "lab", "y"), NOW + 3 * MINUTE)
        report_alert(uow, report("new", "lab", "y"), NOW + 3 * MINUTE)
        assert uow.alerts.get(old).source_tags == ("lab", "y")
        assert uow.alerts.get(new).source_tags == ("test-lab", "y")

        for number in (old, new):
            at = NOW + 4 * MINUTE
            act = Act(alert=number, by=ANA, reader=Reader(ANA.object_id, here, at), at=at)
            comment.tag(uow, act, ["lab", "vip"], [])
        assert (uow.alerts.get(old).tags, uow.alerts.get(new).tags) == (("lab", "vip"), ("test-lab", "vip"))
        comment.tag(uow, act, [], ["lab"])
        assert uow.alerts.get(new).tags == ("vip",)

    await store.write(work)
