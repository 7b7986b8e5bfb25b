"""The sources by the names under which they report. A new one is a file and a line here."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from bot.sources import alertmanager, grafana, sentinel
from bot.sources.graph import parse as graph
from bot.sources.outcome import Parsed

SOURCES: Mapping[str, Callable[[bytes], Parsed]] = MappingProxyType(
    {
        "alertmanager": alertmanager.parse,
        "grafana": grafana.parse,
        "graph": graph.parse,
        "sentinel": sentinel.parse,
    }
)
