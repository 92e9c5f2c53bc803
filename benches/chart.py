#!/usr/bin/env python3
"""Draws docs/cost.svg from the tables of docs/performance.md: `make chart`.

    chart.py [PAGE]     the picture, on standard output

A table between `<!-- begin chart: CAPTION -->` and `<!-- end chart -->` becomes a group of bars: the first
column names the bar, the second has its length. The row that begins with "this filter" is the one that
stands out. The test tests/readme.rs compares the committed picture with what this draws.
"""

import pathlib
import re
import sys
from xml.sax.saxutils import escape

PAGE = pathlib.Path(__file__).resolve().parent.parent / "docs" / "performance.md"

WIDTH, MARGIN = 760, 24
# Where the bars begin, and the longest that they get.
LEFT, LONGEST = 280, 380
CAPTION, ROW, BAR, GAP = 34, 30, 18, 18

HEAD = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img"
     font-family="system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif" font-size="13">
  <title>What the filter costs, next to other ways to do the same</title>
  <style>
    .page {{ fill: #ffffff; stroke: #d0d7de }}
    text {{ fill: #1f2328 }}
    .caption {{ font-weight: 600; font-size: 14px }}
    .bar {{ fill: #8c959f }}
    .ours {{ fill: #d4640f }}
    .strong {{ font-weight: 600 }}
    @media (prefers-color-scheme: dark) {{
      .page {{ fill: #0d1117; stroke: #3d444d }}
      text {{ fill: #e6edf3 }}
      .bar {{ fill: #656c76 }}
      .ours {{ fill: #f0883e }}
    }}
  </style>
  <rect class="page" x="0.5" y="0.5" width="{inner_width}" height="{inner_height}" rx="10"/>
"""


def charts(page):
    """The caption of each marked table, and its rows: a label, the text of a number, the number."""
    for caption, table in re.findall(r"<!-- begin chart: (.*?) -->\n(.*?)<!-- end chart -->", page, re.S):
        lines = table.strip().splitlines()[2:]
        cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
        yield caption, [(label, text, float(text)) for label, text, *_ in cells]


def draw(page):
    found = list(charts(page))
    if not found:
        sys.exit("chart.py: the page has no table for a chart")
    y = MARGIN
    parts = []
    for caption, rows in found:
        y += CAPTION
        parts.append(f'  <text class="caption" x="{MARGIN}" y="{y - 14}">{escape(caption)}</text>')
        most = max(number for _, _, number in rows)
        for label, text, number in rows:
            ours = label.startswith("this filter")
            bar, strong = ("ours", ' class="strong"') if ours else ("bar", "")
            length = max(2, round(LONGEST * number / most))
            middle = y + BAR / 2 + 4.5
            parts += [
                f'  <text{strong} x="{LEFT - 12}" y="{middle}" text-anchor="end">{escape(label)}</text>',
                f'  <rect class="{bar}" x="{LEFT}" y="{y}" width="{length}" height="{BAR}" rx="2"/>',
                f'  <text{strong} x="{LEFT + length + 8}" y="{middle}">{escape(text)}</text>',
            ]
            y += ROW
        y += GAP
    height = y - GAP + MARGIN - (ROW - BAR)
    head = HEAD.format(width=WIDTH, height=height, inner_width=WIDTH - 1, inner_height=height - 1)
    return head + "\n".join(parts) + "\n</svg>\n"


if __name__ == "__main__":
    page = pathlib.Path(sys.argv[1]) if sys.argv[1:] else PAGE
    sys.stdout.write(draw(page.read_text(encoding="utf-8")))
