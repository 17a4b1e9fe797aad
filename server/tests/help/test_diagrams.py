"""The drawings are of the tables as they are."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from finsecure_server.core.declines import DECLINES
from tools.diagrams import DIAGRAMS, DRAWN, FOLDER, THEMES, stamp


@pytest.mark.parametrize("name", DIAGRAMS)
def test_a_drawing_is_of_its_table(name: str) -> None:
    source = DIAGRAMS[name]()
    assert (FOLDER / f"{name}.mmd").read_text("utf-8") == source, "say: make generate"
    for theme in THEMES:
        drawn = (FOLDER / f"{name}-{theme}.svg").read_text("utf-8")
        assert drawn.startswith(stamp(source)), "say: make generate"
        words = " ".join("".join(ET.fromstring(drawn).itertext()).split())  # noqa: S314  we have drawn it
        assert "expired_card" in words
        assert "<script" not in drawn
        assert "<foreignObject" not in drawn  # which an image does not show everywhere
        assert "http" not in drawn.replace("http://www.w3.org/", "")


def test_every_remedy_of_what_is_drawn_is_in_its_row_in_order() -> None:
    source = DIAGRAMS["declined-payment"]()
    rows = [line.count("-->") for line in source.splitlines() if line.strip().startswith("which ---")]
    steps = []
    for code in DRAWN:
        if DECLINES[code].steps not in steps:
            steps.append(DECLINES[code].steps)
    assert rows == [len(row) for row in steps]
    assert all(code in source.replace("_<br/>", "_") for code in DRAWN)


def test_no_file_lies_there_that_is_no_drawing() -> None:
    expected = {f"{name}{end}" for name in DIAGRAMS for end in (".mmd", *(f"-{theme}.svg" for theme in THEMES))}
    assert {path.name for path in FOLDER.iterdir()} == expected
