"""The web page in a headless Chromium, steered by its debugging protocol."""

from __future__ import annotations

import itertools
import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from websockets.sync.client import ClientConnection, connect

from fasdemo.challenge.failures import Failure
from fasdemo.challenge.light.display import ChallengeDisplay
from fasdemo.engine.challenge_report import ChallengeReport, LightReport
from fasdemo.engine.result import Status
from fasdemo.serve.settings import ServeSettings
from tests.support.serve_fixtures import TOKEN, Running, Script, running, wait_for

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")


class Browser:
    """One tab."""

    def __init__(self, socket: ClientConnection) -> None:
        self._socket, self._numbers = socket, itertools.count(1)
        self.errors: list[str] = []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self.call("Runtime.enable")
        self.call("Log.enable")

    _session = ""

    def call(self, method: str, **parameters: object) -> dict[str, Any]:
        number = next(self._numbers)
        message: dict[str, object] = {"id": number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        self._socket.send(json.dumps(message))
        while True:
            answer = json.loads(self._socket.recv(60))
            if answer.get("method") == "Runtime.exceptionThrown":
                self.errors.append(json.dumps(answer["params"])[:300])
            if answer.get("method") == "Log.entryAdded" and "Content Security Policy" in json.dumps(answer):
                self.errors.append(json.dumps(answer["params"])[:300])
            if answer.get("id") == number:
                assert "error" not in answer, answer
                return dict(answer["result"])

    def value(self, expression: str) -> Any:
        return self.call("Runtime.evaluate", expression=expression, returnByValue=True)["result"].get("value")

    def wait(self, expression: str) -> None:
        wait_for(lambda: self.value(expression), 60)


@pytest.fixture
def browser() -> Iterator[Browser]:
    assert CHROMIUM is not None
    # Not below tmp_path: its name can be too long for the browser's sockets.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        options = ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-dev-shm-usage"]
        options += ["--disable-background-networking", f"--user-data-dir={folder}", "--remote-debugging-port=0"]
        process = subprocess.Popen([CHROMIUM, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            port_file = Path(folder, "DevToolsActivePort")
            wait_for(lambda: port_file.exists() and len(port_file.read_text().split()) == 2, 60)
            port, path = port_file.read_text().split()
            with connect(f"ws://127.0.0.1:{port}{path}", max_size=None, open_timeout=60) as socket:
                yield Browser(socket)
        finally:
            process.terminate()
            process.wait(30)


VERDICT = "document.querySelector('article .verdict')?.textContent"


def test_page_shows_verdicts_events_and_view_and_clears_them(browser: Browser) -> None:
    script = Script(name="<img src=x onerror=document.title='injected'>")
    with running(script, settings=ServeSettings(preview=True, requests_per_s=1000.0)) as server:
        browser.call("Page.navigate", url=server.url)
        browser.wait(f"{VERDICT} === 'LIVE'")
        browser.wait("document.querySelector('article img').naturalWidth > 0")
        script.status = Status.SPOOF
        browser.wait(f"{VERDICT} === 'SPOOF'")
        browser.wait("document.querySelector('#events tr').textContent.includes('SPOOF')")
        assert browser.value("document.querySelectorAll('#events tr').length") >= 2
        script.status = Status.LIVE
        browser.wait(f"{VERDICT} === 'LIVE'")
        script.stalled = True
        browser.wait(f"{VERDICT} === 'NO VERDICT'")
        script.stalled = False
        browser.wait(f"{VERDICT} === 'LIVE'")
        assert browser.value("document.title") == "fasdemo", "a source's name is text, not markup"
    browser.wait(f"{VERDICT} === 'NO VERDICT'")
    assert "No connection" in browser.value("document.getElementById('connection').textContent")
    assert not browser.errors


@pytest.mark.parametrize("count", [3, 8])
def test_page_shows_several_sources_and_the_sentence_of_one_that_fails(browser: Browser, count: int) -> None:
    scripts = [Script(f"door {number}") for number in range(1, count + 1)]
    scripts[1].status, scripts[2].fails_with = Status.SPOOF, "door 3: is not connected; connect it."
    words = "[...document.querySelectorAll('article .verdict')].map(one => one.textContent).join()"
    others = ",LIVE" * (count - 3)
    with running(*scripts, settings=ServeSettings(preview=True)) as server:
        browser.call("Page.navigate", url=server.url)
        browser.wait(f"{words} === 'LIVE,SPOOF,NO VERDICT{others}'")
        browser.wait("document.querySelector('article[data-source=\"3\"]')?.textContent.includes('connect it.')")
        # More pictures than a browser opens connections: the state is still answered, and every picture is shown.
        shown = "[...document.querySelectorAll('article img')].filter(one => one.naturalWidth > 0).length"
        browser.wait(f"{shown} >= {count - 1}")
        titles = browser.value("[...document.querySelectorAll('article h2')].map(one => one.textContent).join()")
        assert titles.startswith("1 · door 1,2 · door 2,3")
        scripts[0].fails_with = "door 1: was unplugged; connect it."
        browser.wait("document.querySelector('article[data-source=\"1\"]').textContent.includes('was unplugged')")
        assert browser.value(words) == f"NO VERDICT,SPOOF,NO VERDICT{others}"
    assert not browser.errors


def test_page_asks_for_the_token(browser: Browser) -> None:
    with running(Script(), settings=ServeSettings(token=TOKEN, requests_per_s=1000.0)) as server:
        browser.call("Page.navigate", url=server.url)
        browser.wait("document.getElementById('login')?.hidden === false")
        assert browser.value("document.querySelectorAll('article').length") == 0
        submit = "document.getElementById('token').value = '{}'; document.querySelector('#login button').click()"
        browser.value(submit.format("a-wrong-token-of-sixteen"))
        browser.wait("document.getElementById('login-message').textContent.includes('wrong')")
        browser.value(submit.format(TOKEN))
        browser.wait(f"{VERDICT} === 'LIVE'")
        assert browser.value("document.cookie") == "", "scripts cannot read the cookie"
    assert not browser.errors


BUTTON = "document.querySelector('article button')"
NOTE = "document.querySelector('.light-note')?.textContent"
COLOUR = "document.getElementById('light').hidden ? '' : document.getElementById('light').style.background"


@contextmanager
def light_page(browser: Browser) -> Iterator[tuple[Running, Script, ChallengeDisplay]]:
    """Open the page of a server whose source has light challenges; the first one has number 3."""
    script, display = Script(), ChallengeDisplay()
    with running(script, settings=ServeSettings(requests_per_s=1000.0)) as server:
        feed = server.feeds["1"]
        feed._engine = replace(feed._engine, challenge="light", display=display)
        display.begin(3)
        browser.call("Page.navigate", url=server.url)
        browser.wait(f"{VERDICT} === 'LIVE' && {BUTTON} !== null")
        yield server, script, display


def _is_shown(display: ChallengeDisplay, step: int) -> bool:
    return display.shown_s(step) is not None


def challenge(number: int, *colours: str) -> ChallengeReport:
    return ChallengeReport(
        number=number, kind="light", track_id=1, outcome="running", prompt="light", prompts=("light",),
        light=LightReport(colours=colours),
    )  # fmt: skip


def test_page_covers_itself_with_the_colours_and_reports_each(browser: Browser) -> None:
    with light_page(browser) as (_, script, display):
        browser.value(f"window.keepsTime = async () => true; {BUTTON}.click()")
        browser.wait(f"{NOTE}.includes('shows the colours')")
        assert browser.value(COLOUR) == ""
        for step, colours in enumerate((["#ff7c7c"], ["#ff7c7c", "#7cffff"])):
            asked_s = time.monotonic()
            script.challenge = challenge(3, *colours)
            wait_for(partial(_is_shown, display, step), 60)
            shown_s = display.shown_s(step)
            assert shown_s is not None
            assert shown_s >= asked_s
            assert browser.value(COLOUR) == ["rgb(255, 124, 124)", "rgb(124, 255, 255)"][step]
        covered = "(() => { const box = document.getElementById('light').getBoundingClientRect(); return "
        covered += "box.left === 0 && box.top === 0 && box.width === innerWidth && box.height === innerHeight; })()"
        assert browser.value(covered)
        assert display.failure is None
        script.challenge = None
        browser.wait(f"({COLOUR}) === ''")
        browser.value(f"{BUTTON}.click()")
        browser.wait(f"{NOTE}.includes('no longer')")
    assert not browser.errors


def test_page_ends_the_colours_when_it_is_resized_or_loses_the_focus(browser: Browser) -> None:
    with light_page(browser) as (_, script, display):
        browser.value(f"window.keepsTime = async () => true; {BUTTON}.click()")
        browser.wait(f"{NOTE}.includes('shows the colours')")
        for number, event, why in ((3, "resize", Failure.SCREEN_MOVED), (4, "blur", Failure.SCREEN_HIDDEN)):
            display.begin(number)
            script.challenge = challenge(number, "#ff7c7c")
            wait_for(lambda: display.shown_s(0) is not None, 60)
            browser.value(f"window.dispatchEvent(new Event('{event}'))")
            wait_for(lambda: display.failure is not None, 60)
            assert display.failure is why
            assert browser.value(COLOUR) == "", "the colours of a failed challenge are shown again"
    assert not browser.errors


def test_page_that_is_too_slow_does_not_offer_light(browser: Browser) -> None:
    with light_page(browser) as (server, _, display):
        slow = "window.requestAnimationFrame = (call) => setTimeout(() => call(performance.now()), 80)"
        browser.value(f"{slow}; {BUTTON}.click()")
        browser.wait(f"{NOTE}.startsWith('This browser shows colours too late')")
        assert browser.value(f"{BUTTON}.textContent") == "Show light challenges on this screen"
        assert not display._shown
        assert server.feeds["1"].display is display
    assert not browser.errors


def test_page_without_light_challenges_has_no_button(browser: Browser) -> None:
    with running(Script()) as server:
        browser.call("Page.navigate", url=server.url)
        browser.wait(f"{VERDICT} === 'LIVE'")
        assert browser.value(f"{BUTTON} === null")
