# SPDX-License-Identifier: MIT
"""Light and dark, a telephone, no network, and data that is hostile, odd or much."""
import http.server
import os
import re
import threading
import time

import data
from page import FEW, HOST, Page, contains, equal, report


def looks(page, pictures):
    """Light and dark, and a telephone."""
    browser, panels = page.browser, {}

    def scheme(name):
        browser.cdp('Emulation.setEmulatedMedia', features=[{'name': 'prefers-color-scheme', 'value': name}])
        browser.settle()

    for name in ('dark', 'light'):
        scheme(name)
        panels[name] = browser.run('''
const ink = document.getElementById('canvas').getContext('2d').getImageData(200, 5, 1, 1).data;
const style = getComputedStyle(document.body);
return [ink[0], parseInt(style.backgroundColor.slice(4)), parseInt(style.color.slice(4))];''')
        if pictures:
            browser.picture(os.path.join(pictures, name + '.png'))
    report('dark: canvas and page are', max(panels['dark'][:2]) < 60 and panels['dark'][2] > 200, panels)
    report('light: canvas and page are', min(panels['light'][:2]) > 230 and panels['light'][2] < 60, panels)

    browser.cdp('Emulation.setDeviceMetricsOverride', width=360, height=740, deviceScaleFactor=2, mobile=True)
    browser.cdp('Emulation.setTouchEmulationEnabled', enabled=True)
    page.open()
    equal('360 px: nothing is wider', browser.run('return document.documentElement.scrollWidth'), 360)
    equal('360 px: nothing is zoomed out', browser.run('return [innerWidth, visualViewport.scale]'), [360, 1])
    small = [tall for tall in browser.texts('button', 'offsetHeight') if 0 < tall < 24]
    equal('360 px: no button is too low for a finger', small, [])
    browser.run('document.getElementById("scroll").scrollIntoView()')
    x, y, _ = page.stripe('bad')

    def touch(kind, *points):
        places = [{'x': place, 'y': y, 'id': n} for n, place in enumerate(points)]
        browser.cdp('Input.dispatchTouchEvent', type=kind, touchPoints=places)

    touch('touchStart', x)
    touch('touchEnd')
    browser.settle()
    contains('touch: a tap tells', page.details(), 'metrics.example')
    before = page.span()
    touch('touchStart', 150)
    touch('touchStart', 150, 200)
    for apart in range(0, 60, 6):
        touch('touchMove', 150 - apart, 200 + apart)
    touch('touchEnd')
    browser.settle()
    report('touch: two fingers zoom', page.span() < before / 2, (before, page.span()))
    if pictures:
        browser.cdp('Emulation.setDeviceMetricsOverride', width=360, height=2000, deviceScaleFactor=2,
                    mobile=True)
        page.open()
        browser.picture(os.path.join(pictures, 'phone.png'))
    browser.cdp('Emulation.setTouchEmulationEnabled', enabled=False)
    browser.cdp('Emulation.clearDeviceMetricsOverride')


def forbids(page):
    """Even a script inside the page cannot ask the network."""
    heard = []

    class Server(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            heard.append(self.path)
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = 'http://127.0.0.1:%d/' % server.server_port
    page.browser.wait('''
const ends = (name) => new Promise((done) => {
	const element = document.createElement(name);
	element.onload = element.onerror = done;
	element.src = '%(to)s' + name;
	document.body.append(element);
});
await Promise.race([new Promise((done) => setTimeout(done, 2000)),
	Promise.all([fetch('%(to)sfetch', { mode: 'no-cors' }).catch(() => 0), ends('img'), ends('script')])]);
''' % {'to': address})
    equal('the page cannot ask the network', heard, [])
    page.browser.open('/dev/null')
    page.browser.wait('await fetch("%s", { mode: "no-cors" }).catch(() => 0);' % address)
    equal('another page can', heard, ['/'])
    server.shutdown()
    page.browser.log('browser')
    page.browser.requests()


def hostile(page):
    """Names that try to be something else are shown, and nothing runs."""
    browser = page.browser

    def visible(text):
        return re.sub('[\x00-\x1f\x7f-\x9f\u200b\u202e\u2066]', lambda sign: '\\u%04x' % ord(sign[0]), text)

    equal('hostile: the names are text', sorted(page.hosts()), sorted(map(visible, data.HOSTILE)))
    browser.run('document.getElementById("canvas").focus()')
    for host in data.HOSTILE:
        browser.press('n')
        contains('hostile: %s in the details' % ascii(host)[:30], page.details(), visible(host), '700 µs')
    x, y, _ = page.stripe('how-led')
    browser.mouse(('move', x, y))
    report('hostile: the tip', browser.text('#tip strong') in map(visible, data.HOSTILE), browser.text('#tip'))
    equal('hostile: two scripts, no pictures, links and frames',
          [len(browser.texts(name)) for name in ('script', 'img', 'a', 'iframe')], [2, 0, 0, 0])
    equal('hostile: the title', browser.run('return document.title'), 'Host lookups: gaishim report')
    browser.type('#filter', '</SCRIPT>')
    equal('hostile: as a filter', page.hosts(), [data.HOSTILE[0]])
    browser.type('#filter', '[(?\\')
    equal('hostile: signs of patterns are signs', page.hosts(), [])
    browser.click('#clear')
    equal('hostile: nothing is wider', browser.value('document.documentElement.scrollWidth <= innerWidth'), True)


def large(page, pictures):
    """100,000 lookups of 800 threads."""
    browser = page.browser
    report('large: loaded in %.1f s' % page.took, page.took < 10, 'too slow')
    equal('large: lookups', page.summary()['lookups'], '100,000')
    equal('large: a few rows', len(page.hosts()), FEW)
    hosts = len(page.data['hosts'])
    equal('large: the rest is offered', browser.text('#more'), 'Show all %d hosts' % hosts)
    browser.click('#more')
    equal('large: all rows', len(page.hosts()), hosts)
    if pictures:
        browser.picture(os.path.join(pictures, 'large.png'))
    took = browser.wait('''
const canvas = document.getElementById('canvas'), start = performance.now();
for (let n = 0; n < 30; n++) {
	canvas.dispatchEvent(new KeyboardEvent('keydown', { key: n ? 'ArrowRight' : '+' }));
	await new Promise(requestAnimationFrame);
}
return (performance.now() - start) / 30;''')
    report('large: a picture takes %.0f ms' % took, took < 200, 'too slow')
    start = time.monotonic()
    browser.type('#filter', 'host-1')
    took = time.monotonic() - start
    report('large: six letters of a filter take %.1f s' % took, took < 20, 'too slow')
    chosen = page.chosen(lambda n: 'host-1' in page.text(n, HOST))
    equal('large: the filter', sum(page.bars().values()), len(chosen))


def odd(browser, directory):
    page = Page(browser, directory, 'strange')
    contains('strange: a kind that nobody knows is in the legend', browser.text('#legend'), 'teleported')
    summary = page.summary()
    equal('strange: it is neither sent nor free', [summary['sent to libc'], summary['libc not asked']],
          ['1', '151'])
    equal('strange: threads in turn share a row', browser.texts('#space', 'offsetHeight')[0] < 120, True)
    browser.run('document.getElementById("canvas").focus()')
    browser.press(*['n'] * 4, 'l', 'Enter', 'Escape')
    page.clean()
    page = Page(browser, directory, 'empty')
    equal('empty: it is said', browser.text('#problem'), 'There is no lookup in this log.')
    browser.run('document.getElementById("canvas").focus()')
    browser.press('n', 'p', 'l', 'Enter', '+', '-', 'ArrowLeft', '0')
    page.clean()
