# SPDX-License-Identifier: MIT
"""A page of a report in a browser, as somebody sees it."""
import os
import time

import data

START, US, THREAD, HOST, CALL, HOW, CODE, ANSWERS, ASKS, SHARED, WAITED, LEADER = range(12)
FEW = 15  # rows of the table before "Show all"

# For a colour of page.css: how many points of the canvas have it (edges are blends, and do not
# count), and the middle and the length of its longest stripe, in the window's coordinates.
POINTS = '''
const canvas = document.getElementById('canvas'), ink = canvas.getContext('2d');
const hex = getComputedStyle(document.documentElement).getPropertyValue('--' + arguments[0]).trim();
const [r, g, b] = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
const points = ink.getImageData(0, 0, canvas.width, canvas.height).data;
let count = 0, stripe = 0, longest = 0, last = 0;
for (let at = 0; at < points.length; at += 4) {
	const same = points[at] === r && points[at + 1] === g && points[at + 2] === b;
	count += same;
	stripe = same ? stripe + 1 : 0;
	if (stripe > longest)
		[longest, last] = [stripe, at / 4];
}
const box = canvas.getBoundingClientRect(), ratio = canvas.width / box.width;
return { count, length: longest / ratio, x: box.left + (last % canvas.width - longest / 2) / ratio,
	y: box.top + Math.floor(last / canvas.width) / ratio };
'''


def report(name, good, why=''):
    print(('ok %s' if good else 'not ok %s: %s') % ((name,) if good else (name, why)), flush=True)


def equal(name, got, wanted):
    report(name, got == wanted, 'got %r, wanted %r' % (got, wanted))


def contains(name, text, *parts):
    report(name, all(part in text for part in parts), '%r lacks one of %r' % (text, parts))


def duration(us):
    """As the page writes it."""
    if round(us / 1e6) >= 60:
        s = round(us / 1e6)
        return '%d min %d s' % (s // 60, s % 60) if s < 3600 else '%.1f h' % (s / 3600)
    size, unit = (1, 'µs') if us < 999.5 else (1e3, 'ms') if us < 999.5e3 else (1e6, 's')
    return '%g %s' % (float('%.3g' % (us / size)), unit)


class Page:
    """A page of that kind in the browser, and the data in it."""

    def __init__(self, browser, directory, kind):
        self.browser, self.kind = browser, kind
        log = data.KINDS[kind]()
        self.data = log.data()
        self.lookups = [lookup + [leader] for lookup, leader in zip(log.lookups, log.leaders)]
        self.path = os.path.join(directory, kind + '.html')
        with open(self.path, 'w', encoding='utf-8') as file:
            file.write(data.page(log))
        self.open()

    def open(self):
        start = time.monotonic()
        self.browser.open(self.path)
        self.browser.settle()
        self.took = time.monotonic() - start

    def text(self, n, member):
        table = {HOST: 'hosts', HOW: 'hows', CODE: 'codes'}[member]
        return self.data[table][self.lookups[n][member]]

    def chosen(self, test):
        return [n for n in range(len(self.lookups)) if test(n)]

    def ink(self, colour):
        """How much of that colour the timeline has."""
        return self.browser.run(POINTS, colour)['count']

    def stripe(self, colour):
        """The middle of the longest stripe of that colour, and how long it is."""
        found = self.browser.run(POINTS, colour)
        return found['x'], found['y'], found['length']

    def details(self):
        return self.browser.text('#details')

    def range(self):
        """The part of the time that the timeline says it shows."""
        return [float(end.replace(' s', '')) for end in self.browser.text('#range').split(' to ')]

    def span(self):
        start, end = self.range()
        return end - start

    def hosts(self):
        return self.browser.texts('#rows th button')

    def bars(self):
        """How many lookups each bar has, by its text."""
        titles = self.browser.texts('#bins button', 'title')
        return {text: int(count.replace(',', '').split()[0])
                for text, count in (title.split(': ') for title in titles)}

    def summary(self):
        return dict(zip(self.browser.texts('#summary dt'), self.browser.texts('#summary dd')))

    def all(self):
        self.browser.click('#clear')
        self.browser.click('#whole')

    def clean(self):
        """Nobody complained in the console, and no other file was asked for."""
        messages = [entry['message'] for entry in self.browser.log('browser')]
        equal('%s: nothing in the console' % self.kind,
              [text for text in messages if 'willReadFrequently' not in text], [])  # that is about POINTS
        requests = {url for url in self.browser.requests() if not url.startswith(('data:', 'chrome:'))}
        equal('%s: only the page is loaded' % self.kind, requests, {'file://' + self.path})
