"""The report in a browser: slider, explorer, keyboard, print, names of controls, no requests."""

from __future__ import annotations

import base64
import json
import re
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from reported import hostile, page

from twinrom.statemachine import ground, load_model, run_script

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Locator, Page

BROWSER = shutil.which("chromium") or shutil.which("chromium-browser")
sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = pytest.mark.skipif(BROWSER is None, reason="chromium is not installed: no browser")
CONTROLS = ("button", "link", "checkbox", "combobox", "slider", "textbox", "DisclosureTriangle")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_api.sync_playwright() as playwright:
        launched = playwright.chromium.launch(
            executable_path=BROWSER, args=["--no-sandbox", "--disable-gpu"]
        )
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    found = tmp_path_factory.mktemp("report") / "report.html"
    found.write_text(page("proliant"), encoding="utf-8")
    return found


class Opened:
    """A page with everything that went wrong on it."""

    def __init__(self, browser: Browser, file: Path, **options: Any) -> None:
        self.context = browser.new_context(**{"reduced_motion": "reduce", **options})
        self.page: Page = self.context.new_page()
        self.errors: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", lambda m: self.errors.append(m.text))
        self.page.on("pageerror", lambda e: self.errors.append(str(e)))
        self.page.on("dialog", lambda d: (self.errors.append(d.message), d.dismiss()))
        self.page.route("**/*", self._asked)
        self.own = file.as_uri()
        self.page.goto(self.own)

    def _asked(self, route: Any) -> None:
        if route.request.url.partition("#")[0] == self.own:
            route.continue_()
        else:
            self.requests.append(route.request.url)
            route.abort()


@pytest.fixture
def opened(browser: Browser, file: Path) -> Iterator[Opened]:
    found = Opened(browser, file)
    yield found
    found.context.close()
    assert found.errors == []
    assert found.requests == []


def explorer(opened: Opened) -> Locator:
    return opened.page.locator("[data-explorer]")


def happens(opened: Opened, event: str) -> None:
    explorer(opened).locator(f'.events button[data-event="{event}"]').click()


def captions(place: Locator) -> list[str]:
    texts = place.locator(".stage figcaption").all_text_contents()
    return [text.partition(" \u00b7 ")[0] for text in texts]


def test_the_slider_moves_story_lanes_and_machines(opened: Opened) -> None:
    run = opened.page.locator(".run").first
    slider = run.get_by_role("slider", name="Step")
    assert slider.get_attribute("aria-valuetext") == "Start"
    assert captions(run) == ["A is valid", "B is valid", "server is off", "flash is idle"]
    slider.focus()
    for _ in range(2):
        opened.page.keyboard.press("ArrowRight")
    told = slider.get_attribute("aria-valuetext") or ""
    assert told.startswith("Step 2 of 6: flash_starts(this=B, version=2, place=on_site): B: valid")
    assert run.locator("output").inner_text() == told
    current = run.locator(".story [aria-current=step]")
    assert current.count() == 1
    assert "flash_starts(this=B" in current.inner_text()
    assert set(run.locator(".lanes .here").evaluate_all("n => n.map(x => x.dataset.step)")) == {"2"}
    assert captions(run) == ["A is valid", "B is torn", "server is running", "flash is writing"]
    marked = run.locator(".stage .node.here").evaluate_all("n => n.map(x => x.dataset.id)")
    assert marked == ["s:A:valid", "s:B:torn", "s:server:running", "s:flash:writing"]
    taken = run.locator(".stage .edge.taken").evaluate_all("n => n.map(x => x.dataset.rules)")
    assert taken
    assert all("flash_starts[this=B]" in json.loads(rules) for rules in taken)
    run.get_by_role("button", name="One step back").click()
    assert captions(run)[1] == "B is valid"
    assert opened.page.locator("#status").inner_text().startswith("Step 1 of 6: boot(this=A): ")
    opened.page.keyboard.press("Enter")
    opened.page.keyboard.press("Enter")
    assert slider.get_attribute("aria-valuetext") == "Start"


