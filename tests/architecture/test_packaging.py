"""The wheel: what is in it, what is not, and that what was installed from it finds its files."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BOT = "8c4d2f10-9b1e-4c8e-a3d7-5f0e6a7b8c9d"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    folder = tmp_path_factory.mktemp("dist")
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True, timeout=120)
    (made,) = folder.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def names(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


def files_of(folder: str, *patterns: str) -> set[str]:
    """What the checkout has there, without what other tools put beside it."""
    found = {path for pattern in patterns for path in (ROOT / folder).rglob(pattern) if path.is_file()}
    return {str(path.relative_to(ROOT)) for path in found if not {"node_modules", "__pycache__"} & set(path.parts)}


def test_its_top_levels_are_the_three_packages_and_its_description(names: list[str], wheel: Path) -> None:
    version = "-".join(wheel.name.split("-")[:2])
    assert {name.split("/")[0] for name in names} == {"bot", "cards", "storage", f"{version}.dist-info"}


def test_it_carries_no_libraries_of_the_page_no_tests_and_no_caches(names: list[str]) -> None:
    for part in ("node_modules", "tests", "__pycache__"):
        assert [name for name in names if part in name.split("/")] == []


def test_it_has_every_module_and_the_files_of_the_page(names: list[str]) -> None:
    wanted = {path for package in ("bot", "cards", "storage") for path in files_of(package, "*.py", "*.po", "py.typed")}
    wanted |= files_of("bot/sandbox/page", "*.html", "*.css", "*.js", "*.svg", "*.json")
    assert {"bot/cli.py", "bot/sandbox/page/index.html", "bot/sandbox/page/js/main.js"} <= wanted
    assert wanted - set(names) == set()


def test_it_has_the_migrations(names: list[str]) -> None:
    migrations = files_of("storage/migrations", "*")
    assert "storage/migrations/env.py" in migrations
    assert any("versions/" in path for path in migrations)
    assert migrations - set(names) == set()


def test_it_has_the_template_the_icons_and_the_schema_with_its_licence(names: list[str]) -> None:
    wanted = {path.replace("manifest/", "bot/_manifest/", 1) for path in files_of("manifest", "*")}
    needed = {"manifest.json", "color.png", "outline.png", "schema/LICENSE-microsoft-json-schemas.txt"}
    assert {f"bot/_manifest/{name}" for name in needed} <= wanted
    assert wanted - set(names) == set()


def test_what_is_installed_from_it_makes_the_app_package_far_from_any_checkout(wheel: Path, tmp_path: Path) -> None:
    installed = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(installed)
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    where = "import bot.manifest.package as package; print(package.resources())"
    for arguments, said in (
        (["-c", where], str(installed / "bot" / "_manifest")),
        (["-m", "bot.cli", "manifest", "--bot-id", BOT], f"tocsin.zip: Tocsin 0.1.0, for the bot {BOT}."),
    ):
        ended = subprocess.run(
            [sys.executable, *arguments], cwd=tmp_path, env=environment, check=True, capture_output=True, timeout=60
        )
        assert said in ended.stdout.decode()
    assert zipfile.is_zipfile(tmp_path / "tocsin.zip")
