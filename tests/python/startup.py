#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""What the site hook adds to the start of Python.

    startup.py [--rounds=N] [PYTHON...]

`python -c pass` is started with the object preloaded, then with the hook as well,
then with the codec too: in turn, so that noise meets all of them, and the hook
once with its bytecode at hand and once without, as a user finds it who may not
write to its folder. Medians of the differences in ms: of the time that passed,
and in brackets of the processor's.
"""
import argparse
import glob
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
OBJECT = os.path.join(os.path.abspath(os.environ.get("BUILD", os.path.join(TOP, "build"))), "libgaishim.so")
BAR = 0.5  # ms, for the hook on Python 3


def interpreters():
    root = os.environ.get("PYENV_ROOT", os.path.expanduser("~/.pyenv"))
    found = glob.glob(os.path.join(root, "versions", "*", "bin", "python"))
    found += [path for path in map(shutil.which, ("python3", "pypy3")) if path]
    return sorted(found)


def start(python, environment):
    began = time.perf_counter()
    pid = os.posix_spawn(python, [python, "-c", "pass"], environment)
    _, status, usage = os.wait4(pid, 0)
    if status:
        sys.exit("startup: %s failed" % python)
    return (time.perf_counter() - began) * 1e3, (usage.ru_utime + usage.ru_stime) * 1e3


def measure(python, hook, bare, rounds):
    """Median time, and medians of what hook and codec add: pairs of elapsed and processor time."""
    without = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "GAISHIM"))}
    without["LD_PRELOAD"] = OBJECT
    cases = [without]
    for folder in hook, bare:
        with_hook = dict(without, PYTHONPATH=folder)
        if folder == bare:
            with_hook["PYTHONDONTWRITEBYTECODE"] = "1"
        cases += [with_hook, dict(with_hook, GAISHIM_PYTHON_IDNA="libidn2")]
    times = []
    for turn in range(-1, rounds):
        taken = [start(python, case) for case in cases]
        if turn >= 0:  # the first one writes the bytecode
            times.append(taken)
    base = statistics.median(taken[0][0] for taken in times)
    return base, [
        [statistics.median(taken[case][clock] - taken[0][clock] for taken in times) for clock in (0, 1)]
        for case in range(1, len(cases))]


def main():
    parser = argparse.ArgumentParser(usage="startup.py [--rounds=N] [PYTHON...]")
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("pythons", nargs="*", metavar="PYTHON")
    options = parser.parse_args()
    print("%-26s %9s %15s %15s %15s %15s" % ("", "preload", "hook", "hook+codec", "no bytecode", "no bytecode+c."))
    for python in options.pythons or interpreters():
        version = subprocess.check_output(
            [python, "-c", "import platform as p; print(p.python_implementation() + ' ' + p.python_version())"]).decode().strip()
        with tempfile.TemporaryDirectory() as folder:
            hook, bare = [
                shutil.copytree(os.path.join(TOP, "shim", "python"), os.path.join(folder, name),
                                ignore=shutil.ignore_patterns("*.pyc", "__pycache__"))
                for name in ("hook", "bare")]
            base, added = measure(python, hook, bare, options.rounds)
        verdict = "" if version.split()[1].startswith("2.") else " within" if added[0][0] <= BAR else " missed"
        print("%-26s %9.2f %s%s" % (version, base, " ".join("%+7.2f (%+.2f)" % tuple(pair) for pair in added), verdict))
        sys.stdout.flush()


if __name__ == "__main__":
    main()
