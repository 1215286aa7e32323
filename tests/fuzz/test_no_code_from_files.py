"""No file that is read becomes code, and judging opens no connection."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted(
    [*(ROOT / "fasdemo").rglob("*.py"), *(ROOT / "trainer").rglob("*.py"), *(ROOT / "tools").rglob("*.py")]
)
KNOWS_THE_NETWORK = {
    "fasdemo/faces/model_file.py",  # fetches the face model, checked by its hash
    "fasdemo/capture/cameras/network/connection.py",  # cameras that `--camera rtsp://...` or `http://...` names
    "fasdemo/capture/cameras/network/mjpeg.py",
    "fasdemo/capture/cameras/network/rtsp.py",
    "fasdemo/serve/server.py",  # `fasdemo serve`
    "fasdemo/serve/webhooks.py",  # addresses that the operator gave
    "fasdemo/publish/web.py",
    "fasdemo/publish/web_target.py",
    "fasdemo/publish/mqtt_target.py",
}


def calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def keyword(call: ast.Call, name: str) -> str | None:
    return next((ast.unparse(one.value) for one in call.keywords if one.arg == name), None)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_code_reads_no_file_that_can_run(path: Path) -> None:
    for name, call in calls(ast.parse(path.read_text(encoding="utf-8"))):
        assert name not in ("eval", "exec", "compile", "os.system", "os.popen", "pickle.load", "pickle.loads"), name
        assert name not in ("yaml.unsafe_load", "yaml.full_load", "marshal.loads", "shelve.open", "joblib.load"), name
        if name == "torch.load":
            assert keyword(call, "weights_only") == "True"
        if name in ("np.load", "numpy.load"):
            assert keyword(call, "allow_pickle") in (None, "False")
        if name == "yaml.load":
            assert "Plain" in ast.unparse(call.args[1])
        assert keyword(call, "shell") in (None, "False")


LOCAL_SOCKETS = {
    "fasdemo/display.py",  # asks whether the X server that DISPLAY names answers
    "fasdemo/runtime/outputs/service_manager.py",  # tells systemd through its Unix socket
    "fasdemo/sessions/session_lock.py",  # the name of this computer
}


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_code_uses_the_network_in_known_places_only(path: Path) -> None:
    if path.relative_to(ROOT).as_posix() in KNOWS_THE_NETWORK:
        return
    modules: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            modules |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            modules.add(node.module)
    if path.relative_to(ROOT).as_posix() in LOCAL_SOCKETS:
        modules.discard("socket")
    network = {"socket", "urllib.request", "http.client", "requests", "ftplib", "smtplib", "aiohttp", "httpx"}
    assert not modules & network


WATCHED = """
import sys
opened = []
def watch(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto", "urllib.Request"):
        opened.append((event, str(arguments)))
sys.addaudithook(watch)
from fasdemo.cli.main import main
status = main(["--headless", "--demo", "--max-frames", "5", "--device", "cpu"])
import os
links = [os.readlink(f"/proc/self/fd/{one}") for one in os.listdir("/proc/self/fd") if one.isdigit()
         and os.path.islink(f"/proc/self/fd/{one}")]
native = [link for link in links if link.startswith("socket:")]
print("opened", opened, native, status)
"""


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs /proc")
def test_judging_opens_no_connection() -> None:
    from tests.support.face_fixtures import model_or_skip

    model_or_skip()
    done = subprocess.run([sys.executable, "-c", WATCHED], capture_output=True, text=True, timeout=120, check=False)
    assert "opened [] [] 0" in done.stdout, done.stdout + done.stderr
