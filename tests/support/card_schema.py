"""Microsoft's model of what Teams takes, as a strict JSON schema."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema

_SCHEMA = Path(__file__).parents[1] / "schemas" / "teams-adaptive-card.generated.schema.json"


def check_card(card: dict[str, Any]) -> None:
    """Raises `jsonschema.ValidationError` where Teams would not know a property, or not take a value."""
    _validator().validate(card)


@cache
def _validator() -> Any:
    schema = json.loads(_SCHEMA.read_text("utf-8"))
    # The generated model has forgotten that the inlines of a RichTextBlock are runs.
    runs = schema["$defs"]["RichTextBlock"]["properties"]["inlines"]
    runs["anyOf"][0]["items"] = {"$ref": "#/$defs/TextRun"}
    return jsonschema.Draft202012Validator(schema)
