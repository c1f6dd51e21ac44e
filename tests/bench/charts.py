# SPDX-License-Identifier: MIT
"""Draw what scripts/dev/bench --json has measured.

    charts.py BENCH.JSON DIRECTORY

A chart is an SVG in DIRECTORY: herd, line, latency, throughput, table, start. One that
the file holds nothing for is left out. Needs matplotlib (Debian: python3-matplotlib).
"""
import io
import json
import os
import sys

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt  # noqa: E402 (after the backend is chosen)
from matplotlib.ticker import FuncFormatter  # noqa: E402

# One colour for one contender, everywhere (Okabe and Ito: told apart by all eyes).
COLOURS = {
    "libc": "#4d4d4d",
    "nscd": "#e69f00",
    "global lock": "#d55e00",
    "gaishim": "#0072b2",
    "musl": "#009e73",
    "c-ares": "#cc79a7",
    "malloc and free": "#bbbbbb",
    "a condvar": "#999999",
}
MARKERS = {"libc": "o", "nscd": "s", "global lock": "^", "gaishim": "D", "musl": "v", "c-ares": "P"}
NAMES = {"nscd": "libc with nscd", "a condvar": "bare condition variable"}
OTHERS = "#b0b0b0"
FONT = "DejaVu Sans"  # comes with matplotlib

plt.rcParams.update(
    {
        "svg.fonttype": "none",  # text stays text: small, and searchable
        "svg.hashsalt": "gaishim",  # the same figures give the same file
        "font.family": FONT,
        "font.size": 11,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.edgecolor": "#888888",
        "axes.titlesize": 12,
        "axes.titlelocation": "left",
        "axes.grid": True,
        "axes.axisbelow": True,
        "grid.color": "#e6e6e6",
        "grid.linewidth": 0.8,
        "figure.facecolor": "white",
        "savefig.facecolor": "white",  # for dark pages too
    }
)


def plain(value, _=None):
    """1, 2.5, 40, 1,000, 20 M."""
    if value >= 1e6:
        return "%.3g M" % (value / 1e6)
    return "{:,g}".format(float("%.3g" % value))


def short(value, _=None):
    """1, 100, 10k."""
    return "%g" % value if value < 1000 else "%gk" % (value / 1000)


def duration(ms, _=None):
    """Milliseconds, in the unit that a reader would use."""
    if ms < 1:
        return "%g µs" % float("%.2g" % (ms * 1e3))
    return "%g ms" % float("%.3g" % ms) if ms < 1000 else "%g s" % float("%.2g" % (ms / 1e3))


def nanoseconds(ns, _=None):
    return "%g ns" % float("%.3g" % ns) if ns < 1000 else duration(ns / 1e6)


def microseconds(us, _=None):
    return duration(us / 1e3)


def series(bench, chart):
    """{contender: ([x...], [value...])} of a chart, in the order they were measured."""
    lines = {}
    for point in bench["points"]:
        if point["chart"] == chart:
            xs, values = lines.setdefault(point["contender"], ([], []))
            xs.append(point["x"])
            values.append(point["value"])
    return lines


def label_ends(axes, ends, text):
    """What each line comes to, beside its last point and not upon another label."""
    axes.figure.canvas.draw()
    below, said = None, {}
    for y, x, name in sorted(ends):
        said.setdefault(text(y), []).append((y, x, name))
    for label, lines in said.items():
        y, x, name = lines[0]
        spot = axes.transData.transform((x, y))[1] * 72 / axes.figure.dpi
        place = spot if below is None else max(spot, below + 13)
        below = place
        axes.annotate(label if len(lines) == 1 else label + " each", (x, y), xytext=(8, place - spot),
                      textcoords="offset points", va="center", fontsize=10, fontweight="bold",
                      color=COLOURS[name] if len(lines) == 1 else "#222222", annotation_clip=False)


def panel(axes, lines, title, x_label, y_format, logarithmic=True):
    axes.set_title(title)
    axes.set_xlabel(x_label)
    axes.set_xscale("log")
    if logarithmic:
        axes.set_yscale("log")
    ends, names = [], list(lines)
    for i, (name, (xs, values)) in enumerate(lines.items()):
        # One that others lie upon is wider: it shows at their edges.
        upon = sum(lines[other][1] == values for other in names[i + 1 :])
        axes.plot(
            xs, values, marker=MARKERS.get(name, "o"), markersize=5 + 2 * upon, linewidth=2 + 1.6 * upon,
            color=COLOURS[name], label=NAMES.get(name, name), zorder=4 if name == "gaishim" else 3,
        )
        ends.append((values[-1], xs[-1], name))
    sizes = max(lines.values(), key=lambda line: len(line[0]))[0]
    axes.minorticks_off()
    few = len(sizes) < 8 and sizes[-1] < 1000
    axes.set_xticks([x for x in sizes
                     if few or x == sizes[-1] or (str(x).strip("0") == "1" and sizes[-1] / x > 4)])
    axes.xaxis.set_major_formatter(FuncFormatter(plain if sizes[-1] < 10000 else short))
    axes.yaxis.set_major_formatter(FuncFormatter(y_format))
    if not logarithmic:
        axes.set_ylim(bottom=0, top=1.15 * max(max(values) for _, values in lines.values()))
    axes.margins(x=0.03)
    label_ends(axes, ends, y_format)


