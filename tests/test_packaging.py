"""What is installed is what was locked, on every machine."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
LOCK = (ROOT / "requirements.lock").read_text()
PACKAGE = json.loads((ROOT / "package.json").read_text())
NPM_LOCK = json.loads((ROOT / "package-lock.json").read_text())["packages"]


@pytest.fixture
def dev(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    """dev.py, with a folder of its own to install into."""
    spec = importlib.util.spec_from_file_location("dev", ROOT / "dev.py")
    assert spec
    assert spec.loader
    dev = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(dev)
    monkeypatch.setattr(dev, "VENV", tmp_path)
    monkeypatch.setattr(dev, "PYTHON", Path(sys.executable))
    return dev


def locked() -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9-]+)==([^\s;\\]+)", LOCK, re.MULTILINE))


def asked_for() -> dict[str, str]:
    extras = PROJECT["optional-dependencies"].values()
    wanted = {*PROJECT["dependencies"], *(one for extra in extras for one in extra)}
    return dict(re.sub(r"\[.*]", "", one).split("==") for one in wanted)


def test_every_dependency_is_pinned_and_locked_at_that_version() -> None:
    assert asked_for().items() <= locked().items()


def test_every_locked_package_has_a_hash() -> None:
    packages = re.split(r"^(?=[a-z])", LOCK, flags=re.MULTILINE)[1:]

    assert [one.split()[0] for one in packages if "--hash=sha256:" not in one] == []
    assert len(packages) == len(locked())


def test_the_lock_names_no_place_to_install_from() -> None:
    assert re.findall(r"https?://|file:|--index-url|--find-links", LOCK) == []


def test_front_end_packages_are_locked_at_their_version_with_a_hash() -> None:
    for name, version in PACKAGE["dependencies"].items():
        in_lock = NPM_LOCK[f"node_modules/{name}"]
        assert in_lock["version"] == version
        assert in_lock["integrity"].startswith("sha512-")


def test_only_files_of_locked_packages_are_copied(dev: ModuleType) -> None:
    assert {asset.split("/")[0] for asset in dev.ASSETS} == set(PACKAGE["dependencies"])


def test_uv_itself_is_installed_by_its_hashes(dev: ModuleType) -> None:
    part = dev._lock_of_uv().read_text()

    assert part.startswith(f"uv=={locked()['uv']} ")
    assert re.findall(r"^[a-z-]+==", part, re.MULTILINE) == ["uv=="]
    assert "--hash=sha256:" in part


def test_nothing_is_installed_twice_and_a_failed_set_up_is_tried_again(
    dev: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    ran: list[str] = []
    is_offline = True

    def run(*command: object, **_: object) -> str:
        ran.append(str(command))
        if is_offline and "-r" in command:
            raise dev.Failed("no network")
        return ""

    monkeypatch.setattr(dev, "_run", run)
    with pytest.raises(dev.Failed, match=r"no network(.|\n)*Installing the Python packages failed"):
        dev.install_packages()
    assert not (tmp_path / ".stamp").exists()

    is_offline = False
    dev.install_packages()
    ran.clear()
    dev.install_packages()
    assert ran == []

    changed = tmp_path / "requirements.lock"
    changed.write_text(LOCK + "# changed")
    monkeypatch.setattr(dev, "LOCK", changed)
    dev.install_packages()
    assert ran != []
    assert "Installing the Python packages … 0.0 s" in capsys.readouterr().out
