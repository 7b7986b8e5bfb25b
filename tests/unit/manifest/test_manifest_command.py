"""`tocsin manifest` as people run it."""

import json
import zipfile
from pathlib import Path

from tests.support.program import run

BOT = "8c4d2f10-9b1e-4c8e-a3d7-5f0e6a7b8c9d"
SETTINGS = {"MicrosoftAppId": BOT, "MicrosoftAppPassword": "b", "MicrosoftAppTenantId": "c"}


async def test_it_writes_the_package_of_the_settings_bot_and_says_what_it_wrote(tmp_path: Path) -> None:
    target = tmp_path / "tocsin.zip"
    target.write_bytes(b"an older one")
    ended = await run("manifest", "--out", str(target), "--domain", "bot.contoso.com", environment=SETTINGS)
    assert ended.code == 0, ended.err
    assert f"Tocsin 0.1.0, for the bot {BOT}" in ended.out
    assert "https://bot.contoso.com" in ended.out
    with zipfile.ZipFile(target) as archive:
        manifest = json.loads(archive.read("manifest.json"))
    assert manifest["bots"][0]["botId"] == BOT
    assert manifest["validDomains"] == ["bot.contoso.com"]


async def test_with_the_bot_named_it_needs_no_settings(tmp_path: Path) -> None:
    target = tmp_path / "tocsin.zip"
    ended = await run("manifest", "--out", str(target), "--bot-id", BOT, "--website", "https://contoso.com/tocsin")
    assert ended.code == 0, ended.err
    assert "--privacy" not in ended.out
    assert zipfile.is_zipfile(target)


async def test_what_is_wrong_is_named_without_a_trace_and_nothing_is_written(tmp_path: Path) -> None:
    target = tmp_path / "tocsin.zip"
    wrong = ("--domain", "https://bot.contoso.com", "--version", "1.0")
    ended = await run("manifest", "--out", str(target), *wrong, environment=SETTINGS)
    assert ended.code == 1
    assert "validDomains[0]: " in ended.err
    assert "version: " in ended.err
    assert "Traceback" not in ended.err
    assert not target.exists()


async def test_without_an_app_id_the_setting_is_named(tmp_path: Path) -> None:
    ended = await run("manifest", "--out", str(tmp_path / "x.zip"))
    assert ended.code == 1
    assert "MicrosoftAppId: is required" in ended.err
    ended = await run("manifest", "--out", str(tmp_path / "x.zip"), environment={**SETTINGS, "MicrosoftAppId": "a"})
    assert ended.code == 1
    assert "must be a GUID" in ended.err
    assert "Traceback" not in ended.err


async def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    ended = await run("manifest", "--out", str(tmp_path / "none" / "x.zip"), environment=SETTINGS)
    assert ended.code == 1
    assert str(tmp_path / "none" / "x.zip") in ended.err
    assert "Traceback" not in ended.err


async def test_it_has_its_help() -> None:
    ended = await run("manifest", "--help")
    assert ended.code == 0
    assert "--domain HOST" in ended.out
