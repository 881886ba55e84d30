"""The page's style and script. Both are in the page itself, and nothing else is loaded: the page
may be behind a tunnel, on a phone, without another network."""

import base64
import hashlib

REFRESH_SECONDS = 5

STYLE = """
:root { color-scheme: light dark;
  --ground: #f6f7f8; --card: #ffffff; --text: #16202a; --quiet: #55626f; --edge: #dfe4e8;
  --good: #14734a; --good-soft: #d9efe4; --ahead: #a9d6c0; --warn: #8a5300; --warn-soft: #fbeccf;
  --bad: #b3261e; --gap: #d0342c; --bad-soft: #fbe2df; --track: #e8ecef; }
@media (prefers-color-scheme: dark) { :root {
  --ground: #10161c; --card: #182028; --text: #e6ebf0; --quiet: #9aa8b5; --edge: #2a3540;
  --good: #63cf9c; --good-soft: #173529; --ahead: #2c6049; --warn: #f0b65a; --warn-soft: #392b12;
  --bad: #ff8a80; --gap: #ff6b5e; --bad-soft: #431f1d; --track: #26303a; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; }
header, main, footer { max-width: 60rem; margin: 0 auto; padding: 0 1rem; }
header { padding-top: 1rem; display: flex; justify-content: space-between; gap: .25rem 1rem;
  flex-wrap: wrap; color: var(--quiet); font-size: .875rem; }
header strong { color: var(--text); }
section { background: var(--card); border: 1px solid var(--edge); border-radius: .75rem;
  padding: 1.25rem; margin: 1rem 0; }
h1, h2, h3, h4, p, ul, ol, dl, dd, figure { margin: 0; }
h1 { font-size: 2.25rem; line-height: 1.15; letter-spacing: -.02em; }
h2 { font-size: 1.125rem; margin-bottom: .75rem; }
h3 { font-size: .9375rem; margin: 1.5rem 0 .5rem; }
h4 { font-size: .875rem; margin: 1rem 0 .25rem; }
.verdict { border-left: .5rem solid var(--good); }
.verdict h1 { color: var(--good); }
.verdict.warning { border-color: var(--warn); } .verdict.warning h1 { color: var(--warn); }
.verdict.not-ready { border-color: var(--bad); } .verdict.not-ready h1 { color: var(--bad); }
.until { font-size: 1.25rem; margin-top: .25rem; }
.actions { list-style: none; padding: 0; margin-top: 1rem; display: grid; gap: .5rem; }
.actions li { background: var(--warn-soft); border-radius: .5rem; padding: .625rem .875rem; }
.not-ready .actions li.reason { background: var(--bad-soft); }
.advice { font-weight: 600; }
.nothing { margin-top: .5rem; color: var(--quiet); }
dl { display: grid; grid-template-columns: 8rem 1fr; gap: .375rem 1rem; }
dt { color: var(--quiet); }
dd, li, p, td { overflow-wrap: anywhere; min-width: 0; }
code, .figures { font-family: ui-monospace, SFMono-Regular, Menlo, "DejaVu Sans Mono", monospace;
  font-size: .875em; font-variant-numeric: tabular-nums; }
.kind { overflow-wrap: normal; }
.quiet { color: var(--quiet); }
.code { color: var(--quiet); font-size: .875em; white-space: nowrap; }
.badge { background: var(--warn-soft); color: var(--warn); border-radius: 1rem;
  padding: .05rem .6rem; font-size: .8125rem; font-weight: 600; white-space: nowrap; }
.badge.bad { background: var(--bad-soft); color: var(--bad); }
.badge.good { background: var(--good-soft); color: var(--good); }
.life { display: block; width: 100%; height: .5rem; border-radius: .25rem; margin: .375rem 0; }
.life .ground, .cover .ground { fill: var(--track); } .life .left { fill: var(--good); }
.life.low .left { fill: var(--warn); }
.cover svg { display: block; width: 100%; height: 2.5rem; border-radius: .375rem; }
.cover .covered { fill: var(--good); } .cover .ahead { fill: var(--ahead); }
.cover .gap { fill: var(--gap); }
.cover line { vector-effect: non-scaling-stroke; stroke-width: 1; }
.cover .rotation { stroke: var(--card); opacity: .55; }
.cover line.gap { stroke: var(--gap); stroke-width: 4; }
.cover .now { stroke: var(--text); stroke-width: 2; }
.cover svg.marks { height: 1.5em; border-radius: 0; overflow: visible; font-size: .8125rem; }
.marks text { fill: var(--quiet); }
figcaption { color: var(--quiet); font-size: .875rem; margin-top: .25rem; }
.tallies { display: grid; grid-template-columns: repeat(4, 1fr); gap: .5rem; }
.tallies div { background: var(--ground); border-radius: .5rem; padding: .5rem .75rem; }
.tallies dt { font-size: .8125rem; } .tallies dd { font-size: 1.375rem; font-weight: 600; }
.errors { list-style: none; padding: 0; display: grid; gap: .875rem; }
details { margin-top: 1rem; } summary { cursor: pointer; font-weight: 600; }
table { border-collapse: collapse; width: 100%; margin-top: .5rem; font-size: .875rem; }
th, td { text-align: left; padding: .375rem .5rem .375rem 0; border-top: 1px solid var(--edge);
  vertical-align: top; }
th { color: var(--quiet); font-weight: 500; }
footer { padding-bottom: 2rem; color: var(--quiet); font-size: .8125rem; }
a { color: inherit; } :focus-visible { outline: 2px solid currentColor; outline-offset: 2px; }
#stale { display: none; background: var(--bad-soft); color: var(--bad); padding: .75rem 1rem;
  position: sticky; top: 0; font-weight: 600; text-align: center; }
#stale.shown { display: block; }
@media (max-width: 40rem) {
  section { padding: 1rem; } h1 { font-size: 1.875rem; } .until { font-size: 1.125rem; }
  dl { grid-template-columns: 1fr; gap: 0; } dl dd { margin-bottom: .5rem; }
  .tallies { grid-template-columns: repeat(2, 1fr); gap: .5rem; } .tallies dd { margin: 0; }
  .cover .dense { display: none; }
  thead { position: absolute; clip-path: inset(50%); }
  tr { display: block; border-top: 1px solid var(--edge); padding: .5rem 0; }
  td { display: flex; gap: .75rem; border: 0; padding: .1rem 0; }
  td::before { content: attr(data-label); color: var(--quiet); flex: 0 0 6.5rem; } }
@media print { body { background: none; } section { break-inside: avoid; } }
"""

