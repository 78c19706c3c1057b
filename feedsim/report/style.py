"""How the page looks, in light, in dark and on paper; and the few lines that draw its charts."""

_LIGHT = """--ground:#fbfaf8;--card:#fff;--ink:#1f2933;--soft:#566270;--line:#dde1e6;--accent:#0072b2;--tint:#eef4f9;"""
_DARK = (
    """--ground:#14181d;--card:#1b2026;--ink:#e6e9ed;--soft:#a3adb9;--line:#353c46;--accent:#56a8e8;--tint:#1b2733;"""
)

CSS = f"""
:root {{ {_LIGHT} color-scheme: light dark; }}
@media screen and (prefers-color-scheme: dark) {{ :root {{ {_DARK} }} }}
* {{ box-sizing: border-box; }}
html {{ scroll-behavior: smooth; }}
@media (prefers-reduced-motion: reduce) {{ html {{ scroll-behavior: auto; }} }}
body {{ margin: 0 auto; padding: 2.5rem 1.25rem 4rem; max-width: 70rem; background: var(--ground); color: var(--ink);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; overflow-wrap: break-word; }}
h1 {{ font-size: clamp(1.6rem, 1.1rem + 2.2vw, 2.5rem); line-height: 1.15; margin: .15em 0 .35em; max-width: 26em;
  letter-spacing: -.015em; text-wrap: balance; }}
h2 {{ font-size: 1.35rem; line-height: 1.25; margin: 0 0 .5rem; letter-spacing: -.01em; text-wrap: balance; }}
h3 {{ font-size: 1rem; line-height: 1.35; margin: 0 0 .5rem; font-weight: 600; }}
section {{ margin-top: 3rem; scroll-margin-top: 1rem; }}
.above {{ margin: 0; color: var(--accent); font-weight: 600; }}
.meta, .note, .caption, .small {{ color: var(--soft); font-size: .9rem; }}
.note, .small {{ max-width: 52rem; }}
.note {{ margin: 0 0 1rem; }}
a {{ color: var(--accent); }}
:focus-visible {{ outline: 2px solid var(--accent); outline-offset: 2px; }}
.skip {{ position: absolute; left: -99rem; }}
.skip:focus {{ left: 1rem; top: .5rem; }}
nav ul {{ list-style: none; display: flex; flex-wrap: wrap; gap: .25rem 1.1rem; padding: .6rem 0; margin: 1rem 0 0;
  border-block: 1px solid var(--line); font-size: .92rem; }}
.answer {{ margin-top: 2rem; padding: 1.1rem 1.4rem; background: var(--tint); border-left: 4px solid var(--accent);
  border-radius: 0 8px 8px 0; }}
.beside {{ display: grid; gap: 0 2.5rem; }}
.beside > * {{ min-width: 0; overflow-wrap: anywhere; }}
.beside p:first-child {{ margin-top: .2rem; }}
.beside aside p {{ margin: 0 0 .6rem; }}
.answer ul {{ padding-left: 1.1rem; margin: .4rem 0; }}
.answer li {{ margin: .6rem 0; }}
.answer li li {{ margin: .1rem 0; color: var(--soft); font-size: .93rem; }}
.legend {{ list-style: none; display: flex; flex-wrap: wrap; gap: .3rem .5rem; padding: 0; margin: 0 0 .8rem; }}
.legend button {{ font: inherit; font-size: .9rem; color: inherit; background: var(--card); cursor: pointer;
  border: 1px solid var(--line); border-radius: 99px; padding: .2rem .8rem .2rem .6rem; overflow-wrap: anywhere; }}
.legend button[aria-pressed=false] {{ opacity: .45; text-decoration: line-through; }}
.legend svg.key {{ width: auto; vertical-align: -.12em; }}
.charts {{ display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 22rem), 1fr)); gap: 1.25rem; }}
.charts.many {{ max-width: none; grid-template-columns: repeat(auto-fill, minmax(min(100%, 17rem), 1fr)); }}
figure {{ margin: 0; padding: 1rem 1rem .6rem; background: var(--card); border: 1px solid var(--line);
  border-radius: 10px; min-width: 0; display: grid; grid-template-rows: subgrid; grid-row: span 3; row-gap: 0; }}
figure > * {{ min-width: 0; }}
.chart {{ height: 310px; }}
.many .chart {{ height: 190px; }}
.many h3 {{ font-size: .93rem; }}
details {{ margin-top: .5rem; }}
summary {{ cursor: pointer; color: var(--soft); font-size: .9rem; }}
.scroll {{ overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: 10px;
  margin: .5rem 0; }}
.tall {{ max-height: 24rem; overflow-y: auto; }}
table {{ border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: .93rem; }}
.caption {{ margin: 1rem 0 0; }}
th, td {{ padding: .5rem .9rem; text-align: right; border-top: 1px solid var(--line); vertical-align: top; }}
details th, details td {{ padding-block: .28rem; }}
td {{ white-space: nowrap; }}
th {{ font-weight: 600; }}
tbody tr:first-child > * {{ border-top-width: 2px; }}
thead th {{ border-top: 0; vertical-align: bottom; font-size: .88rem; }}
th:first-child {{ text-align: left; min-width: 7rem; }}
tbody th {{ white-space: nowrap; }}
.words code {{ overflow-wrap: normal; }}
.words td {{ text-align: left; white-space: normal; min-width: 11rem; }}
.words th {{ text-align: left; }}
tbody th {{ position: sticky; left: 0; background: var(--card); }}
.where, .change {{ display: block; color: var(--soft); font-size: .85rem; }}
.where {{ white-space: normal; }}
.key {{ display: inline-block; width: 1.1em; margin-right: .35em; }}
pre {{ overflow-x: auto; padding: 1rem; background: var(--card); border: 1px solid var(--line); border-radius: 10px;
  font: .84rem/1.5 ui-monospace, Menlo, Consolas, monospace; }}
code {{ font: .92em ui-monospace, Menlo, Consolas, monospace; overflow-wrap: anywhere; }}
@media (min-width: 60rem) {{
  .beside {{ grid-template-columns: 1fr 18rem; }}
}}
@media (min-width: 48rem) {{
  /* One of an odd number takes the whole first row, so that none is left beside nothing. */
  .charts:not(.many) > figure:first-child:nth-last-child(odd) {{ grid-column: 1 / -1; }}
}}
@media screen and (max-width: 40rem) {{
  body {{ padding: 1.4rem .9rem 3rem; }}
  .answer {{ padding: .8rem 1rem; }}
  figure {{ padding: .8rem .6rem .5rem; }}
  .cards table, .cards tbody, .cards tr, .cards th, .cards td {{ display: block; }}
  .cards thead {{ position: absolute; left: -99rem; }}
  .cards tr {{ padding: .5rem 0; border-top: 1px solid var(--line); }}
  .cards tr:first-child {{ border-top: 0; }}
  .cards th, .cards td {{ border: 0 !important; padding: .3rem .9rem; position: static; }}
  .cards td {{ display: grid; grid-template-columns: 1fr 1fr; gap: 1rem; white-space: normal; }}
  .cards td::before {{ content: attr(data-of); text-align: left; color: var(--soft); font-size: .88rem; }}
}}
@media print {{
  body {{ max-width: none; padding: 0; font-size: 10.5pt; }}
  nav, .skip, summary {{ display: none; }}
  figure, tr {{ break-inside: avoid; }}
  h2, h3, .note, .caption, .legend {{ break-after: avoid; }}
  section {{ margin-top: 1.6rem; }}
  .scroll {{ overflow: visible; max-height: none; }}
}}
"""

