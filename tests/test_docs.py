"""The reference pages are what the code says, and every name that the documents use exists."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from dreamhead import cli, console, errors, pipeline, settings, training

ROOT = Path(__file__).parents[1]


def reference() -> ModuleType:
    """tools/write_reference.py as a module."""
    spec = importlib.util.spec_from_file_location("write_reference", ROOT / "tools" / "write_reference.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


PAGES = reference().pages()


@pytest.mark.parametrize("name", PAGES)
def test_reference_is_up_to_date(name: str) -> None:
    written = (ROOT / "docs" / "reference" / name).read_text(encoding="utf-8")
    assert written == PAGES[name], "run `make docs`"


def test_every_event_that_is_told_is_documented() -> None:
    told = set()
    for module in (pipeline, cli, training):
        told |= set(re.findall(r'tell\(\s*"(\w+)"', Path(module.__file__).read_text()))
    assert told == set(console.EVENTS)


def test_every_error_has_its_row() -> None:
    for kind in errors.DreamheadError.__subclasses__():
        assert f"`{kind.__name__}`" in PAGES["exit-codes.md"]


def test_settings_in_the_documents_exist() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    for page in pages:
        for key, value in re.findall(
            r"--set ([a-z_]+\.[a-z_.]+)=([^\s`'\")]+)", page.read_text(encoding="utf-8")
        ):
            if not key.startswith("models.") and value.upper() != value:
                settings.check_overrides({key: value}, pipeline.sections())
            elif not key.startswith("models."):
                section, _, name = key.partition(".")
                assert name in pipeline.sections()[section].__dataclass_fields__, f"{page.name}: {key}"


def test_links_between_documents_lead_somewhere() -> None:
    for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"
