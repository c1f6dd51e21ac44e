# SPDX-License-Identifier: MIT
"""Judge the report of the log that report.sh makes: report.py json|trace|page FILE.

hostile-json and so on judge that of the log with hostile hosts.
"""
import json
import re
import sys

form, path = sys.argv[1:]
text = open(path, encoding="utf-8").read()
OTEL_BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10]


def data_of(page):
    found = re.findall(r'<script type="application/json" id="data">(.*?)</script>', page, re.S)
    assert len(found) == 1, len(found)
    return json.loads(found[0])


def judge_json(report):
    assert report["lookups"] == 5 and report["sent"] == 4, report
    assert report["waited_seconds"] == 0.3, report
    hosts = {host["dns.question.name"]: host for host in report["hosts"]}
    assert list(hosts) == ["b.test", "a.test", "A.test", "127.0.0.1"], hosts
    assert hosts["b.test"]["error.type"] == {"EAI_AGAIN": 1}, hosts
    assert hosts["a.test"]["how"] == {"led": 1, "waited": 1}, hosts
    duration = hosts["a.test"]["dns.lookup.duration"]
    assert duration["unit"] == "s" and duration["explicitBounds"] == OTEL_BOUNDS, duration
    # A bound belongs to the bucket below it: 0.1 s is in the sixth.
    assert duration["bucketCounts"] == [0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0], duration
    assert duration["count"] == 2 and duration["sum"] == 0.4 and duration["max"] == 0.3, duration
    slowest = report["slowest"][1]
    assert slowest["dns.answers"] == ["192.0.2.1", "2001:db8::1"], slowest
    assert slowest["process.pid"] == 10 and slowest["thread.id"] == 11, slowest
    assert slowest["process.executable.name"] == "crawler" and "error.type" not in slowest, slowest
    assert report["slowest"][0]["error.type"] == "EAI_AGAIN", report["slowest"][0]


def judge_trace(report):
    events = report["traceEvents"]
    slices = [event for event in events if event["ph"] == "X"]
    assert len(slices) == 5, slices
    led, waiter = slices[0], slices[1]
    assert led["name"] == "a.test" and led["dur"] == 300000 and led["ts"] == 1000000000, led
    assert led["pid"] == 10 and led["tid"] == 11, led
    assert waiter["cat"] == "waited", waiter
    names = [event for event in events if event["name"] == "process_name"]
    assert [(event["pid"], event["args"]["name"]) for event in names] == [(10, "crawler")], names
    arrows = [(event["ph"], event["id"], event["tid"]) for event in events if event["name"] == "waits"]
    assert arrows == [("s", 1, 12), ("f", 1, 11), ("s", 2, 13), ("f", 2, 11)], arrows
    for start, end in ((0, 1), (2, 3)):
        flow = [event for event in events if event["name"] == "waits"]
        for event, piece in ((flow[start], waiter if start == 0 else slices[2]), (flow[end], led)):
            assert piece["ts"] <= event["ts"] <= piece["ts"] + piece["dur"], (event, piece)
    assert all(event["bp"] == "e" for event in events if event["ph"] == "f"), events


def judge_page(data):
    assert len(data["lookups"]) == 5, data
    assert data["links"] == [[1, 0], [2, 0]], data["links"]
    assert data["hosts"] == ["a.test", "A.test", "127.0.0.1", "b.test"], data["hosts"]
    assert data["processes"] == [[10, "crawler", "0.1.0", "glibc 2.36", "hedge=1"], [20, "", "", "", ""]], data
    assert data["threads"] == [[0, 11], [0, 12], [0, 13], [1, 20]], data["threads"]
    start, us, thread, host, call, how, code, answers, asks, shared, waited = data["lookups"][1]
    assert (start, us, thread) == (-199900, 200000, 1), data["lookups"][1]
    assert data["calls"][call] == "getaddrinfo" and data["hows"][how] == "waited", data
    assert data["answers"][answers] == "192.0.2.1,2001:db8::1" and data["codes"][code] == "0", data
    assert (asks, shared, waited) == (1, 2, 200), data["lookups"][1]
    assert data["lookups"][3][8:11] == [-1, -1, 0], data["lookups"][3]


def judge_hostile(hosts):
    assert "</script><script>alert(1)</script>" in hosts, hosts
    assert '| a | b | `c` **d** @you #1 [x](http://y) <b>' in hosts, hosts
    assert "${HOME}$(id)%s%n" in hosts and "&amp;&#60;" in hosts, hosts
    assert "a b=c how=waited us=9" in hosts, hosts
    assert not any(ord(c) < 32 or 0x7F <= ord(c) < 0xA0 or c in "\u202e" for host in hosts for c in host), hosts


if form == "json":
    judge_json(json.loads(text))
elif form == "trace":
    judge_trace(json.loads(text))
elif form == "page":
    judge_page(data_of(text))
elif form == "hostile-json":
    judge_hostile([host["dns.question.name"] for host in json.loads(text)["hosts"]])
elif form == "hostile-trace":
    judge_hostile([event["name"] for event in json.loads(text)["traceEvents"]])
else:
    assert "alert(1)" not in re.sub(r'<script type="application/json".*?</script>', "", text, flags=re.S)
    judge_hostile(data_of(text)["hosts"])
