"""Stories and entities to draw."""

from dataclasses import replace
from datetime import timedelta

from bot.alerts.entities import EntityFacts, EntityView, StoryView, seen_of
from bot.alerts.evidence import Evidence
from bot.alerts.story import trees
from bot.alerts.words import Classification
from tests.unit.cards import examples as given


def process(name: str, pid: int, parent: int, **more: object) -> Evidence:
    properties = {
        "processId": pid,
        "parentProcessId": parent,
        "processCommandLine": f"{name} --out C:\\\\Temp\\\\{pid} " + "x" * 300,
        "processCreationDateTime": given.NOW.isoformat(),
        "imageFile": {"fileName": name, "filePath": f"C:\\\\Windows\\\\{name}", "sha256": "a" * 64},
        "userAccount": {"accountName": "svc-build"},
    }
    return Evidence("process", f"process:{pid}", f"{name} ({pid})", properties=properties, **more)  # type: ignore[arg-type]


DEVICE = Evidence("device", "device:web-1", "web-1", roles=("destination",), verdict="suspicious", tags=("vip",))
PIECES = [
    (1041, DEVICE),
    (1041, process("winword.exe", 100, 50)),
    (1042, DEVICE),
    (1042, process("dump.exe", 300, 200, roles=("trigger",), verdict="malicious")),
    (1043, process("powershell.exe", 200, 100, verdict="suspicious")),
]


def a_story(others: int = 2, pieces: int = 1) -> StoryView:
    focus = given.taken()
    before = given.a_view(given.an_alert(number=1041, first_activity=given.NOW - timedelta(minutes=9)))
    after = [
        given.a_view(replace(focus.alert, number=1043 + place, incident=None, first_activity=given.NOW))
        for place in range(others - 1)
    ]
    seen = [(alert, piece) for alert, piece in PIECES] * pieces
    return StoryView(
        view=focus,
        alerts=(before, focus, *after),
        why={1041: "web-1", 1043: ""},
        trees=trees(seen_of(seen)),
        hosts={"web-1": "web-1"},
    )


def a_deep_story() -> StoryView:
    seen = [(1042, process(f"p{place}.exe", place + 1, place)) for place in range(200)]
    return replace(a_story(30), trees=trees(seen_of(seen)))


def an_entity(**changes: object) -> EntityView:
    facts = EntityFacts(
        count=19,
        open=3,
        first_seen=given.NOW - timedelta(days=40),
        last_seen=given.NOW,
        verdicts={Classification.FALSE_POSITIVE: 15, Classification.TRUE_POSITIVE: 1, Classification.NOT_SET: 3},
        pieces={"suspicious": 17, "malicious": 2},
        roles=("destination", "attacked"),
        more=True,
    )
    fields = {
        "piece": DEVICE,
        "facts": facts,
        "alerts": (given.taken(), given.a_view(given.an_alert(number=1041))),
        "page": 1,
        "page_size": 6,
        "alert": given.taken(),
    } | changes
    return EntityView(**fields)  # type: ignore[arg-type]