SCRIPT = """
const dark = matchMedia('(prefers-color-scheme: dark)');
const options = {responsive: true, displayModeBar: false, displaylogo: false, scrollZoom: false};
const hidden = new Set();
function draw(isDark) {
  for (const box of document.querySelectorAll('.chart')) {
    let spec = box.nextElementSibling.textContent;
    if (isDark) for (const [paper, screen] of Object.entries(DARK)) spec = spec.replaceAll(paper, screen);
    const {data, layout} = JSON.parse(spec);
    for (const trace of data) trace.visible = !hidden.has(trace.legendgroup);
    Object.assign(layout, {dragmode: false, hoverlabel: {namelength: -1}});
    Plotly.react(box, data, layout, options);
  }
}
draw(dark.matches);
for (const button of document.querySelectorAll('[data-arm]')) button.addEventListener('click', () => {
  const arm = button.dataset.arm;
  if (!hidden.delete(arm)) hidden.add(arm);
  for (const other of document.querySelectorAll('[data-arm]'))
    if (other.dataset.arm === arm) other.setAttribute('aria-pressed', String(!hidden.has(arm)));
  draw(dark.matches);
});
dark.addEventListener('change', event => draw(event.matches));
addEventListener('beforeprint', () => draw(false));
addEventListener('afterprint', () => draw(dark.matches));
"""
