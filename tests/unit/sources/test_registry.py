"""Every source by its name: what holds for all of them, and what they make of public samples."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.alerts.absorb import said
from bot.sources.json_body import BadPayload
from bot.sources.outcome import Parsed
from bot.sources.registry import SOURCES
from tests.support.other_payloads import grafana_alert, grafana_webhook, sentinel_alert
from tests.support.payloads import alertmanager_alert, alertmanager_webhook, encoded, graph_alert

_SAMPLES = Path(__file__).resolve().parents[4] / "shared/samples"
_FOLDERS = {
    "graph": ("graph_alerts_v2", "defender_xdr_api", "advanced_hunting"),
    "alertmanager": ("alertmanager_v4",),
    "grafana": ("grafana_webhook",),
    "sentinel": ("sentinel",),
    "generic": (),  # read by maps: test_generic.py
}

#: A payload of each source with one poisonous text wherever text may stand.
_POISONED: dict[str, Callable[[str], Any]] = {
    "graph": lambda text: graph_alert(full=True, title=f"T{text}", description=text, customDetails={text: text}),
    "alertmanager": lambda text: alertmanager_webhook(
        alertmanager_alert(labels={"alertname": f"A{text}", text: text}, annotations={"summary": f"S{text}"})
    ),
    "grafana": lambda text: grafana_webhook(
        grafana_alert(
            labels={"alertname": f"A{text}", text: text}, annotations={"summary": f"S{text}"}, values={text: text}
        )
    ),
    "sentinel": lambda text: sentinel_alert(
        DisplayName=f"A{text}",
        Description=text,
        ExtendedProperties={text: text},
        Entities=[{"Type": text, "Name": text}],
    ),
    "generic": lambda text: {"id": f"i{text}", "title": f"T{text}", "description": text, "tags": [text], "host": text},
}

#: Samples that are there to be refused: Grafana's alerting of old.
_REFUSED = {"grafana_webhook/01.json", "grafana_webhook/03.json"}


def test_each_source_has_a_reader() -> None:
    assert set(SOURCES) == set(_FOLDERS)


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"null", b"[" * 3_000, b"\xff\xfe{\x00}\x00", b'{"value": NaN}'])
def test_each_source_refuses_what_it_cannot_use(source: str, body: bytes) -> None:
    with pytest.raises(BadPayload):
        SOURCES[source](body)


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize(
    "text", ["\x00", "\ud800", "\u202e", "\x1b[31m", "\ufffe", "=1+1", "<at>x</at>", "x" * 100_000]
)
def test_each_source_takes_poison_and_gives_text_that_can_be_stored(source: str, text: str) -> None:
    (report,) = SOURCES[source](encoded(_POISONED[source](text))).reports
    everything = repr(report).replace("\\n", "")
    assert not any(poison in everything for poison in ("\\x00", "\\ud800", "\\u202e", "\\x1b", "\\ufffe"))
    assert said(report, assignee=None, incident=None).fields["title"] == report.title


@pytest.mark.parametrize("source", SOURCES)
def test_each_source_tells_its_name(source: str) -> None:
    parsed: Parsed = SOURCES[source](encoded(_POISONED[source]("")))
    assert {report.source for report in parsed.reports} == {source}


@pytest.mark.parametrize("source", [source for source, folders in _FOLDERS.items() if folders])
def test_each_source_reads_every_public_sample(source: str) -> None:
    files = [file for folder in _FOLDERS[source] for file in sorted((_SAMPLES / folder).glob("*.json"))]
    if not files:
        pytest.skip("the public samples are not here")
    for file in files:
        body = file.read_bytes()
        if f"{file.parent.name}/{file.name}" in _REFUSED:
            with pytest.raises(BadPayload, match="legacy"):
                SOURCES[source](body)
            continue
        parsed = SOURCES[source](body)
        assert not parsed.rejected, file.name
        assert len({report.external_id for report in parsed.reports}) == max(1, body.count(b'"startsAt"')), file.name
        assert all(report.first_activity and report.title for report in parsed.reports), file.name
