# SPDX-License-Identifier: MIT
"""Data for the page of `gaishim report --html`, and a page around it:

    data.py KIND >PAGE.html

KIND is run (a test run as it may be), hostile (names that try to do harm), large (100,000
lookups), empty, or strange (a how that nobody knows, times before 0, threads that are gone).
The page is put together as scripts/commands/report.sh does it.
"""
import json
import os
import random
import sys

PAGE = os.path.join(os.path.dirname(os.path.abspath(__file__)), '../../../scripts/commands/report')
SCRIPTS = ('data.js', 'timeline.js', 'panels.js', 'main.js')
HOSTILE = (
    '</script><script>document.title="broken"</script>',
    '<img src=x onerror="document.title=\'broken\'">',
    '<!-- <script>',
    '"\'`${document.title="broken"}\\',
    '\x1b[31mred\x1b[0m\x07.test',
    '\u202egnp.exe\u2066\u200b.test',
    '| a | **bold** | [link](javascript:alert(1)) |',
    '__proto__', 'constructor', '&lt;b&gt;', '@SCRIPT@', 'x' * 1000,
)


class Log:
    """Lookups as the page's data has them: each text once, in a table."""

    TABLES = ('hosts', 'calls', 'hows', 'codes', 'answers')

    def __init__(self):
        self.places = {table: {} for table in self.TABLES}
        self.processes, self.threads, self.lookups, self.leaders = [], [], [], []

    def place(self, table, text):
        return self.places[table].setdefault(text, len(self.places[table]))

    def process(self, pid, program):
        self.processes.append([pid, program, '0.1.0', 'glibc 2.36', ''])
        return len(self.processes) - 1

    def thread(self, process, tid):
        self.threads.append([process, tid])
        return len(self.threads) - 1

    def add(self, start, us, thread, host, how, code='0', answers='', leader=-1, shared=-1,
            call='getaddrinfo'):
        """One lookup; what comes back is its place, which others name as their leader."""
        place = self.place
        asks = 1 if how in ('led', 'hedged', 'asked', 'passed') else -1
        waited = us // 1000 if how in ('waited', 'asked') else -1
        self.lookups.append([start, us, thread, place('hosts', host), place('calls', call), place('hows', how),
                             place('codes', code), place('answers', answers), asks, shared, waited])
        self.leaders.append(leader)
        return len(self.lookups) - 1

    def data(self):
        data = {table: list(self.places[table]) for table in self.TABLES}
        return dict(data, version='0.1.0', t0=1795331485.227661, processes=self.processes,
                    threads=self.threads, lookups=self.lookups,
                    links=[[n, leader] for n, leader in enumerate(self.leaders) if leader != -1])


