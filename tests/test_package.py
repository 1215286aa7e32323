"""Contents of the wheel, and agreement of the version with the notes of a release."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import fasdemo
from tests.conftest import ROOT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (path,) = folder.glob("*.whl")
    return path


def test_wheel_holds_the_two_packages_and_nothing_else(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    dist_info = f"fasdemo-{fasdemo.__version__}.dist-info"
    assert {name.split("/")[0] for name in names} == {"fasdemo", "trainer", dist_info}
    assert not [name for name in names if "/tests/" in name or "/tools/" in name or "test_" in name]
    assert {"fasdemo/py.typed", f"{dist_info}/licenses/LICENSE", f"{dist_info}/licenses/NOTICE"} <= set(names)


def test_wheel_holds_every_shipped_model_and_the_demo_session(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for path in (ROOT / "assets").rglob("*"):
        if path.is_file():
            assert f"fasdemo/assets/{path.relative_to(ROOT / 'assets').as_posix()}" in names


def test_wheel_says_what_it_needs_and_for_whom(wheel: Path) -> None:
    metadata = zipfile.ZipFile(wheel).read(f"fasdemo-{fasdemo.__version__}.dist-info/METADATA").decode()
    assert "Requires-Python: <3.15,>=3.11\n" in metadata
    for minor in (11, 12, 13, 14):
        assert f"Classifier: Programming Language :: Python :: 3.{minor}\n" in metadata


def test_release_notes_are_the_section_of_the_version(monkeypatch: pytest.MonkeyPatch) -> None:
    from tools.release_notes import CHANGELOG, main, section

    text = "# Log\n\n## [0.2.0] - 2027-01-01\n\n- new\n\n## [0.1.0] - 2026-11-22\n\n- old\n"
    assert section(text, "0.2.0") == "- new"
    assert section(text, "0.1.0") == "- old"
    assert section(text, "0.1") is None
    assert section(CHANGELOG.read_text(encoding="utf-8"), fasdemo.__version__), "CHANGELOG.md lacks this version"
    assert main(["9.9.9"]) == 2


def test_coverage_floor_names_the_package_that_is_below(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from tools.coverage_floor import CRITICAL, main

    report = tmp_path / "coverage.json"
    entries = ", ".join(
        f'"{package}/a.py": {{"summary": {{"covered_lines": {covered}, "num_statements": 100}}}}'
        for package, covered in zip(CRITICAL, (95, 94, 100), strict=True)
    )
    report.write_text(f'{{"files": {{{entries}}}}}', encoding="utf-8")
    assert main([str(report)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.endswith("below 95 %") for line in lines] == [package == CRITICAL[1] for package in sorted(CRITICAL)]
    report.write_text('{"files": {}}', encoding="utf-8")
    assert main([str(report)]) == 1
    report.write_text("[]", encoding="utf-8")
    assert main([str(report)]) == 2


@pytest.mark.parametrize("package", ["fasdemo/engine", "fasdemo/models"])
def test_critical_packages_exist(package: str) -> None:
    assert list((ROOT / package).glob("*.py"))
