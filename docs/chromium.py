"""The report in a real browser: Debian's chromium without a screen, where there is one."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tempfile
from html import unescape
from pathlib import Path
from typing import Any

# Watches from before anything is parsed: every blocked or loaded resource, then what is wider than its place.
PROBE = """<script>
var asked = [];
document.addEventListener("securitypolicyviolation", function (e) { asked.push(e.blockedURI); });
addEventListener("load", function () {
  performance.getEntriesByType("resource").forEach(function (e) { asked.push(e.name); });
  var wide = [], width = document.documentElement.clientWidth;
  document.querySelectorAll("body *").forEach(function (e) {
    var box = e.getBoundingClientRect(), place = e.closest(".scroll");
    if (box.width && box.right > width + 1 && (!place || place === e))
      wide.push(e.tagName + " " + (e.textContent || "").trim().slice(0, 40));
  });
  var scrolled = [];
  document.querySelectorAll(".scroll").forEach(function (e) {
    if (e.scrollWidth > e.clientWidth + 1) scrolled.push(e.textContent.trim().slice(0, 60));
  });
  parent.postMessage(JSON.stringify({asked: asked, wide: wide, scrolled: scrolled, width: width,
    page: document.documentElement.scrollWidth, text: document.body.innerText.length,
    answer: document.querySelector("#answer").getBoundingClientRect().bottom,
    missing: document.querySelector("#standing").getBoundingClientRect().bottom}), "*");
});
</script>"""
AXE = """<script>{axe}</script><script>
addEventListener("load", function () {{
  axe.run(document, {{resultTypes: ["violations"]}}).then(function (found) {{
    parent.postMessage(JSON.stringify(found.violations.map(function (one) {{
      return {{rule: one.id, impact: one.impact, help: one.help, count: one.nodes.length,
        nodes: one.nodes.slice(0, 5).map(function (node) {{ return node.html.slice(0, 160); }})}};
    }})), "*");
  }});
}});
</script>"""
FRAME = """<!doctype html><body style="margin:0">
<iframe src="page.html" width="{width}" height="900" style="border:0"></iframe>
<pre id="seen"></pre><script>
addEventListener("message", function (e) {{ document.getElementById("seen").textContent = e.data; }});
</script>"""


def find_chromium() -> str | None:
    """Path of the browser, if there is one."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


def run_chromium(*words: str, timeout: float = 60) -> str:
    """Run the browser on a profile of its own; what it printed."""
    with tempfile.TemporaryDirectory() as profile:
        command = [
            find_chromium() or "chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
            "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
            "--disable-dev-shm-usage", "--hide-scrollbars", f"--user-data-dir={profile}", *words,
        ]  # fmt: skip
        return subprocess.run(command, capture_output=True, text=True, timeout=timeout, check=True).stdout


def probe(page: str, folder: Path, width: int) -> dict:
    """What a page asks of the network and what of it is too wide, in a frame of a width."""
    return framed(page, PROBE, folder, width)


def accessibility(page: str, axe: str, folder: Path, width: int) -> list[dict]:
    """What axe (its script) finds wrong with a page, in a frame of a width: rule, impact, help and first elements."""
    return framed(page, AXE.format(axe=axe), folder, width, 60)


def framed(page: str, script: str, folder: Path, width: int, seconds: int = 5) -> Any:
    """What a script that is put into a page says of it, in a frame of a width."""
    (folder / "page.html").write_text(page.replace("<head>", f"<head>{script}", 1), encoding="utf-8")
    frame = folder / "frame.html"
    frame.write_text(FRAME.format(width=width), encoding="utf-8")
    budget = f"--virtual-time-budget={seconds * 1000}"
    dom = run_chromium("--window-size=1400,1000", budget, "--dump-dom", frame.as_uri(), timeout=240)
    found = re.search(r'<pre id="seen">(.*?)</pre>', dom, re.DOTALL)
    assert found, "the page did not load"
    assert found[1], "the page did not answer"
    return json.loads(unescape(found[1]))
