"""The scripts that a page with charts carries."""

import base64
import hashlib
import json
from pathlib import Path

from calibrant.report.scripts.inline import chart_scripts

ROOT = Path(__file__).parents[2]


def test_scripts_end_no_element_and_carry_their_digests():
    bundle, own = chart_scripts()
    for script in (bundle, own):
        assert "</script" not in script.text.lower()
        assert "<!--" not in script.text
        digest = base64.b64encode(hashlib.sha256(script.text.encode()).digest()).decode()
        assert script.digest == f"'sha256-{digest}'"


def test_bundle_names_the_versions_and_licences_of_all_that_is_in_it():
    head = chart_scripts()[0].text.split("*/")[0]
    wanted = json.loads((ROOT / "bundle" / "package.json").read_text("utf-8"))["dependencies"]
    del wanted["vega"]  # its parts are in the bundle, under their own versions
    for name, version in wanted.items():
        assert f"{name} {version} (BSD-3-Clause)" in head
    assert all(f"vega-{part} " in head for part in ("dataflow", "parser", "scenegraph", "view"))
    assert "Redistribution and use in source and binary forms" in head
    assert "Permission to use, copy, modify" in head


def test_bundle_leaves_room_for_the_report():
    assert sum(len(script.text.encode()) for script in chart_scripts()) < 750_000
