"""The look of a report: calm, blue to orange, never red; colors by role, changed by dark mode and print."""

STYLE = """
:root { --paper: #f5f4f0; --card: #fff; --ink: #1c2733; --soft: #55616e; --line: #dedcd4; --wash: #e9f0f6;
  --model: #1d4f7c; --rule: #b3540f; --logistic: #6a5a86; --school_only: #6b7680; --champion: #1f7a6d;
  --warm: #a4480a; --warm-wash: #fdf1e5; }
@media (prefers-color-scheme: dark) {
  :root { --paper: #12181f; --card: #1a222b; --ink: #e8ecf0; --soft: #a9b4bf; --line: #2e3944; --wash: #1c2f41;
    --model: #8cc0ee; --rule: #f2a15c; --logistic: #b9a7dc; --school_only: #98a4af; --champion: #6fcabc;
    --warm: #f4b27a; --warm-wash: #35271a; }
}
*, *::before, *::after { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif; }
main { max-width: 62rem; margin: 0 auto; padding: 2.5rem 1.5rem 4rem; }
h1, h2, h3, p, ul, figure, pre { margin: 0; }
h1 { font-size: 1.9rem; line-height: 1.2; letter-spacing: -0.015em; font-weight: 680; }
h2 { font-size: 1.25rem; line-height: 1.3; font-weight: 650; margin-bottom: 0.5rem; }
h3 { font-size: 1.02rem; line-height: 1.4; font-weight: 620; margin-top: 1.5rem; }
p + p, p + ul { margin-top: 0.6rem; }
ul { padding-left: 1.25rem; }
li + li { margin-top: 0.3rem; }
.soft, figcaption { color: var(--soft); font-size: 0.92em; }
td.soft { font-size: inherit; }
header .soft { margin-top: 0.4rem; font-size: 1rem; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 1.5rem 1.75rem;
  margin-top: 1.5rem; }
.verdict { border-left: 6px solid var(--model); }
.verdict.unproven { border-left-color: var(--rule); }
.verdict .first { font-size: 1.3rem; line-height: 1.4; font-weight: 620; max-width: 46rem; }
.verdict .headline { font-size: 1.08rem; max-width: 46rem; }
.scroll { overflow-x: auto; margin-top: 1rem; }
.scroll:focus-visible, summary:focus-visible { outline: 3px solid var(--model); outline-offset: 2px; }
table { width: 100%; border-collapse: collapse; font-size: 0.93rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 620; padding-bottom: 0.4rem; }
th, td { padding: 0.45rem 0.6rem; border-top: 1px solid var(--line); text-align: left; vertical-align: top; }
thead th { border-top: 0; color: var(--soft); font-weight: 600; font-size: 0.86rem; line-height: 1.35;
  vertical-align: bottom; }
tbody th { font-weight: 500; }
.figures td { white-space: nowrap; }
.figures td, .figures thead th + th { text-align: right; }
.figures td.left { text-align: left; white-space: normal; }
.own { background: var(--wash); font-weight: 620; }
.group th { padding-top: 1.1rem; border-top: 2px solid var(--line); font-weight: 620; }
.figures thead span, .group span { display: block; font-weight: 400; color: var(--soft); }
.word { display: inline-flex; gap: 0.45rem; align-items: baseline; white-space: nowrap; font-weight: 620; }
.pass .word { color: var(--model); }
.fail .word, .not_enough_evidence .word { color: var(--warm); }
.code { color: var(--soft); white-space: nowrap; }
.scorer { display: inline-block; width: 0.7em; height: 0.7em; border-radius: 2px; margin-right: 0.5em; }
figure { margin-top: 1rem; }
figure svg { display: block; width: 100%; height: auto; max-width: 44rem; }
figcaption { margin-top: 0.5rem; max-width: 44rem; }
details { margin-top: 0.75rem; }
summary { cursor: pointer; color: var(--model); width: fit-content; }
code, pre { font: 0.9rem/1.5 ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace; }
pre { background: var(--wash); padding: 0.75rem 1rem; border-radius: 8px; margin-top: 0.6rem; overflow-x: auto; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.35rem 1.5rem; margin: 0.75rem 0 0; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
svg text { font: 13px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif;
  fill: var(--soft); }
svg .name { font-weight: 620; }
.grid { stroke: var(--line); }
.even { stroke: var(--soft); stroke-dasharray: 3 4; }
.here { fill: var(--wash); }
.line { fill: none; stroke-width: 2; }
.line.model { stroke-width: 3; }
.line.rule { stroke-dasharray: 9 4; }
.line.logistic { stroke-dasharray: 4 3; }
.line.school_only { stroke-dasharray: 1.5 4; stroke-linecap: round; }
.line.champion { stroke-dasharray: 12 3 3 3; }
.line.model, .dot.model { stroke: var(--model); } .line.rule, .dot.rule { stroke: var(--rule); }
.line.logistic, .dot.logistic { stroke: var(--logistic); } .line.champion, .dot.champion { stroke: var(--champion); }
.line.school_only, .dot.school_only { stroke: var(--school_only); }
.dot { fill: var(--card); stroke-width: 2.5; }
text.model { fill: var(--model); } text.rule { fill: var(--rule); } text.logistic { fill: var(--logistic); }
text.school_only { fill: var(--school_only); } text.champion { fill: var(--champion); }
footer { color: var(--soft); font-size: 0.9rem; margin-top: 1.5rem; }
@media (max-width: 40rem) {
  main { padding: 1.5rem 1rem; }
  section { padding: 1.1rem; }
  dl { grid-template-columns: 1fr; }
}
@media print {
  :root { --paper: #fff; --card: #fff; --ink: #000; --soft: #444; --line: #bbb; --wash: #eef3f7; --model: #1d4f7c;
    --rule: #b3540f; --logistic: #6a5a86; --school_only: #5a646d; --champion: #1f7a6d; --warm: #8a3c08; }
  @page { margin: 16mm 14mm; }
  body { font-size: 10pt; print-color-adjust: exact; }
  main { max-width: none; padding: 0; }
  section { border: 0; border-radius: 0; padding: 0; margin-top: 8mm; }
  .verdict { border-left: 6px solid var(--model); padding-left: 5mm; }
  figure, tr, .verdict, pre { break-inside: avoid; }
  h2, h3, caption, .group { break-after: avoid; }
  .scroll { overflow: visible; }
  table { font-size: 8.5pt; }
  th, td { padding: 0.22rem 0.35rem; }
  thead th { font-size: 8pt; }
  summary { display: none; }
  details::details-content { content-visibility: visible; display: block; block-size: auto; }
}
"""