def finish(figure, directory, name, legend_of, heading, bench):
    """Heading, legend, and at the foot the command that makes it and where it was run."""
    machine = bench["machine"]
    inch = 1 / figure.get_figheight()
    figure.text(0.012, 1 - 0.12 * inch, heading, va="top", fontsize=13.5, fontweight="bold")
    handles, labels = legend_of.get_legend_handles_labels()
    if handles:
        figure.legend(handles, labels, loc="upper left", bbox_to_anchor=(0.005, 1 - 0.36 * inch),
                      ncol=len(labels), frameon=False, handletextpad=0.5, columnspacing=1.6)
    figure.text(
        0.012, 0.08 * inch,
        "scripts/dev/bench %s    %s, %s, %s processors, %s"
        % (name, machine["system"], machine["libc"], machine["processors"], bench["date"][:10]),
        fontsize=8.5, color="#777777",
    )
    drawn = io.StringIO()
    figure.savefig(drawn, format="svg", metadata={"Date": None})
    plt.close(figure)
    path = os.path.join(directory, name + ".svg")
    with open(path, "w") as file:  # not every reader has the font
        file.write(drawn.getvalue().replace("'%s'" % FONT, "'%s', Verdana, Arial, sans-serif" % FONT))
    print(path)


def panels_of(bench, directory, name, heading, panels, legend_of=0):
    """PANELS: (chart, title, label of x, format of y, logarithmic y)."""
    panels = [(series(bench, p[0]),) + p[1:] for p in panels]
    if not all(p[0] for p in panels):
        return
    figure, all_axes = plt.subplots(1, len(panels), figsize=(10.4, 4.6))
    figure.subplots_adjust(left=0.075, right=0.93, top=0.78, bottom=0.18, wspace=0.21 * len(panels))
    for axes, (lines, *rest) in zip(all_axes, panels):
        panel(axes, lines, *rest)
    finish(figure, directory, name, all_axes[legend_of], heading, bench)


def dots(bench, directory):
    """Latency: a line for a case, a dot for a contender."""
    lines = series(bench, "latency")
    if not lines:
        return
    cases = lines["libc"][0]
    figure, axes = plt.subplots(figsize=(10.4, 1.6 + 0.36 * len(cases)))
    height = figure.get_figheight()
    figure.subplots_adjust(left=0.29, right=0.97, top=1 - 0.8 / height, bottom=0.85 / height)
    axes.set_xscale("log")
    for row, case in enumerate(cases):
        values = [dict(zip(*line)).get(case) for line in lines.values()]
        values = [value for value in values if value is not None]
        axes.plot([min(values), max(values)], [row, row], color="#dddddd", linewidth=2, zorder=1)
    for name, (xs, values) in lines.items():
        axes.scatter(
            values, [cases.index(x) for x in xs], s=52 if name == "gaishim" else 38, color=COLOURS[name],
            marker=MARKERS.get(name, "|"), label=NAMES.get(name, name), zorder=4 if name == "gaishim" else 3,
        )
    axes.set_yticks(range(len(cases)))
    axes.set_yticklabels(cases)
    axes.tick_params(axis="y", length=0)
    axes.invert_yaxis()
    axes.minorticks_off()
    axes.xaxis.set_major_formatter(FuncFormatter(nanoseconds))
    axes.set_xlabel("time of one lookup (logarithmic: further left is faster)")
    finish(figure, directory, "latency", axes, "One lookup, by how the host is written", bench)


def bars(bench, directory):
    """Process start, and what each preload adds to it."""
    lines = series(bench, "process start")
    if not lines:
        return
    times = {name: values[0] for name, (_, values) in lines.items()}
    figure, axes = plt.subplots(figsize=(10.4, 1.4 + 0.42 * len(times)))
    height = figure.get_figheight()
    figure.subplots_adjust(left=0.18, right=0.86, top=1 - 0.5 / height, bottom=0.85 / height)
    for row, (name, time) in enumerate(times.items()):
        axes.barh(row, time, height=0.62, color=COLOURS.get(name, OTHERS))
        more = "" if name == "bare" else "  (+%.0f)" % (time - times["bare"])
        axes.annotate("%.0f µs%s" % (time, more), (time, row), xytext=(6, 0), textcoords="offset points",
                      va="center", fontsize=10, annotation_clip=False)
    axes.set_yticks(range(len(times)))
    axes.set_yticklabels(times)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="y", visible=False)
    axes.invert_yaxis()
    axes.set_xlabel("from posix_spawn to waitpid of /bin/true, µs (in brackets: more than bare)")
    finish(figure, directory, "start", axes, "Process start", bench)


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: charts.py BENCH.JSON DIRECTORY")
    with open(sys.argv[1]) as file:
        bench = json.load(file)
    directory = sys.argv[2]
    panels_of(
        bench, directory, "herd", "A herd: all ask for one host, on a nameserver 20 ms away",
        [("herd, queries", "DNS queries sent (A and AAAA)", "callers", plain, True),
         ("herd, time", "Time until the last has its answer", "callers", duration, True)],
        legend_of=1,
    )
    panels_of(
        bench, directory, "line", "A line: who comes behind slow lookups of other hosts, of 20 ms each",
        [("line, quick name", "A name of /etc/hosts is answered in", "slow lookups out", duration, True),
         ("line, numeric host", "127.0.0.1 is answered in", "slow lookups out", duration, True)],
    )
    panels_of(
        bench, directory, "throughput", "Lookups of 127.0.0.1 in a second, all threads together",
        [("throughput, hints NULL", "Hints NULL", "threads", plain, True),
         ("throughput, SOCK_STREAM", "A port and SOCK_STREAM", "threads", plain, False)],
    )
    panels_of(
        bench, directory, "table", "The lock table",
        [("table, hosts in turn", "Added, by hosts in turn", "hosts", nanoseconds, False),
         ("table, hosts in flight", "Added, by hosts in flight", "hosts", nanoseconds, False),
         ("table, the last waiter", "From answer to last waiter", "waiters", microseconds, True)],
        legend_of=2,
    )
    dots(bench, directory)
    bars(bench, directory)


main()