SCRIPT = """
const every = SECONDS * 1000;
const stale = document.getElementById("stale");
let last = new Date();
async function look() {
  try {
    const answer = await fetch(location.href, { cache: "no-store",
      signal: AbortSignal.timeout(every) });
    if (!answer.ok) throw new Error(answer.status);
    const found = new DOMParser().parseFromString(await answer.text(), "text/html");
    const parts = found.querySelectorAll("[data-part]");
    const ours = document.querySelectorAll("[data-part]");
    const same = parts.length === ours.length
      && [...parts].every((part, at) => part.dataset.part === ours[at].dataset.part);
    if (!same) { document.querySelector("main").replaceWith(found.querySelector("main")); }
    else if (getSelection().isCollapsed) parts.forEach((part, at) => {
      part.querySelectorAll("details").forEach((one, place) => {
        const was = ours[at].querySelectorAll("details")[place];
        if (was) one.open = was.open; });
      if (part.outerHTML !== ours[at].outerHTML) ours[at].replaceWith(part); });
    document.title = found.title;
    document.querySelector("link[rel=icon]").href = found.querySelector("link[rel=icon]").href;
    last = new Date();
    stale.classList.remove("shown");
  } catch (error) {
    stale.textContent = "attestor has not answered since " + last.toLocaleTimeString()
      + ": what you see is from then.";
    stale.classList.add("shown");
    document.title = "\\u26a0 no answer - attestor";
  }
  setTimeout(look, every);
}
setTimeout(look, every);
""".replace("SECONDS", str(REFRESH_SECONDS))


def _source(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return f"'sha256-{digest}'"


POLICY = "; ".join(
    (
        "default-src 'none'",
        f"style-src {_source(STYLE)}",
        f"script-src {_source(SCRIPT)}",
        "connect-src 'self'",
        "img-src data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
"""The page's Content-Security-Policy: this style, this script, the page itself again."""
