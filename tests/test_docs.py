"""Every command in README and docs is one that exists, and those that need nothing but the demo are run."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

import fasdemo.cli.main
import trainer.cli.main
import trainer.networks
from tests.conftest import ROOT

PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]
_FENCE = re.compile(r"```(\w*)\n(.*?)```", re.DOTALL)


def blocks(page: Path, language: str) -> list[str]:
    return [body for name, body in _FENCE.findall(page.read_text(encoding="utf-8")) if name == language]


def commands() -> list[str]:
    """Lines of shell blocks, each with its continuation lines."""
    found = []
    for page in PAGES:
        for body in blocks(page, "sh"):
            for line in body.replace("\\\n", " ").splitlines():
                text = line.split(" #", 1)[0].strip()
                if text and not text.startswith("#"):
                    found.append(text)
    return sorted(set(found))


def words_of(command: str) -> list[str]:
    words = shlex.split(command)
    while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
        words.pop(0)
    for cut in ("|", ">", "&&"):
        if cut in words:
            words = words[: words.index(cut)]
    return words


@pytest.mark.parametrize("command", commands())
def test_docs_commands_exist_with_their_options(command: str) -> None:
    words = words_of(command)
    if words[0] == "make":
        targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
        assert next(word for word in words[1:] if "=" not in word) in targets
    elif words[0] == "fasdemo":
        if len(words) > 1 and words[1] in fasdemo.cli.main.COMMANDS:
            fasdemo.cli.main.command_parser(words[1])[0].parse_args(words[2:])
        else:
            fasdemo.cli.main.build_parser().parse_args(words[1:])
    elif words[:3] == ["python", "-m", "trainer"] or words[1:4] == ["-m", "trainer"]:
        name = words[3] if words[3] in trainer.cli.main.COMMANDS else "train"
        rest = words[4:] if words[3] in trainer.cli.main.COMMANDS else words[3:]
        trainer.cli.main.command_parser(name)[0].parse_args(rest)
    elif words[:2] == ["docker", "run"]:
        # What follows the image's name is for the app.
        fasdemo.cli.main.build_parser().parse_args(words[words.index("fasdemo") + 1 :])
    else:
        others = {"pip", "python", "torchrun", "py", "tensorboard", "git", "cp"}
        assert words[0] in others | {"apt-get", "curl", "docker", "echo", "systemctl"}, (
            f"unknown program in {command!r}"
        )


def test_docs_programs_of_tools_exist() -> None:
    named = set()
    for place in (
        *PAGES,
        ROOT / "Makefile",
        *sorted((ROOT / "tools").rglob("*.py")),
        *sorted((ROOT / "tools").glob("*.sh")),
    ):
        text = place.read_text(encoding="utf-8")
        named |= {module.replace(".", "/") + ".py" for module in re.findall(r"-m\s+(tools(?:\.\w+)+)", text)}
        named |= set(re.findall(r"(?<!tests/)\btools/[\w/]+\.(?:py|sh)\b", text))
    assert len(named) > 30
    assert not {name for name in named if not (ROOT / name).is_file()}


def test_docs_python_page_runs_as_it_stands() -> None:
    body, own_camera = blocks(ROOT / "docs" / "python.md", "python")
    # The second example needs the reader's own camera.
    compile(own_camera, "docs/python.md", "exec")
    done = subprocess.run([sys.executable, "-c", body], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "LIVE" in done.stdout
    assert "SPOOF" in done.stdout


CAMERA = """
from types import SimpleNamespace
import fasdemo
camera = []
with fasdemo.open_source(fasdemo.demo_session()) as source:
    for frame in source:
        if len(camera) == 40:
            break
        s, n = frame.timestamp_s, frame.index
        camera.append(SimpleNamespace(rgb=frame.rgb, depth=frame.depth, ir=frame.ir, color_s=s, color_number=n,
                                      depth_s=s, depth_number=n, ir_s=s, ir_number=n))
"""


def test_docs_python_page_judges_frames_of_an_own_camera() -> None:
    _, body = blocks(ROOT / "docs" / "python.md", "python")
    done = subprocess.run([sys.executable, "-c", CAMERA + body], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("FaceVerdict(") >= 35, "faces are judged"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_and_pictures_exist(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name} points at {target}"


def test_docs_reference_pages_hold_every_public_name() -> None:
    for module, page in ((fasdemo, "fasdemo.md"), (trainer.networks, "trainer.md")):
        shown = re.findall(r"^::: (\S+)$", (ROOT / "docs/api" / page).read_text(encoding="utf-8"), re.MULTILINE)
        assert sorted(shown) == sorted(f"{module.__name__}.{name}" for name in module.__all__)


def test_docs_navigation_holds_every_page() -> None:
    text = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    for page in (ROOT / "docs").rglob("*.md"):
        assert f": {page.relative_to(ROOT / 'docs').as_posix()}\n" in text, f"{page.name} is not in mkdocs.yml"
