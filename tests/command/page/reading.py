# SPDX-License-Identifier: MIT
"""The figures, the table, the bars and the filters."""
import collections
import math

from page import CODE, HOST, HOW, US, WAITED, contains, duration, equal, report

SENT = ('led', 'hedged', 'asked', 'passed', 'local', 'localhost')


def shows(page):
    """The figures, the bars and the table are those of the data."""
    every = page.chosen(lambda n: True)
    sent = [n for n in every if page.text(n, HOW) in SENT]
    summary = page.summary()
    equal('run: lookups', summary['lookups'], str(len(every)))
    equal('run: sent', summary['sent to libc'], str(len(sent)))
    equal('run: without asking', summary['libc not asked'], str(len(every) - len(sent)))
    equal('run: errors', summary['errors'], str(sum(page.text(n, CODE) != '0' for n in every)))
    equal('run: waited', summary['waited for others'],
          duration(1000 * sum(max(0, page.lookups[n][WAITED]) for n in every)))
    equal('run: longest', summary['longest lookup'], duration(max(page.lookups[n][US] for n in every)))

    times = collections.defaultdict(list)
    for n in every:
        times[page.text(n, HOST)].append(page.lookups[n][US])
    order = sorted(times, key=lambda host: -sum(times[host]))
    equal('run: the table has all hosts, by time', page.hosts(), order)
    head = [text.rstrip(' ▾') for text in page.browser.texts('#heads th')]
    row = dict(zip(head, page.browser.texts('#rows tr:first-child > *')))
    first = sorted(times[order[0]])
    ranks = {name: duration(first[math.ceil(share * len(first)) - 1])
             for name, share in (('p50', .5), ('p90', .9), ('p99', .99), ('Longest', 1))}
    wanted = dict(ranks, Host=order[0], Lookups=str(len(first)), Time=duration(sum(first)), led='1',
                  waited=str(len(first) - 1), numeric='', Errors='')
    equal('run: the row of the first host', row, wanted)

    bars = page.bars()
    equal('run: bars of 1, 2 and 5', list(bars)[:4],
          ['0 to 2 µs', '2 µs to 5 µs', '5 µs to 10 µs', '10 µs to 20 µs'])
    edges = {'5 µs to 10 µs': (5, 10), '20 µs to 50 µs': (20, 50), '10 ms to 20 ms': (10_000, 20_000)}
    equal('run: a bar counts what lies in it', {text: bars[text] for text in edges},
          {text: sum(low <= page.lookups[n][US] < high for n in every) for text, (low, high) in edges.items()})
    equal('run: the bars have all lookups', sum(bars.values()), len(every))
    equal('run: the timeline has all threads', page.browser.texts('#space', 'offsetHeight')[0] > 41 * 18, True)


def filters(page):
    """Each filter narrows the timeline, the histogram and the table."""
    every, blue, browser = len(page.lookups), page.ink('how-led'), page.browser
    for text, test in (('staging', lambda host: 'staging' in host),
                       ('*.STAGING.example', lambda host: host.endswith('.staging.example')),
                       ('a*.example', lambda host: host in ('api.example', 'auth.example')),
                       ('bücher', lambda host: host == 'bücher.example')):
        browser.type('#filter', text)
        chosen = page.chosen(lambda n: test(page.text(n, HOST)))
        equal('filter %s: the table' % text, set(page.hosts()), {page.text(n, HOST) for n in chosen})
        equal('filter %s: the bars' % text, sum(page.bars().values()), len(chosen))
        equal('filter %s: the figures' % text, page.summary()['lookups'], str(len(chosen)))
        contains('filter %s: it is said' % text, browser.text('#matching'), '%d lookups of %d' % (len(chosen), every))
        report('filter %s: the timeline' % text, 0 < page.ink('how-led') < blue, 'as much ink as before')
    browser.type('#filter', 'nobody')
    equal('filter nobody: no host', page.hosts(), [])
    equal('filter nobody: an empty timeline', page.ink('how-led') + page.ink('how-waited'), 0)
    browser.click('#clear')
    equal('show all', [page.summary()['lookups'], page.ink('how-led'), browser.text('#matching')], [str(every), blue, ''])

    hows = dict(zip(browser.texts('#legend button span:nth-child(2)'), browser.texts('#legend b')))
    counts = collections.Counter(page.text(n, HOW) for n in range(every))
    equal('legend: the counts', hows, dict({how: str(count) for how, count in counts.items()},
                                          error=page.summary()['errors']))
    number = list(hows).index('numeric') + 1
    browser.click('#legend button:nth-child(%d)' % number)
    equal('legend: numeric alone', sorted(page.hosts()), ['127.0.0.1', '::1'])
    equal('legend: other slices are gone', [page.ink('how-led'), page.ink('how-numeric') > 0], [0, True])
    equal('legend: it is pressed', browser.value('document.activeElement.ariaPressed'), 'true')
    browser.click('#legend button:nth-child(%d)' % number)
    equal('legend: all again', page.summary()['lookups'], str(every))
    browser.click('#legend button:nth-child(%d)' % number)
    page.all()
    equal('show all: of each kind, too', page.summary()['lookups'], str(every))
    browser.click('#legend button:last-child')
    equal('legend: errors alone', sorted(page.hosts()), ['metrics.example', 'old.example'])
    page.all()
    browser.click('#bins button:last-child')
    equal('histogram: the longest alone', page.hosts(), ['metrics.example'])
    counts = dict(zip(browser.texts('#legend button span:nth-child(2)'), browser.texts('#legend b')))
    equal('histogram: the legend counts these', {how for how in counts if counts[how] != '0'}, {'led', 'error'})
    page.all()
    browser.click('#rows tr:nth-child(2) button')
    equal('table: a host is a filter', page.hosts(), ['metrics.example'])
    page.all()


def sorts(page):
    """A click on a header sorts, and one more turns that around."""
    browser, before = page.browser, page.hosts()
    equal('sort: by time at first', browser.texts('#heads th', 'ariaSort')[2], 'descending')
    for way in ('ascending', 'descending'):
        browser.click('#heads th:first-child button')
        equal('sort: %s' % way, page.hosts(), sorted(before, reverse=way == 'descending'))
        equal('sort: %s is said' % way, browser.texts('#heads th', 'ariaSort')[0], way)
    browser.click('#heads th:nth-child(2) button')
    counts = [int(text) for text in browser.texts('#rows td:nth-child(2)')]
    equal('sort: by lookups, the most first', counts, sorted(counts, reverse=True))