def herd(log, dice, threads, start, us, host, code='0', answers=''):
    """The first thread asks for the host, and the others wait for its answer."""
    leader = log.add(start, us, threads[0], host, 'led', code, answers, shared=len(threads) - 1)
    for thread in threads[1:]:
        late = dice.randrange(50, max(51, us // 3))
        log.add(start + late, us - late + dice.randrange(20, 90), thread, host, 'waited', code, answers, leader)


def run():
    """A test run: 40 threads of python3 and 12 hosts, and a small helper of one thread."""
    log, dice = Log(), random.Random(1)
    python = log.process(4242, 'python3')
    threads = [log.thread(python, 4242 + n) for n in range(40)]
    free = [dice.randrange(0, 300_000) for _ in threads]
    herd(log, dice, threads[:30], 60_000 + max(free), 1_380_000, 'db.staging.example', answers='192.0.2.10')
    free = [max(free) + 1_500_000 if n < 30 else at for n, at in enumerate(free)]
    log.add(free[36], 5_005_120, threads[36], 'metrics.example', 'led', 'EAI_AGAIN')
    free[36] += 5_200_000
    hosts = ['api.example', 'cdn.example', 'auth.example', 'mail.example', 'www.example', 'bücher.example',
             'queue.staging.example', 'cache.staging.example']
    rounds = sorted(dice.randrange(0, 6_000_000) for _ in range(46))
    for at in rounds:
        ready = [n for n in range(40) if free[n] < at]
        group = dice.sample(ready, min(len(ready), dice.choice((1, 1, 2, 3, 5, 9))))
        if not group:
            continue
        us = int(10 ** dice.uniform(2.6, 5.3))
        host = dice.choice(hosts)
        answers = '192.0.2.%d' % (20 + hosts.index(host))
        herd(log, dice, [threads[n] for n in group], at, us, host, answers=answers)
        for n in group:
            free[n] = at + us + 1000
    for n in range(170):
        thread = dice.randrange(40)
        at = free[thread] + dice.randrange(1000, 90_000)
        kind = dice.random()
        if kind < 0.7:
            us = dice.randrange(1, 30)
            log.add(at, us, threads[thread], dice.choice(('127.0.0.1', '127.0.0.1', '::1')), 'numeric')
        elif kind < 0.85:
            us = dice.randrange(9_000, 42_000)
            log.add(at, us, threads[thread], 'old.example', 'led', 'EAI_NONAME')
        else:
            us = dice.randrange(300, 9_000)
            log.add(at, us, threads[thread], dice.choice(hosts), 'led', answers='192.0.2.30')
        free[thread] = at + us
    for us in (2, 20, 10_000):  # where a bar of the histogram ends
        log.add(5_900_000 + 10 * us, us, threads[0], 'edge.example', 'led')
    helper = log.thread(log.process(4301, 'git'), 4301)
    for n in range(5):
        log.add(900_000 + 1_100_000 * n, dice.randrange(18_000, 260_000), helper, 'git.example', 'led',
                answers='2001:db8::7')
    return log


def hostile():
    """Each text of the log tries to be something else."""
    log = Log()
    process = log.process(1, HOSTILE[0])
    threads = [log.thread(process, 1 + n) for n in range(3)]
    for n, host in enumerate(HOSTILE):
        log.add(n * 1000, 700, threads[n % 3], host, HOSTILE[(n + 1) % 5] if n % 2 else 'led',
                code=HOSTILE[n % 4], answers=host, call=HOSTILE[(n + 2) % 5])
    return log


def large(count=100_000):
    """Four processes of 200 threads; 600 hosts."""
    log, dice = Log(), random.Random(2)
    threads = []
    for n in range(4):
        process = log.process(7000 + 1000 * n, ('python3', 'worker', 'node', 'curl')[n])
        threads += [log.thread(process, 7000 + 1000 * n + m) for m in range(200)]
    free = [dice.randrange(0, 50_000_000) for _ in threads]
    while len(log.lookups) < count:
        host = 'host-%d.example' % int(dice.paretovariate(0.4) % 600)
        group = dice.sample(range(800), min(dice.choice((1, 1, 1, 2, 4, 30)), count - len(log.lookups)))
        at = max(free[n] for n in group) + dice.randrange(10, 10_000)
        if dice.random() < 0.5:
            for n in group:
                log.add(free[n] + 100, 7, threads[n], '127.0.0.%d' % (n % 50), 'numeric')
                free[n] += dice.randrange(1_000, 200_000)
            continue
        us = int(10 ** dice.uniform(2, 6))
        herd(log, dice, [threads[n] for n in group], at, us, host, dice.choice(('0', '0', '0', 'EAI_NONAME')))
        for n in group:
            free[n] = at + us + 1000
    return log


def strange():
    """What a later version may write, and what a log that was cut leaves behind."""
    log = Log()
    process = log.process(9, '')
    threads = [log.thread(process, 9 + n) for n in range(150)]
    log.add(-2_000_000, 0, threads[0], 'before.example', 'led')
    log.add(-1_000, 700_000_000, threads[1], 'long.example', 'teleported', code='')
    log.add(500, 90, threads[2], 'orphan.example', 'waited', leader=999)
    for n, thread in enumerate(threads):
        log.add(1000 * n, 999, thread, 'in-turn.example', 'held')
    return log


def page(log):
    """The page of this log."""
    def read(name):
        with open(os.path.join(PAGE, name), encoding='utf-8') as file:
            return file.read()
    data = json.dumps(log.data(), separators=(',', ':'))
    for sign in '<>&':
        data = data.replace(sign, '\\u%04x' % ord(sign))
    parts = {'@CSS@': read('page.css'), '@DATA@': data, '@SCRIPT@': ''.join(map(read, SCRIPTS))}
    return '\n'.join(parts.get(line, line) for line in read('page.html').split('\n'))


KINDS = {'run': run, 'hostile': hostile, 'large': large, 'strange': strange, 'empty': Log}

if __name__ == '__main__':
    sys.stdout.reconfigure(encoding='utf-8')
    sys.stdout.write(page(KINDS[sys.argv[1]]()))
