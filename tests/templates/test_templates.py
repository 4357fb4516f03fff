"""Every template renders to a module that keeps the contract of modules; wrong names are refused in a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.testing.contract import ModuleContract
from scripts.new_module import make_module, templates

pytestmark = pytest.mark.modules


@pytest.mark.covers("PL-12", "PL-32")
class TestEntityTemplate(ModuleContract):
    module = "sampling"

    @pytest.fixture(autouse=True)
    def _rendered(
        self, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
    ) -> Iterator[None]:
        folder, shipped = tmp_path_factory.mktemp("modules"), Path("modules").resolve()
        make_module(self.module, "entity", folder)
        monkeypatch.syspath_prepend(str(shipped))
        type(self).folders = (folder, shipped)
        yield
        type(self).folders = None


def test_the_templates_are_known() -> None:
    assert "entity" in templates()


@pytest.mark.parametrize(
    ("name", "template"), [("Core", "entity"), ("core", "entity"), ("a b", "entity"), ("fine", "none")]
)
def test_what_cannot_be_is_refused(name: str, template: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"cannot be|no template"):
        make_module(name, template, tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_module_that_is_there_stays(tmp_path: Path) -> None:
    place = make_module("library", "entity", tmp_path)
    with pytest.raises(ValueError, match="there already"):
        make_module("library", "entity", tmp_path)
    assert (place / "manifest.yaml").is_file()
