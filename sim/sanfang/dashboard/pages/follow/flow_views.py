"""The flow of all requests as a Sankey diagram: for the page, as a table, and as a picture."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path

from sanfang.dashboard.presenters import colours
from sanfang.dashboard.presenters.chart import Json
from sanfang.dashboard.presenters.pictures import png, stamped
from sanfang.dashboard.words import own_label, say
from sanfang.model.state import CHANNEL_NAMES, TIER_NAMES
from sanfang.report.fonts import language_and_fonts
from sanfang.run.flow import LAYERS, NOBODY, OUTCOMES, Band, bands, nodes
from sanfang.scenario.scenario import Scenario

Node = tuple[str, str]

TIERS = {
    NOBODY: "#9aa3ae", "terminal": "#8C6BB1", "grid": "#009E73", "community": "#56B4E9", "partner": "#CC79A7",
    "street": "#E69F00", "department": "#0072B2",
}  # fmt: skip
ORDER = {"channel": CHANNEL_NAMES, "first_tier": tuple(TIERS), "tier": tuple(TIERS), "outcome": OUTCOMES}
"""The order of the nodes of a layer, from above; domains stand in that of their amount."""

assert set(TIER_NAMES) < set(TIERS)
GAP = 0.014  # of the height, between nodes


def node_label(node: Node, scenario: Scenario, lang: str) -> str:
    """The name of a node."""
    layer, name = node
    if layer == "domain":
        return own_label(scenario.domains[name], lang, name)
    if name == NOBODY:
        return say("follow_nobody", lang)
    return say({"channel": "channel_", "outcome": "state_"}.get(layer, "tier_") + name, lang)


def node_colour(node: Node) -> str:
    """The colour of a node: of a tier or an outcome; domains and channels are grey."""
    layer, name = node
    if layer == "outcome":
        return colours.STATES[name]
    return TIERS[name] if layer in ("first_tier", "tier") else {"domain": "#5f6b78", "channel": "#8b95a1"}[layer]


def ordered(links: list[Band], weight: str) -> list[Node]:
    """All nodes, layer by layer, each layer from above."""
    sizes = nodes(links, weight)

    def rank(node: Node) -> tuple[int, float]:
        layer, name = node
        return LAYERS.index(layer), -sizes[node] if layer == "domain" else ORDER[layer].index(name)

    return sorted(sizes, key=rank)


def amount(value: float, weight: str, lang: str) -> str:
    """A number of requests or hours with its unit."""
    return f"{value:,.0f}" if weight == "requests" else say("follow_hours", lang, hours=f"{value:,.0f}")


def sankey(ways: pd.DataFrame, scenario: Scenario, weight: str, lang: str) -> Json:
    """The option of an ECharts Sankey diagram."""
    links = bands(ways)
    sizes = nodes(links, weight)
    total = sum(size for (layer, _), size in sizes.items() if layer == "domain")

    def data(node: Node) -> Json:
        text = f"{node_label(node, scenario, lang)} {100 * sizes[node] / max(total, 1e-9):.0f}%"
        last = node[0] == "outcome"
        tooltip = f"{node_label(node, scenario, lang)}: {amount(sizes[node], weight, lang)}"
        return {
            "name": ":".join(node), "depth": LAYERS.index(node[0]), "itemStyle": {"color": node_colour(node)},
            "label": {"formatter": text, "position": "left" if last else "right"}, "tooltip": {"formatter": tooltip},
        }  # fmt: skip

    def drawn(link: Band) -> Json:
        ends = " → ".join(node_label(node, scenario, lang) for node in (link.source, link.target))
        ink = node_colour(link.target if link.target[0] == "outcome" else link.source)
        return {
            "source": ":".join(link.source), "target": ":".join(link.target), "value": round(link.amount(weight), 3),
            "lineStyle": {"color": ink, "opacity": 0.32},
            "tooltip": {"formatter": f"{ends}: {amount(link.amount(weight), weight, lang)}"},
        }  # fmt: skip

    return {
        "animation": False,
        "tooltip": {"trigger": "item"},
        "series": [{
            "type": "sankey", "left": 8, "right": 8, "top": 6, "bottom": 6, "nodeGap": 7, "nodeWidth": 12,
            "layoutIterations": 0, "draggable": False, "emphasis": {"focus": "adjacency"},
            "label": {"fontSize": 14, "color": "#1d2733"},
            "data": [data(node) for node in ordered(links, weight)], "links": [drawn(link) for link in links],
        }],
    }  # fmt: skip


def table_rows(ways: pd.DataFrame, scenario: Scenario, lang: str) -> list[Json]:
    """The bands as rows of a table, largest first within a layer."""
    links = sorted(bands(ways), key=lambda link: (LAYERS.index(link.source[0]), -link.requests))
    return [
        {"from": _with_layer(link.source, scenario, lang), "to": _with_layer(link.target, scenario, lang),
         "requests": f"{link.requests:,}", "hours": f"{link.hours:,.0f}"}
        for link in links
    ]  # fmt: skip


def _with_layer(node: Node, scenario: Scenario, lang: str) -> str:
    colon = "：" if lang == "zh" else ": "
    return f"{say(f'follow_layer_{node[0]}', lang)}{colon}{node_label(node, scenario, lang)}"


# --- The picture ----------------------------------------------------------------------------------------


def flow_picture(ways: pd.DataFrame, scenario: Scenario, weight: str, title: str, lang: str, under: str = "") -> bytes:
    """The diagram as a PNG; in English where there is no Chinese font. `under`: what it is of."""
    drawn_in, fonts = language_and_fonts(lang)
    with mpl.rc_context({"font.family": fonts, "axes.unicode_minus": False, "font.size": 9}):
        figure = Figure(figsize=(11.5, 6.4), layout="constrained")
        FigureCanvasAgg(figure)
        figure.suptitle(title, fontweight="bold" if drawn_in == "en" else "normal", x=0.01, ha="left")
        axes = figure.add_subplot()
        axes.set(xlim=(-0.02, len(LAYERS) - 1 + 0.62), ylim=(1.0, -0.05))
        axes.axis("off")
        _draw(axes, ways, scenario, weight, drawn_in)
        for number, layer in enumerate(LAYERS):
            axes.text(number, -0.02, say(f"follow_layer_{layer}", drawn_in), fontsize=9, color="#56616e")
        axes.set_title(say(f"follow_flow_{weight}", drawn_in), loc="right", fontsize=9, color="#56616e")
        stamped(figure, under)
        return png(figure)


def _draw(axes: Axes, ways: pd.DataFrame, scenario: Scenario, weight: str, lang: str) -> None:
    links = bands(ways)
    sizes, order = nodes(links, weight), ordered(links, weight)
    total = max(sum(size for (layer, _), size in sizes.items() if layer == "domain"), 1e-9)
    most = max(sum(node[0] == layer for node in order) for layer in LAYERS)
    scale, tops = (1.0 - GAP * (most - 1)) / total, dict[Node, float]()
    for layer in LAYERS:
        top = 0.0
        for node in (node for node in order if node[0] == layer):
            tops[node] = top
            top += sizes[node] * scale + GAP
    leaves, enters = dict(tops), dict(tops)
    for link in sorted(links, key=lambda link: (order.index(link.source), order.index(link.target))):
        high, x = link.amount(weight) * scale, LAYERS.index(link.source[0])
        _band(axes, x + 0.05, x + 1.0, leaves[link.source], enters[link.target], high,
              node_colour(link.target if link.target[0] == "outcome" else link.source))  # fmt: skip
        leaves[link.source] += high
        enters[link.target] += high
    for node in order:
        x, high = LAYERS.index(node[0]), sizes[node] * scale
        axes.add_patch(Rectangle((x, tops[node]), 0.05, high, color=node_colour(node), linewidth=0))
        text = f"{node_label(node, scenario, lang)} {100 * sizes[node] / total:.0f}%"
        axes.text(x + 0.07, tops[node] + high / 2, text, va="center", fontsize=8)


def _band(axes: Axes, left: float, right: float, out: float, into: float, high: float, ink: str) -> None:
    middle = (left + right) / 2
    corners = np.array([
        (left, out), (middle, out), (middle, into), (right, into),
        (right, into + high), (middle, into + high), (middle, out + high), (left, out + high), (left, out),
    ])  # fmt: skip
    curve = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
    axes.add_patch(PathPatch(Path(corners, curve), facecolor=ink, alpha=0.32, linewidth=0))
