"""What users install: every file of the four shipped folders, and nothing else."""

from __future__ import annotations

import subprocess
import sys
import tarfile
import zipfile
from typing import TYPE_CHECKING

import pytest

from tests.packaging import tree

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", str(folder)], cwd=tree.ROOT, check=True, capture_output=True
    )
    return folder


def test_wheel_holds_exactly_the_files_of_the_tree(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    shipped = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert shipped == {_installed_name(str(path)) for path in tree.files(*tree.SHIPPED)}


def test_wheel_marks_the_package_as_typed_and_carries_the_licence(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert "logcost/py.typed" in names
    assert any(name.endswith("licenses/LICENSE") for name in names)


def test_sdist_can_build_the_wheel_again(built: Path, tmp_path: Path) -> None:
    (sdist,) = built.glob("*.tar.gz")
    source = _unpacked(sdist, tmp_path / "source")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path / "again")]
    subprocess.run(command, cwd=source, check=True, capture_output=True)
    (first,) = built.glob("*.whl")
    (again,) = (tmp_path / "again").glob("*.whl")
    assert sorted(zipfile.ZipFile(again).namelist()) == sorted(zipfile.ZipFile(first).namelist())


def _unpacked(sdist: Path, folder: Path) -> Path:
    """Unpack by hand: the first releases of Python 3.11 do not know the safe filter of ``extractall``."""
    with tarfile.open(sdist) as archive:
        for member in archive:
            content = archive.extractfile(member)
            if content is not None:
                path = folder / member.name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content.read())
    (source,) = folder.iterdir()
    return source


def _installed_name(path: str) -> str:
    return path if path.startswith("logcost/") else f"logcost/_data/{path}"
