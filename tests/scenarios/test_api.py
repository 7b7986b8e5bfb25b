"""Programs do by the API what people do by buttons: the same rules, the same history, the same cards."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.alerts.people import ActorKind, Way
from bot.alerts.roles import Role
from bot.teams.pressed import CHANGES
from bot.usecases import tokens
from storage.store import open_store
from tests.support.payloads import graph_alert
from tests.support.programs import Program, program
from tests.support.town import Answer, Town


def done(answer: Answer) -> Any:
    assert (answer.status, answer.content_type) == (200, "application/json"), answer
    return answer.body


def refused(answer: Answer, status: int, pointer: str | None = None) -> Any:
    assert (answer.status, answer.content_type) == (status, "application/problem+json"), answer
    assert answer.body["status"] == status
    assert answer.body.get("pointer") == pointer, answer.body
    assert "Traceback" not in str(answer.body)
    return answer.body


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("True alert", "truePositive"),
        ("False alert", "falsePositive"),
        ("Benign Positive", "informationalExpectedActivity"),
    ],
)
async def test_the_words_of_other_portals_are_understood_as_classifications(town: Town, word: str, meant: str) -> None:
    posted, flow = await town.raised(), await program(town)
    told = done(await flow.does(posted["number"], "classify", {"classification": word}))
    assert told["alert"]["classification"] == meant
    assert "classified so already" in await town.told("bo", f"classify {posted['number']} {word}", in_="alerts")


async def test_every_verb_does_what_its_button_does_and_the_card_and_the_history_say_who(town: Town) -> None:
    posted = await town.raised()
    number, flow = posted["number"], await program(town)
    ana = await town.teams.person("ana")
    await town.told("ana", "queue", in_="alerts")

    steps: list[tuple[str, Any]] = [
        ("assign", {"to": ana["objectId"].upper()}),
        ("start", None),
        ("comment", {"comment": "Looked it up.\nIt is ours."}),
        ("tag", {"tags": "+vip lab"}),
        ("link", {"incident": "new"}),
        ("classify", {"classification": "falsePositive", "determination": "notMalicious"}),
        ("resolve", {"status": "resolved", "comment": "Done."}),
        ("reopen", {}),
        ("undo", None),
    ]
    told = {verb: done(await flow.does(number, verb, body)) for verb, body in steps}

    entries = (await town.history(number))[1:]
    kinds = ["assigned", "started", "commented", "tagged", "linked", "classified", "resolved", "reopened", "undone"]
    assert [entry.kind for entry in entries] == kinds
    assert {(entry.actor.kind, entry.actor.name, entry.way) for entry in entries} == {(ActorKind.API, "flow", Way.API)}
    assert told["assign"]["alert"]["assignee"]["name"] == "Ana Alvarez"
    assert told["assign"]["entry"]["changes"][0]["to"]["id"] == ana["objectId"]
    assert told["tag"]["alert"]["tags"] == ["vip", "lab"]
    assert told["classify"]["alert"]["determination"] == "notMalicious"
    assert told["resolve"]["entry"]["comment"] == "Done."
    assert told["undo"]["alert"]["status"] == "resolved"
    assert told["undo"]["entry"]["undoes"] == told["reopen"]["entry"]["revision"]
    assert all(not answer["repeated"] for answer in told.values())
    await town.teams.wait_for_card("alerts", "flow resolved it")
    shown = await town.pressed("bo", posted, "History")
    assert "flow resolved it" in shown
    assert "by a program" in shown


async def test_every_verb_that_changes_something_by_a_button_is_there(town: Town) -> None:
    number, flow = (await town.raised())["number"], await program(town)
    for verb in CHANGES:
        refused(await flow.does(number, verb, {"no such input": 1}), 422, "/no such input")


async def test_it_looks_at_the_state_and_the_history(town: Town) -> None:
    number, flow = (await town.raised())["number"], await program(town, role=Role.READER)
    await town.told("bo", f"comment {number} hello", in_="alerts")
    seen = done(await flow.looks(number))
    assert (seen["alert"]["number"], seen["alert"]["severity"], seen["alert"]["status"]) == (number, "high", "new")
    assert seen["alert"]["serviceSource"] == "microsoftDefenderForEndpoint"
    assert [entry["kind"] for entry in seen["history"]] == ["commented", "created"]
    assert (seen["history"][0]["actor"]["name"], seen["history"][0]["comment"]) == ("Bo Berg", "hello")
    one = done(await flow.looks(number, history=1))
    assert (len(one["history"]), one["older"]) == (1, 1)
    for wrong in ("-1", "x", "1001", "99999999999"):
        refused(await flow.looks(number, history=wrong), 400, "/history")


async def test_a_program_starts_work_and_takes_nothing_itself(town: Town) -> None:
    number, flow = (await town.raised())["number"], await program(town)
    started = done(await flow.does(number, "start"))["alert"]
    assert (started["status"], started["assignee"]) == ("inProgress", None)
    assert refused(await flow.does(number, "start"), 409)["reason"] == "alreadyStarted"
    refused(await flow.does(number, "assign", {"to": "me"}), 422, "/to")
    refused(await flow.does(number, "assign", {"to": "nobody@contoso.example"}), 422, "/to")


async def test_people_are_known_by_their_principal_name_too(town: Town) -> None:
    number, flow = (await town.raised())["number"], await program(town)
    await town.told("bo", "queue", in_="alerts")
    bo = await town.teams.person("bo")
    async with open_store(town.database_url) as store:
        known = (await store.read(lambda uow: uow.people.many([bo["objectId"]])))[bo["objectId"]]
    assert known.user_principal_name
    answer = done(await flow.does(number, "assign", {"to": known.user_principal_name}))
    assert answer["alert"]["assignee"] == {
        "id": bo["objectId"],
        "name": "Bo Berg",
        "userPrincipalName": known.user_principal_name,
    }


async def test_a_key_makes_it_take_effect_once_and_is_of_one_request(town: Town) -> None:
    number, flow = (await town.raised())["number"], await program(town)
    answers = await asyncio.gather(
        *(flow.does(number, "comment", {"comment": "once"}, Idempotency_Key="k1") for _ in range(10))
    )
    assert sorted(done(answer)["repeated"] for answer in answers) == [False] + [True] * 9
    assert done(await flow.does(number, "comment", {"comment": "twice", "nonce": "n"}))["repeated"] is False
    assert done(await flow.does(number, "comment", {"comment": "twice", "nonce": "n"}))["repeated"] is True
    for verb, body in (("comment", {"comment": "other"}), ("start", None)):
        refused(await flow.does(number, verb, body, Idempotency_Key="k1"), 422, "/Idempotency-Key")
    other = await program(town, "other")
    assert not done(await other.does(number, "comment", {"comment": "once"}, Idempotency_Key="k1"))["repeated"]
    assert len([entry for entry in await town.history(number) if entry.comment == "once"]) == 2
    # What was refused has not taken effect: the same key may be used again.
    refused(await flow.does(number, "reopen", None, Idempotency_Key="k2"), 409)
    done(await flow.does(number, "resolve"))
    assert not done(await flow.does(number, "reopen", None, Idempotency_Key="k2"))["repeated"]


async def test_who_comes_too_late_is_told_who_was_first_and_how_it_is_now(town: Town) -> None:
    posted = await town.raised()
    number, flow = posted["number"], await program(town)
    seen = done(await flow.looks(number))["alert"]["revision"]
    await town.pressed("ana", posted, "Assign to me")
    chidi = await town.teams.person("chidi")
    await town.told("chidi", "queue", in_="alerts")
    late = refused(await flow.does(number, "assign", {"to": chidi["objectId"], "rev": seen}), 409)
    assert (late["reason"], late["first"]["actor"]["name"]) == ("changed", "Ana Alvarez")
    assert late["alert"]["assignee"]["name"] == "Ana Alvarez"
    assert "Ana Alvarez was first" in late["title"]
    assert done(await flow.does(number, "comment", {"comment": "no clash", "rev": seen}))["entry"]


async def test_a_role_is_needed_and_a_filter_limits_what_there_is(town: Town) -> None:
    high = (await town.raised())["number"]
    low = (await town.raised("Lesser thing", severity="low", detectorId="other"))["number"]
    reader = await program(town, "dashboard", Role.READER)
    answer = refused(await reader.does(high, "resolve"), 403)
    assert (answer["reason"], answer["needs"]) == ("role", "responder")
    limited = await program(town, "only-low", wants="severity:low")
    done(await limited.does(low, "start"))
    done(await limited.looks(low))
    missing = refused(await limited.looks(999_999), 404)
    for hidden in (await limited.looks(high), await limited.does(high, "start")):
        assert refused(hidden, 404)["title"] == missing["title"].replace("999999", str(high))
    assert (await town.alert(high)).status == "new"
    refused(await (await program(town, "root", Role.ADMINISTRATOR)).does(low, "start"), 409)


async def test_a_token_that_is_not_good_is_unauthorized(town: Town) -> None:
    number, flow = (await town.raised())["number"], await program(town)
    past = datetime.now(UTC) - timedelta(days=2)
    expired = await program(town, "old", made_at=past, expires_at=past + timedelta(days=1))
    wrong = [
        "",
        "x",
        "tocsin",
        flow.token[:-1],
        flow.token + "x",
        flow.token.swapcase(),
        "é",
        f"{flow.token[:19]}_{'A' * 43}",
    ]
    wrong += [town.config.source_tokens["graph"], expired.token]
    for token in wrong:
        for answer in (await Program(town, token).looks(number), await Program(town, token).does(number, "start")):
            refused(answer, 401)
            assert answer.headers["WWW-Authenticate"] == "Bearer"
    async with open_store(town.database_url) as store:
        used = await store.read(lambda uow: uow.tokens.all())
        assert all(token.last_used_at is None for token in used)
        done(await flow.looks(number))
        used = await store.read(lambda uow: uow.tokens.all())
        assert [token.last_used_at is not None for token in used] == [True, False]
        await store.write(lambda uow: tokens.revoke(uow, "flow", datetime.now(UTC)))
        refused(await flow.looks(number), 401)
    again = await program(town, "flow")
    done(await again.does(number, "start"))
    refused(await flow.looks(number), 401)
    kept = str(await town.kept(lambda uow: uow.tokens.all()))
    assert flow.token[20:] not in kept


async def test_guessing_is_slowed_and_a_token_that_works_goes_on_working(town: Town) -> None:
    number, flow = (await town.raised())["number"], await program(town)
    done(await flow.looks(number))
    guesser = Program(town, f"tocsin_{'0' * 12}_{'A' * 43}")
    answers = [await guesser.looks(number) for _ in range(40)]
    assert [answer.status for answer in answers[:30]] == [401] * 30
    assert {answer.status for answer in answers[30:]} == {429}
    assert int(answers[-1].headers["Retry-After"]) <= 60
    done(await flow.looks(number))


async def test_a_token_that_asks_too_often_is_told_when_to_come_again(town: Town) -> None:
    number, flow, other = (await town.raised())["number"], await program(town), await program(town, "other")
    answers = await asyncio.gather(*(flow.looks(number) for _ in range(30)))
    refusals = [answer for answer in answers if answer.status == 429]
    assert len(refusals) >= 8
    assert refusals[0].headers["Retry-After"] == "1"
    refused(refusals[0], 429)
    done(await other.looks(number))


@pytest.mark.parametrize(
    ("verb", "body", "status", "pointer"),
    [
        ("assign", {}, 422, "/to"),
        ("assign", None, 422, "/to"),
        ("assign", {"to": 7}, 422, "/to"),
        ("assign", {"to": ["x"]}, 422, "/to"),
        ("assign", {"to": "00000000-0000-0000-0000-000000000000"}, 422, "/to"),
        ("assign", {"to": "nobody", "comment": "x"}, 422, "/comment"),
        ("assign", {"to": "nobody", "user": "ana"}, 422, "/user"),
        ("assign", {"to": "nobody", "alert": 2}, 422, "/alert"),
        ("start", {"rev": "1"}, 422, "/rev"),
        ("start", {"rev": -1}, 422, "/rev"),
        ("start", {"rev": 2**70}, 400, None),
        ("start", {"nonce": "x" * 65}, 422, "/nonce"),
        ("comment", {"comment": ""}, 422, "/comment"),
        ("comment", {"comment": "  "}, 422, "/comment"),
        ("comment", {"comment": "x" * 30_001}, 422, "/comment"),
        ("classify", {"classification": "maybe"}, 422, "/classification"),
        ("classify", {"classification": "truePositive", "determination": "sunny"}, 422, "/determination"),
        ("resolve", {"status": "new"}, 422, "/status"),
        ("tag", {"tags": "+" + "x" * 51}, 422, "/tags"),
        ("tag", {"tags": " ".join(f"t{n}" for n in range(21))}, 422, "/tags"),
        ("link", {"incident": "x"}, 422, "/incident"),
        ("link", {"incident": 7}, 422, "/incident"),
        ("link", {"incident": "new", "reason": "whatever"}, 422, "/reason"),
        ("silence", {"span": "soon"}, 422, "/span"),
        ("link", {"incident": "77"}, 422, "/incident"),
        ("reopen", {}, 409, None),
        ("undo", {}, 409, None),
        ("explode", {}, 404, None),
        ("details", {}, 404, None),
        ("manage", {}, 404, None),
        ("start", b"{", 400, None),
        ("start", b"[]", 400, None),
        ("start", b"7", 400, None),
        ("start", b"null", 400, None),
        ("start", b"\xff\xfe", 400, None),
        ("start", b'{"rev": NaN}', 400, None),
        ("start", b"[" * 5_000, 400, None),
        ("comment", b'{"comment": "' + b"x" * 300_000 + b'"}', 413, None),
    ],
)
async def test_what_is_not_right_is_refused_with_the_field_and_changes_nothing(
    town: Town, verb: str, body: Any, status: int, pointer: str | None
) -> None:
    number, flow = (await town.raised())["number"], await program(town)
    refused(await flow.does(number, verb, body), status, pointer)
    assert len(await town.history(number)) == 1


async def test_what_is_no_json_is_refused_before_it_is_read(town: Town) -> None:
    number, flow = (await town.raised())["number"], await program(town)
    refused(await flow.does(number, "comment", b"comment=x", Content_Type="text/plain"), 415)
    refused(await flow.does(number, "comment", b"\x1f\x8b", Content_Encoding="gzip"), 415)
    refused(await flow.does("9" * 15, "start"), 404)
    refused(await flow.does("9" * 16, "start"), 404)
    refused(await flow.does(number, "comment", {"comment": "x"}, Idempotency_Key="k" * 201), 422, "/Idempotency-Key")
    refused(await Program(town, "").does(number, "comment", b"x" * 1_000_000, Connection="close"), 401)


async def test_sources_and_programs_do_not_get_in_each_others_way(town: Town) -> None:
    flow = await program(town)
    number = (await town.report("graph", graph_alert(id="da-own", incidentId=None)))["alerts"][0]
    done(await flow.looks(number))
    assert "no source" in refused(await town.send(str(number), graph_alert()), 404)["title"]
    refused(await town.send("graph", graph_alert(), token=flow.token), 401)
    asked = await town.asks("/api/alerts/graph")
    refused(asked, 405)
