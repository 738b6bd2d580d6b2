"""Answers in JSON are what docs/schema-1.json promises."""
import functools
import json
import pathlib

import pytest

TOP = pathlib.Path(__file__).resolve().parents[2]


@functools.lru_cache(maxsize=1)
def validator():
    jsonschema = pytest.importorskip("jsonschema")
    schema = json.loads((TOP / "docs/schema-1.json").read_text(encoding="utf-8"))
    return jsonschema.validators.validator_for(schema)(schema)
