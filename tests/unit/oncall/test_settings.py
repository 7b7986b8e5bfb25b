"""Rotas in the settings: read, from a file too, and refused in words."""

from pathlib import Path

import pytest

from bot.settings import Settings, SettingsError

MINIMAL = {"MicrosoftAppId": "a", "MicrosoftAppPassword": "p", "MicrosoftAppTenantId": "t"}


def test_rotas_come_from_variables_or_files_and_their_addresses_stay_hidden(tmp_path: Path) -> None:
    file = tmp_path / "rota.txt"
    file.write_text("# the night\nweekly monday 09:00 Europe/Berlin: ana@contoso.example, bo@contoso.example\n")
    settings = Settings.from_environment(
        {**MINIMAL, "TOCSIN_ROTA_SOC": str(file), "TOCSIN_ROTA_NETWORK": "https://calendar.example/x.ics?key=hush"}
    )
    assert settings.rotas["soc"].get_secret_value().startswith("# the night")
    assert set(settings.rotas) == {"soc", "network"}
    assert "hush" not in repr(settings)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("weekly moonday 09:00: ana@contoso.example", "TOCSIN_ROTA_SOC: 'moonday'"),
        ("no-such-file", "TOCSIN_ROTA_SOC: is neither a rota nor a file"),
        ("https://a.example/1.ics " * 9, "more than 8 calendars"),
    ],
)
def test_what_makes_no_sense_is_named(value: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        Settings.from_environment({**MINIMAL, "TOCSIN_ROTA_SOC": value})
