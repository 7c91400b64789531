"""How ECharts draws the figures of the Results page: options as plain data, without a function in them."""

from __future__ import annotations

import math
from collections.abc import Sequence

from sanfang.dashboard.pages.results.figures import Bars, HeatMap, Plot, Scatter
from sanfang.dashboard.presenters.chart import Json
from sanfang.metrics.numbers import number

INK, SOFT, LINE = "#1d2733", "#56616e", "#e3e7ec"
FONT = "system-ui, 'Noto Sans SC', 'Noto Sans CJK SC', 'PingFang SC', 'Microsoft YaHei', sans-serif"

LETTERS = 14
"""Pixels."""

MAX_ACROSS = 8
"""Round numbers on an axis, at most."""


def option(plot: Plot) -> Json:
    """What `solara.FigureEcharts` draws."""
    if isinstance(plot, HeatMap):
        return _heat_option(plot)
    return _bar_option(plot) if isinstance(plot, Bars) else _scatter_option(plot)


def height(plot: Plot) -> int:
    """Pixels that a plot deserves."""
    if isinstance(plot, HeatMap):
        return min(max(190 + 46 * len(plot.y_labels), 260), 620)
    if not isinstance(plot, Bars):
        return 460
    longest = max(map(len, plot.labels), default=0)
    return min(max(96 + (52 if longest > 60 else 36) * len(plot.labels), 180), 1900)


def _base() -> Json:
    """Tooltips are drawn as plain text on the canvas, so that no label can carry HTML."""
    return {
        "animation": False,
        "textStyle": {"fontFamily": FONT, "color": INK, "fontSize": LETTERS},
        "tooltip": {"trigger": "item", "renderMode": "richText", "formatter": "{b}", "confine": True},
    }


def _heat_option(plot: HeatMap) -> Json:
    data = []
    for y, row in enumerate(plot.values):
        for x, value in enumerate(row):
            if math.isfinite(value):
                label = {"formatter": plot.texts[y][x], "color": ink_on(colour_of(plot, value))}
                data.append({"value": [x, y, value], "name": plot.names[y][x], "label": label})
    low, high = plot.ends
    axis = {"type": "category", "axisTick": {"show": False}, "axisLine": {"show": False}}
    return _base() | {
        "grid": {"left": 10, "right": 16, "top": 46, "bottom": 100, "containLabel": True},
        "xAxis": axis | {
            "data": plot.x_labels, "name": plot.x_name, "nameLocation": "middle", "nameGap": 44,
            "nameTextStyle": {"width": 290, "overflow": "break"},
            "axisLabel": {"interval": 0, "hideOverlap": True, "width": 92, "overflow": "break", "fontSize": LETTERS},
        },
        "yAxis": axis | {
            "data": plot.y_labels, "name": plot.y_name, "nameLocation": "end",
            "nameTextStyle": {"align": "left", "width": 250, "overflow": "break"},
            "axisLabel": {"width": 96, "overflow": "break", "fontSize": LETTERS},
        },
        "visualMap": {
            "type": "continuous", "min": low, "max": high if high > low else low + 1, "dimension": 2,
            "inRange": {"color": list(plot.colours)}, "orient": "horizontal", "left": "center", "bottom": 0,
            "itemHeight": 170, "itemWidth": 12, "precision": plot.digits,
            "text": [number(high, plot.digits), number(low, plot.digits)], "hoverLink": False,
        },
        "series": [{
            "type": "heatmap", "data": data, "label": {"show": len(data) <= 160, "fontSize": LETTERS},
            "itemStyle": {"borderColor": "#fff", "borderWidth": 2},
        }],
    }  # fmt: skip


def _bar_option(plot: Bars) -> Json:
    low, high, step = limits([0.0, *plot.estimates, *plot.low, *plot.high])
    rows = range(len(plot.labels))
    whiskers = [
        {"coords": [[plot.low[row], row], [plot.high[row], row]], "name": plot.names[row],
         "lineStyle": {"color": INK if plot.bars else plot.colours[row]}}
        for row in rows if math.isfinite(plot.low[row]) and math.isfinite(plot.high[row])
    ]  # fmt: skip
    marks = [
        {"value": [plot.estimates[row], row] if not plot.bars else plot.estimates[row], "name": plot.names[row],
         "itemStyle": {"color": plot.colours[row]}, **({"symbolSize": 13} if row == plot.strong else {})}
        for row in rows
    ]  # fmt: skip
    series = {"type": "bar", "barMaxWidth": 18} if plot.bars else {"type": "scatter", "symbolSize": 8}
    labels = [{"value": label, "textStyle": {"fontWeight": "bold"}} if row == plot.strong else label
              for row, label in enumerate(plot.labels)]  # fmt: skip
    return _base() | {
        "grid": {"left": 10, "right": 22, "top": 8, "bottom": 40, "containLabel": True},
        "xAxis": {
            "type": "value", "min": low, "max": high, "interval": step, "name": plot.unit, "nameLocation": "middle",
            "nameGap": 26, "splitLine": {"lineStyle": {"color": LINE}},
            "axisLabel": {"hideOverlap": True, "fontSize": LETTERS},
        },
        "yAxis": {
            "type": "category", "inverse": True, "data": labels, "axisTick": {"show": False},
            "axisLine": {"onZero": True, "lineStyle": {"color": SOFT}},
            "axisLabel": {"width": 200 if plot.bars else 300, "overflow": "break", "interval": 0, "color": INK,
                          "fontSize": LETTERS, "lineHeight": 16},
        },
        "series": [
            series | {"data": marks, "z": 3},
            {"type": "lines", "coordinateSystem": "cartesian2d", "data": whiskers, "symbol": ["none", "none"],
             "lineStyle": {"width": 2, "opacity": 1, "curveness": 0}, "z": 4},
        ],
    }  # fmt: skip


