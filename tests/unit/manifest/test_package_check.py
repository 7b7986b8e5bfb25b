"""What the check of an app package finds: each fault is named by its field or file."""

import io
import json
import zipfile
from collections.abc import Callable
from typing import Any

import pytest

from bot.manifest.check import problems
from bot.manifest.package import App, app_package, zipped
from tests.support.icons import png_of

BOT = "8c4d2f10-9b1e-4c8e-a3d7-5f0e6a7b8c9d"
CLEAR, WHITE, RED = b"\xff\xff\xff\0", b"\xff\xff\xff\xff", b"\xff\0\0\xff"
HALF = (CLEAR * 16 + WHITE * 16) * 32


def files() -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(app_package(App(BOT)).data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def found(**changed: bytes | None) -> list[str]:
    """What is found in the package with other files, named without their endings; None takes one away."""
    names = {"manifest": "manifest.json", "color": "color.png", "outline": "outline.png"}
    mixed = {**files(), **{names.get(name, name): data for name, data in changed.items()}}
    return problems(zipped({name: data for name, data in mixed.items() if data is not None}))


def changed(change: Callable[[Any], object]) -> list[str]:
    manifest = json.loads(files()["manifest.json"])
    change(manifest)
    return found(manifest=json.dumps(manifest).encode())


def test_what_is_right_has_no_problems() -> None:
    assert found() == []
    assert changed(lambda manifest: manifest.update(version="2.0.0")) == []
    assert found(outline=png_of(32, 32, HALF)) == []


@pytest.mark.parametrize(("change", "field"), [
    (lambda m: m.pop("supportsChannelFeatures"), "supportsChannelFeatures"),
    (lambda m: m.pop("webApplicationInfo"), "webApplicationInfo"),
    (lambda m: m["webApplicationInfo"].pop("resource"), "webApplicationInfo.resource"),
    (lambda m: m.update(packageName="com.contoso"), "packageName"),
    (lambda m: m.update(manifestVersion="1.16"), "manifestVersion"),
    (lambda m: m.update({"$schema": "https://example.com/schema.json"}), "$schema"),
    (lambda m: m.update(id="tocsin"), "id"),
    (lambda m: m.update(accentColor="purple"), "accentColor"),
    (lambda m: m["description"].update(short="x" * 81), "description.short"),
    (lambda m: m["description"].update(short="Same", full="Same"), "description"),
    (lambda m: m["icons"].update(color="icons/color.png"), "icons.color"),
    (lambda m: m["icons"].update(color="../color.png"), "icons.color"),
    (lambda m: m["icons"].update(color="bell.png"), "icons.color"),
    (lambda m: m["bots"].append(m["bots"][0]), "bots"),
    (lambda m: m.update(bots=[]), "bots"),
    (lambda m: m["bots"][0].update(botId="00000000-0000-0000-0000-000000000000"), "bots[0].botId"),
    (lambda m: m["bots"][0].update(scopes=["team", "personal", "groupchat"]), "bots[0].scopes[2]"),
    (lambda m: m["bots"][0].update(scopes=["team", "team"]), "bots[0]"),
    (lambda m: m["bots"][0].update(scopes=["team", "personal"]), "bots[0]"),
    (lambda m: m["bots"][0]["commandLists"][1].update(scopes=["team"]), "bots[0]"),
    (lambda m: m["bots"][0]["commandLists"].append({"scopes": ["team"], "commands": []}), "bots[0].commandLists"),
    (lambda m: m["bots"][0]["commandLists"][0]["commands"][3].update(title="Queue"),
     "bots[0].commandLists[0].commands"),
    (lambda m: m["bots"][0]["commandLists"][0]["commands"].append({"title": "undo", "description": "Undo"}),
     "bots[0].commandLists[0].commands"),
    (lambda m: m["bots"][0]["commandLists"][2]["commands"][1].update(title="x" * 33),
     "bots[0].commandLists[2].commands[1].title"),
    (lambda m: m["bots"][0]["commandLists"][2]["commands"][1].update(description=""),
     "bots[0].commandLists[2].commands[1].description"),
    (lambda m: m["authorization"]["permissions"]["resourceSpecific"].append(
        {"name": "TeamMember.Read.Group", "type": "Application"}), "authorization.permissions.resourceSpecific"),
    (lambda m: m["authorization"]["permissions"]["resourceSpecific"][0].update(name="Mail.Read"),
     "authorization.permissions.resourceSpecific[0].name"),
    (lambda m: m["webApplicationInfo"].update(id="11111111-2222-3333-4444-555555555555"), "manifest.json"),
    (lambda m: m.update(defaultInstallScope="meetings"), "defaultInstallScope"),
])  # fmt: skip
def test_a_fault_in_the_manifest_is_named_by_its_field(change: Callable[[Any], object], field: str) -> None:
    assert [line.split(": ")[0] for line in changed(change) if not line.startswith("color.png: ")] == [field]


def test_twice_the_same_command_is_named() -> None:
    def rename(manifest: Any) -> None:
        manifest["bots"][0]["commandLists"][0]["commands"][3]["title"] = "Queue"

    assert "titles must be unique, and there is more than one “queue”" in changed(rename)[0]


@pytest.mark.parametrize(("icons", "said"), [
    ({"color": None}, "icons.color: there is no color.png in the package"),
    ({"outline": None}, "icons.outline: there is no outline.png in the package"),
    ({"color": png_of(96, 192, WHITE * 96 * 192)},
     "icons.color: color.png must be 192 by 192 pixels, and is 96 by 192"),
    ({"outline": png_of(16, 16, HALF[:1024])}, "icons.outline: outline.png must be 32 by 32 pixels, and is 16 by 16"),
    ({"outline": b"GIF89a"}, "icons.outline: outline.png is no PNG"),
    ({"outline": png_of(32, 32, WHITE * 1024)},
     "icons.outline: outline.png must be white on transparent, and nothing of it is transparent"),
    ({"outline": png_of(32, 32, CLEAR * 1024)},
     "icons.outline: outline.png must be white on transparent, and nothing of it can be seen"),
    ({"outline": png_of(32, 32, HALF[:-4] + RED)},
     "icons.outline: outline.png must be white on transparent, and has other colours"),
])  # fmt: skip
def test_an_icon_that_teams_would_refuse_is_named(icons: dict[str, bytes | None], said: str) -> None:
    assert found(**icons) == [said]


def test_an_outline_that_is_not_rgba_is_named() -> None:
    assert found(outline=files()["color.png"]) == [
        "icons.outline: outline.png must be 32 by 32 pixels, and is 192 by 192",
        "icons.outline: outline.png must have 8 bits each of red, green, blue and alpha, and no interlacing",
    ]


def test_everything_stands_at_the_root_and_nothing_is_too_many() -> None:
    inside = {f"tocsin/{name}": data for name, data in files().items()}
    assert problems(zipped(inside)) == [
        *(f"{name}: must stand at the root of the zip" for name in inside),
        "manifest.json: is missing from the root of the zip",
    ]
    assert found(**{"color.svg": b"<svg/>"}) == ["color.svg: nothing in the manifest names it"]


def test_what_is_no_zip_or_no_json_is_said_to_be_so() -> None:
    assert problems(b"nonsense")[0].startswith("the package: cannot be read as a zip")
    assert found(manifest=b"{nonsense")[0].startswith("manifest.json: Invalid JSON")
    assert found(manifest=b"[]")[0].startswith("manifest.json: ")
