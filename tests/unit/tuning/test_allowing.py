"""The allow list: what an alert offers, and Defender's import."""

import csv
import io
from datetime import UTC, datetime

import pytest

from bot.alerts.allowing import COLUMNS, Allowed, Indicator, IndicatorType, as_csv, groups_of, indicators_of, offers
from bot.alerts.condition_text import parse
from bot.alerts.errors import NotAvailable
from bot.alerts.evidence import TRIGGER, Evidence
from bot.alerts.ports import UnitOfWork
from storage.store import AnyStore
from tests.unit.storage.made import alert

NOW = datetime(2026, 11, 21, 3, 2, tzinfo=UTC)
FILE = Evidence("file", "file:ab", "scan.exe", (TRIGGER,), properties={"fileDetails": {"sha256": "ab" * 32}})
IMAGE = Evidence("process", "process:cd", "cmd.exe (7)", properties={"imageFile": {"sha1": "cd" * 20}})
IP = Evidence("ip", "ip:203.0.113.7", "203.0.113.7", properties={"ipAddress": "203.0.113.7"})
URL = Evidence("url", "url:https://x.example/a,b", "x", properties={"url": "https://x.example/a,b"})
DEVICE = Evidence("device", "device:1", "web-1", properties={"rbacGroupName": "Servers"})
ALL = (FILE, IMAGE, IP, URL, DEVICE)


def test_all_indicators_are_offered_those_of_the_rule_and_the_file_that_set_it_off_ticked() -> None:
    found = offers(alert(1), ALL, parse("evidence(ip.address:203.0.*) not url:*"), NOW)
    assert [(offer.indicator.type.value, offer.chosen) for offer in found] == [
        ("FileSha256", True),
        ("FileSha1", False),
        ("IpAddress", True),
        ("Url", False),
    ]
    assert all("," not in offer.indicator.key for offer in found)


def test_the_same_indicator_is_offered_once() -> None:
    twice = (IP, Evidence("ip", "ip:203.0.113.7", "again", properties={"ipAddress": "203.0.113.7"}))
    assert len(offers(alert(1), twice, parse("*"), NOW)) == 1


def test_what_defender_cannot_import_is_not_offered() -> None:
    assert indicators_of(DEVICE) == []
    assert indicators_of(Evidence("file", "", "x", properties={"fileDetails": {"md5": "0"}})) == []
    assert groups_of(ALL) == ("Servers",)


def entry(value: str = "ab" * 32, **changes: object) -> Allowed:
    fields: dict[str, object] = {
        "id": 0, "indicator": Indicator(IndicatorType.FILE_SHA256, value, "scan.exe"), "groups": ("A", "B"),
        "title": "=HYPERLINK(1)", "description": 'He said "so",\nthen left', "alert": 1, "rule": None, "by": "ana",
        "by_name": "Ana", "at": NOW,
    }  # fmt: skip
    return Allowed(**(fields | changes))  # type: ignore[arg-type]


def test_the_export_is_defenders_import() -> None:
    header, row = csv.reader(io.StringIO(as_csv([entry()])))
    assert tuple(header) == COLUMNS
    read = dict(zip(header, row, strict=True))
    assert (read["indicatorType"], read["indicatorValue"], read["action"]) == ("FileSha256", "ab" * 32, "Allowed")
    assert (read["rbacGroupNames"], read["GenerateAlert"]) == ("A,B", "FALSE")
    assert read["title"] == "'=HYPERLINK(1)", "no spreadsheet takes it for a formula"
    assert read["description"] == 'He said "so", then left'


async def test_the_list_is_kept_each_indicator_once_until_it_is_removed(store: AnyStore) -> None:
    def work(uow: UnitOfWork) -> None:
        first = uow.allowed.add(entry())
        second = uow.allowed.add(entry(groups=()))
        other = uow.allowed.add(entry("cd" * 32))
        assert [one.id for one in uow.allowed.all()] == [other.id, second.id]
        assert uow.allowed.get(second.id).groups == ()
        uow.allowed.remove(other.id)
        assert [one.id for one in uow.allowed.all()] == [second.id]
        for gone in (first.id, other.id):
            with pytest.raises(NotAvailable):
                uow.allowed.get(gone)

    await store.write(work)
