"""The Teams app package that `tocsin manifest` makes: what is in it, and that it is true."""

import io
import json
import re
import tomllib
import zipfile
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from bot.alerts import condition_text
from bot.manifest.package import App, ManifestError, app_package, resources, write_package
from bot.teams import grammar

BOT = "8c4d2f10-9b1e-4c8e-a3d7-5f0e6a7b8c9d"


def manifest_of(package: bytes) -> Any:
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        return json.loads(archive.read("manifest.json"))


def commands() -> list[Any]:
    lists = manifest_of(app_package(App(BOT)).data)["bots"][0]["commandLists"]
    return [pytest.param(one, id=f"{many['scopes'][0]}-{one['title']}") for many in lists for one in many["commands"]]


def breaches(manifest: Any) -> list[str]:
    schema = json.loads((resources() / "schema" / "teams-manifest-v1.25.schema.json").read_text("utf-8"))
    checker = jsonschema.Draft4Validator(schema, format_checker=jsonschema.Draft4Validator.FORMAT_CHECKER)
    return [f"{error.json_path}: {error.message}" for error in checker.iter_errors(manifest)]


def test_it_is_a_zip_with_the_manifest_and_the_two_icons_at_its_root() -> None:
    with zipfile.ZipFile(io.BytesIO(app_package(App(BOT)).data)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["manifest.json", "color.png", "outline.png"]


def test_microsofts_schema_takes_it_plain_and_with_everything_said() -> None:
    full = App(BOT, "1.2.3", "Alerts (test)", "Contoso", "https://a.io", "https://a.io/p", "https://a.io/t", ("a.io",))
    for app in (App(BOT), full):
        assert breaches(manifest_of(app_package(app).data)) == []
    assert breaches({**manifest_of(app_package(full).data), "packageName": 1, "bots": [{}]}) != []


def test_it_is_for_the_bot_of_the_settings() -> None:
    manifest = manifest_of(app_package(App(BOT.upper())).data)
    assert (manifest["id"], manifest["bots"][0]["botId"], manifest["webApplicationInfo"]["id"]) == (BOT, BOT, BOT)
    assert "00000000" not in json.dumps(manifest)


def test_the_bot_is_in_teams_chats_and_private_and_shared_channels_and_asks_only_for_who_is_there() -> None:
    manifest = manifest_of(app_package(App(BOT)).data)
    assert manifest["bots"][0]["scopes"] == ["team", "personal", "groupChat"]
    assert manifest["supportsChannelFeatures"] == "tier1"
    asked = manifest["authorization"]["permissions"]["resourceSpecific"]
    assert {one["name"] for one in asked} == {"TeamMember.Read.Group", "ChannelMember.Read.Group"}
    assert manifest["webApplicationInfo"]["resource"]


def test_what_is_said_stands_in_it_and_what_follows_from_it() -> None:
    domains = ("*.contoso.com", "bot.contoso.com")
    manifest = manifest_of(app_package(App(BOT, version="2.0.1", name="Bell", domains=domains)).data)
    assert manifest["version"] == "2.0.1"
    assert manifest["name"] == {"short": "Bell", "full": "Bell"}
    assert manifest["validDomains"] == ["*.contoso.com", "bot.contoso.com"]
    page = "https://bot.contoso.com"
    expected = {"name": "Tocsin", "websiteUrl": page, "privacyUrl": page, "termsOfUseUrl": page}
    assert manifest["developer"] == expected
    apart = App(BOT, developer="Contoso", website="https://a.io", privacy="https://a.io/p", terms="https://a.io/t")
    assert manifest_of(app_package(apart).data)["developer"] == {
        "name": "Contoso", "websiteUrl": "https://a.io", "privacyUrl": "https://a.io/p", "termsOfUseUrl": "https://a.io/t"
    }  # fmt: skip


def test_the_same_app_gives_the_same_bytes() -> None:
    assert app_package(App(BOT, name="Bell")).data == app_package(App(BOT, name="Bell")).data


def test_its_version_is_that_of_the_program() -> None:
    project = tomllib.loads(Path(__file__).parents[3].joinpath("pyproject.toml").read_text("utf-8"))
    assert app_package(App(BOT)).version == project["project"]["version"]


@pytest.mark.parametrize("command", commands())
def test_the_bot_understands_every_command_that_teams_suggests(command: dict[str, str]) -> None:
    title = command["title"]
    assert grammar.parse(title) == grammar.Command(title)
    example = re.search(rf"(?<![a-z]){title} [^;]+", command["description"])
    if title in grammar.VERBS:
        assert example is not None
    if example is None or title in ("subscribe", "unsubscribe", "help"):
        return
    said = grammar.parse(example[0])
    assert isinstance(said, grammar.Command)
    assert (said.verb, bool(said.spans)) == (title, title in grammar.VERBS)
    if title in ("classify", "resolve"):
        assert grammar.parse_verdict(said.rest) is not None
    if title in ("queue", "search"):
        condition_text.parse(said.rest)


@pytest.mark.parametrize(("said", "field"), [
    ({"version": "1.0"}, "version"),
    ({"version": "1.0.0-beta"}, "version"),
    ({"version": "01.0.0"}, "version"),
    ({"name": "x" * 31}, "name.short"),
    ({"name": " Bell"}, "name.short"),
    ({"developer": "x" * 33}, "developer.name"),
    ({"website": "http://contoso.com"}, "developer.websiteUrl"),
    ({"website": "https://"}, "developer.websiteUrl"),
    ({"website": "contoso.com"}, "developer.websiteUrl"),
    ({"privacy": "https://contoso.com/our privacy"}, "developer.privacyUrl"),
    ({"privacy": "https://contoso.com/\n"}, "developer.privacyUrl"),
    ({"terms": "https://somebody@contoso.com"}, "developer.termsOfUseUrl"),
    ({"terms": "https://[contoso"}, "developer.termsOfUseUrl"),
    ({"domains": ("https://bot.contoso.com",)}, "validDomains[0]"),
    ({"domains": ("contoso.com", "bot.contoso.com:8443")}, "validDomains[1]"),
    ({"domains": ("bot.contoso.com/api",)}, "validDomains[0]"),
    ({"domains": ("localhost",)}, "validDomains[0]"),
    ({"domains": ("*.com",)}, "validDomains[0]"),
    ({"domains": ("*.ngrok.io",)}, "validDomains[0]"),
    ({"domains": ("contoso.com", "Contoso.com")}, "validDomains"),
    ({"domains": tuple(f"h{n}.contoso.com" for n in range(17))}, "validDomains"),
])  # fmt: skip
def test_what_teams_would_refuse_is_named_and_nothing_is_written(
    said: dict[str, Any], field: str, tmp_path: Path
) -> None:
    target = tmp_path / "app.zip"
    with pytest.raises(ManifestError, match=re.escape(f"\n{field}: ")):
        write_package(target, App(BOT, **said))
    assert not target.exists()


@pytest.mark.parametrize("bot_id", ["", "tocsin", "00000000-0000-0000-0000-000000000000", f"{BOT}\n", f'{BOT}"'])
def test_an_app_id_that_is_no_guid_is_refused(bot_id: str) -> None:
    with pytest.raises(ManifestError, match=r"botId|MicrosoftAppId"):
        app_package(App(bot_id))


def test_all_that_is_wrong_is_said_at_once() -> None:
    with pytest.raises(ManifestError) as refused:
        app_package(App(BOT, version="1", website="http://x", domains=("x:1",)))
    for field in ("version: ", "developer.websiteUrl: ", "validDomains[0]: "):
        assert f"\n{field}" in str(refused.value)