def _scatter_option(plot: Scatter) -> Json:
    points = [dot for group in plot.groups for dot in group.dots]
    ends = [interval for group in plot.groups for interval in group.intervals]
    x_low, x_high, x_step = limits([*(dot[0] for dot in points), *(end for interval in ends for end in interval[1:3])])
    y_low, y_high, y_step = limits([*(dot[1] for dot in points), *(end for interval in ends for end in interval[4:6])])
    series: list[Json] = []
    for group in plot.groups:
        data = [{"value": [x, y], "name": name} for x, y, name in group.dots]
        style = {"color": group.colour, "opacity": 0.85 if len(points) < 200 else 0.5}
        size = 9 if len(points) < 200 else 6
        series.append({"type": "scatter", "name": group.label, "data": data, "symbolSize": size, "itemStyle": style})
    whiskers = [
        {"coords": coords, "lineStyle": {"color": group.colour}}
        for group in plot.groups
        for x, x0, x1, y, y0, y1 in group.intervals
        for coords in ([[x0, y], [x1, y]], [[x, y0], [x, y1]])
    ]
    series.append({
        "type": "lines", "coordinateSystem": "cartesian2d", "data": whiskers, "symbol": ["none", "none"], "z": 1,
        "silent": True, "lineStyle": {"width": 1.2, "opacity": 0.55, "curveness": 0},
    })  # fmt: skip
    if plot.front:
        series.append({
            "type": "line", "name": plot.front_name, "symbol": "diamond", "symbolSize": 15, "z": 5,
            "data": [{"value": [x, y], "name": name} for x, y, name in plot.front],
            "lineStyle": {"color": INK, "type": "dashed", "width": 1.3},
            "itemStyle": {"color": "rgba(255,255,255,0)", "borderColor": INK, "borderWidth": 2},
        })  # fmt: skip
    line = {"lineStyle": {"color": LINE}}
    axis = {"type": "value", "splitLine": line, "axisLabel": {"hideOverlap": True, "fontSize": LETTERS}}
    return _base() | {
        "legend": {"top": 0, "type": "scroll"},
        "grid": {"left": 10, "right": 22, "top": 58, "bottom": 34, "containLabel": True},
        "xAxis": axis | {"min": x_low, "max": x_high, "interval": x_step, "name": plot.x_name,
                         "nameLocation": "middle", "nameGap": 28},
        "yAxis": axis | {"min": y_low, "max": y_high, "interval": y_step, "name": plot.y_name,
                         "nameLocation": "end", "nameTextStyle": {"align": "left"}},
        "series": series,
    }  # fmt: skip


def limits(values: Sequence[float]) -> tuple[float, float, float]:
    """Ends of an axis that holds all finite values, and the step between its round numbers."""
    known = [value for value in values if math.isfinite(value)] or [0.0, 1.0]
    low, high = min(known), max(known)
    if high <= low:
        room = abs(low) * 0.1 or 1.0
        low, high = low - room, high + room
    rough = (high - low) / 5
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(size * power for size in (1, 2, 5, 10) if size * power >= rough * 0.999)
    return _round(math.floor(low / step) * step), _round(math.ceil(high / step) * step), _round(step)


def _round(value: float) -> float:
    return float(f"{value:.10g}")


def colour_of(plot: HeatMap, value: float) -> str:
    """The colour that lies so far between the ends of the scale, as ECharts mixes it."""
    low, high = plot.ends
    position = (value - low) / (high - low) if high > low else 0.0
    position = min(max(position, 0.0), 1.0) * (len(plot.colours) - 1)
    below = min(int(position), len(plot.colours) - 2)
    lower, upper = (_rgb(plot.colours[below + more]) for more in (0, 1))
    mixed = [round(a + (b - a) * (position - below)) for a, b in zip(lower, upper, strict=True)]
    return "#" + "".join(f"{part:02x}" for part in mixed)


def _rgb(colour: str) -> list[int]:
    return [int(colour[start : start + 2], 16) for start in (1, 3, 5)]


def luminance(colour: str) -> float:
    """Relative luminance of a colour `#rrggbb`, 0 to 1 (WCAG 2.1)."""
    parts = [part / 255 for part in _rgb(colour)]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def ink_on(colour: str) -> str:
    """White or nearly black, whichever has the higher contrast."""
    light = luminance(colour)
    return "#ffffff" if 1.05 / (light + 0.05) > (light + 0.05) / (luminance(INK) + 0.05) else INK
