"""The sources by the names under which they report. A new one is a file and a line here."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from bot.sources import alertmanager, generic, grafana, sentinel
from bot.sources.graph import parse as graph
from bot.sources.outcome import Parsed

Parse = Callable[[bytes], Parsed]

SOURCES: Mapping[str, Parse] = MappingProxyType(
    {
        "alertmanager": alertmanager.parse,
        "generic": generic.reader(),
        "grafana": grafana.parse,
        "graph": graph.parse,
        "sentinel": sentinel.parse,
    }
)


def with_maps(maps: Mapping[str, str]) -> Mapping[str, Parse]:
    """All sources, those beside that are read by a map too. Raises ValueError naming the source and what is wrong."""
    own = maps.keys() & (SOURCES.keys() - {"generic"})
    if own:
        raise ValueError(f"{min(own)}: needs no map, its payloads are known")
    known = dict(SOURCES)
    for source, written in maps.items():
        try:
            known[source] = generic.reader(source, written)
        except ValueError as wrong:
            raise ValueError(f"{source}: {wrong}") from None
    return known
