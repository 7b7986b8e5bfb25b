"""The product's grouping, as the evaluation script calls it: rows of a stream in, a group for each out.

Everything but the rows' shape is the product's own: the same follower, fed with the same things.
"""

import itertools
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from bot.alerts.grouping import ROUTINE_HOURS, Follower, Newcomer, Thing


class Grouping:
    """`group` gives the incident of each alert; one that stands alone has a number of its own below zero."""

    def group(self, alerts: Iterable[Mapping[str, Any]]) -> list[int]:
        follower, incidents = Follower(), itertools.count(1)
        hours: dict[tuple[str, str], set[int]] = defaultdict(set)
        groups: list[int] = []
        for number, row in enumerate(alerts, start=1):
            place, hour = (str(row["host"]), str(row["type"])), int(row["time"]) // 3600
            seen = len(hours[place] - {hour})
            hours[place].add(hour)
            at = datetime.fromtimestamp(row["time"], UTC)
            one = Newcomer(
                alert=number,
                alert_type=place[1],
                first=at,
                last=at,
                things=(Thing("device", place[0], place[0]),),
                routine=frozenset({place[0]} if seen >= ROUTINE_HOURS else ()),
            )
            incident, relation = follower.follow(one, lambda _relation: next(incidents))
            groups.append(incident if incident is not None else -number)
            if relation is not None and relation.incident is None and incident is not None:
                groups[relation.alert - 1] = incident
        return groups