def test_the_explorer_steps_and_undoes(opened: Opened, tmp_path: Path) -> None:
    place = explorer(opened)
    assert place.get_by_role("button", name="Undo").is_disabled()
    happens(opened, "boot_as_chosen[this=A]")
    assert "server is running" in captions(place)
    payload = place.get_by_label("Payload of flash_starts(this=B)")
    payload.select_option(label="version=3, place=remote")
    happens(opened, "flash_starts[this=B]")
    assert captions(place)[1] == "B is torn"
    history = place.locator(".history li").all_inner_texts()
    assert history == ["boot(this=A)", "flash_starts(this=B, version=3, place=remote)"]
    said = opened.page.locator("#status").inner_text()
    assert said.startswith("Step 2: flash_starts(this=B, version=3, place=remote). ")
    assert "none broken" in said
    saved = place.get_by_role("link", name="Save the run").get_attribute("href") or ""
    trace = tmp_path / "saved.itf.json"
    trace.write_bytes(base64.b64decode(saved.partition(",")[2]))
    session = run_script(ground(load_model("proliant")), str(trace))
    assert list(map(str, session.trace().steps)) == history
    place.get_by_role("button", name="Undo").click()
    assert captions(place)[1] == "B is valid"
    place.get_by_role("button", name="Undo").click()
    assert "server is off" in captions(place)
    assert place.locator(".history").inner_text() == "Nothing yet: an initial state."


def test_a_finding_replayed_by_hand_is_seen_to_break_its_property(opened: Opened) -> None:
    opened.page.locator(".run").first.get_by_role("button", name="Replay in the explorer").click()
    place = explorer(opened)
    assert place.locator(".history li").count() == 6
    broken = place.locator(".live .broken").all_inner_texts()
    assert len(broken) == 1
    assert "known_good_image_is_kept" in broken[0]
    assert "a known finding" in broken[0]
    place.get_by_role("button", name="Go back to after step 5").click()
    assert place.locator(".live .broken").count() == 0


def test_a_trace_can_be_saved(opened: Opened) -> None:
    link = opened.page.get_by_role("link", name="Save the trace").first
    with opened.page.expect_download() as saved:
        link.click()
    assert saved.value.suggested_filename == "proliant.known_good_image_is_kept.itf.json"
    assert json.loads(saved.value.path().read_text(encoding="utf-8"))["#meta"]["format"] == "ITF"


def test_a_command_can_be_copied(opened: Opened) -> None:
    opened.context.grant_permissions(["clipboard-read", "clipboard-write"])
    opened.page.get_by_role("button", name="Copy the command that replays").first.click()
    copied = opened.page.evaluate("navigator.clipboard.readText()")
    file = "proliant.known_good_image_is_kept.itf.json"
    assert copied == f"twinrom simulate proliant --script {file}"
    assert opened.page.locator("#status").inner_text() == "Copied."


def test_how_it_starts_can_be_chosen(opened: Opened) -> None:
    place = explorer(opened)
    place.get_by_text("How it starts").click()
    place.get_by_label("bad(1)").check()
    place.get_by_label("A.version").select_option("3")
    place.get_by_role("button", name="Start from here").click()
    assert place.locator(".stage figcaption").first.inner_text().endswith("version 3")
    assert place.get_by_label("bad(1)").is_checked()


def test_the_keyboard_is_enough(opened: Opened) -> None:
    keys = opened.page.keyboard
    keys.press("Tab")
    assert opened.page.evaluate("document.activeElement.textContent") == "Skip to the verdicts"
    keys.press("Enter")
    assert opened.page.evaluate("document.activeElement.id") == "main"
    explorer(opened).locator(".restart").evaluate("b => b.closest('details').open = false")
    explorer(opened).locator("summary").first.focus()
    keys.press("Tab")
    for _ in range(3):
        focused = opened.page.evaluate("document.activeElement.dataset.event")
        assert focused
        keys.press("Enter")
    assert explorer(opened).locator(".history button").count() == 3
    assert opened.page.evaluate("document.activeElement.dataset.event")
    outline = opened.page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid"


def test_links_open_what_is_folded(opened: Opened) -> None:
    opened.page.locator(".carriers a").first.evaluate("a => a.click()")
    target = opened.page.evaluate("location.hash.slice(1)")
    assert opened.page.locator(f"#{target}").evaluate("d => d.open")


def test_every_control_has_a_name(opened: Opened) -> None:
    opened.page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    client = opened.context.new_cdp_session(opened.page)
    nodes = client.send("Accessibility.getFullAXTree")["nodes"]
    seen = [n for n in nodes if not n["ignored"] and n["role"]["value"] in CONTROLS]
    assert len(seen) > 100
    assert [n for n in seen if not n["name"]["value"].strip()] == []
    landmarks = {n["role"]["value"] for n in nodes if not n["ignored"]}
    assert {"banner", "main", "navigation", "contentinfo", "status"} <= landmarks


def test_print_shows_everything_but_the_controls(opened: Opened) -> None:
    opened.page.emulate_media(media="print")
    opened.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert opened.page.locator("details:not([open])").count() == 0
    assert opened.page.locator("button:visible, input:visible, .explorer:visible").count() == 0
    assert opened.page.locator(".story:visible").count() == 2
    opened.page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert opened.page.locator("details.property[open]").count() == 0
    assert opened.page.pdf().startswith(b"%PDF")


def contrast(place: Locator) -> float:
    """Return the contrast of a text with what is behind it."""
    colours = place.evaluate("""node => {
      const own = getComputedStyle(node).color;
      for (let n = node; n; n = n.parentElement) {
        const back = getComputedStyle(n).backgroundColor;
        if (back !== "rgba(0, 0, 0, 0)") return [own, back];
      }
      return [own, "rgb(255, 255, 255)"];
    }""")
    light, dark = sorted(map(luminance, colours), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def luminance(colour: str) -> float:
    parts = [int(p) / 255 for p in re.findall(r"\d+", colour)[:3]]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return sum(w * p for w, p in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_light_and_dark_can_be_read(browser: Browser, file: Path, scheme: str) -> None:
    opened = Opened(browser, file, color_scheme=scheme)
    badges = (".badge.good", ".badge.known", ".badge.open")
    for chosen in ("h1", "a", ".place", ".says", "button.on", *badges):
        assert contrast(opened.page.locator(chosen).first) >= 4.5, chosen
    dark = luminance(opened.page.evaluate("getComputedStyle(document.body).backgroundColor")) < 0.2
    assert dark == (scheme == "dark")
    opened.context.close()


@pytest.mark.parametrize("width", [320, 400, 1280])
def test_nothing_is_wider_than_the_window(browser: Browser, file: Path, width: int) -> None:
    opened = Opened(browser, file, viewport={"width": width, "height": 800})
    opened.page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    widths = opened.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert widths[0] <= widths[1]
    opened.context.close()


def test_without_scripts_everything_is_told(browser: Browser, file: Path) -> None:
    opened = Opened(browser, file, java_script_enabled=False)
    assert opened.page.locator(".story:visible").count() == 2
    assert opened.page.locator(".machines svg:visible").count() == 5
    assert opened.page.get_by_text("The explorer needs JavaScript").is_visible()
    assert opened.page.locator("button:visible").count() == 0
    opened.context.close()


def test_hostile_texts_run_nothing(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "hostile.html"
    file.write_text(hostile(tmp_path), encoding="utf-8")
    opened = Opened(browser, file)
    place = explorer(opened)
    place.get_by_text("How it starts").click()
    place.get_by_label("fits(3)").check()
    place.get_by_role("button", name="Start from here").click()
    for _ in range(3):
        happens(opened, "valueOf")
    assert "low" in place.locator(".live .broken").inner_text()
    place.get_by_label("Payload of stop").select_option(label="hasOwnProperty=2")
    happens(opened, "stop")
    assert captions(place) == ["constructor is stopped"]
    assert opened.errors == []
    assert opened.requests == []
    opened.context.close()
