# SPDX-License-Identifier: MIT
"""The timeline under a mouse, and all of the page under the keys."""
from page import HOST, LEADER, START, US, contains, equal, report


def zooms(page):
    """Buttons, the wheel, keys and the mouse change the part that is shown."""
    browser = page.browser
    whole = page.range()
    x, y, _ = page.stripe('how-waited')
    browser.click('#in')
    report('zoom: the button +', page.span() < 0.8 * (whole[1] - whole[0]), page.range())
    browser.click('#out')
    report('zoom: the button -', abs(page.span() - (whole[1] - whole[0])) < 0.01, page.range())
    browser.wheel(x, y, -240, control=True)
    near = page.range()
    report('zoom: Ctrl and the wheel', near[1] - near[0] < 0.8 * (whole[1] - whole[0]), near)
    browser.wheel(x, y, 60)
    equal('zoom: the wheel alone scrolls', [page.range(), browser.texts('#scroll', 'scrollTop')[0] > 0], [near, True])
    browser.mouse(('move', 700, y), ('down',), ('move', 600, y), ('up',))
    moved = page.range()
    report('drag: moves', moved[0] > near[0] and abs(page.span() - (near[1] - near[0])) < 0.01, (near, moved))
    browser.mouse(('move', 900, y), ('down',), ('up',), ('down',), ('up',))
    equal('double click: all of it', page.range(), whole)
    browser.press('+', '+')
    report('key +', page.span() < 0.6 * (whole[1] - whole[0]), page.range())
    before = page.range()
    browser.press('ArrowRight')
    report('key →', page.range()[0] > before[0], page.range())
    browser.press('ArrowLeft', 'ArrowLeft')
    report('key ←', page.range()[0] < before[0], page.range())
    browser.press('-')
    report('key -', page.span() > 1.2 * (before[1] - before[0]), page.range())
    for key in ('0', 'Home'):
        browser.press('+', key)
        equal('key %s: all of it' % key, page.range(), whole)
    top = browser.texts('#scroll', 'scrollTop')
    browser.press('ArrowUp')
    report('key ↑: scrolls', browser.texts('#scroll', 'scrollTop') < top, top)
    browser.press(*['+'] * 60)
    report('zoom: it ends at some microseconds', 0 < page.span() < 0.0001, page.range())
    browser.press('0')


def hovers(page):
    """What is under the pointer is told, and what hangs together is joined by lines."""
    browser = page.browser
    browser.run('document.getElementById("scroll").scrollTop = 0')
    browser.mouse(('move', 600, 10))
    browser.press('Escape')
    x, y, most = page.stripe('bad')
    report('hover: the long lookup is a long slice', most > 600, most)
    equal('hover: no tip at first', browser.texts('#tip', 'hidden'), [True])
    browser.mouse(('move', x, y))
    tip = browser.text('#tip')
    contains('hover: the tip', tip, 'metrics.example', '5.01 s', 'EAI_AGAIN', 'led: ', 'python3 4242, thread ')
    browser.mouse(('move', 1200, 300))
    equal('hover: the tip goes', browser.texts('#tip', 'hidden'), [True])
    x, y, _ = page.stripe('how-waited')
    equal('hover: no line is marked before', page.ink('accent'), 0)
    browser.mouse(('move', x, y))
    contains('hover: who it waited for', browser.text('#tip'), 'the answer came from thread 4242')
    report('hover: a line goes there', page.ink('accent') > 10, page.ink('accent'))
    browser.mouse(('move', x, y), ('down',), ('up',), ('move', 1200, 300))
    contains('click: it stays selected', page.details(), 'db.staging.example')


def keys(page):
    """The keyboard alone reaches all there is."""
    browser = page.browser
    page.open()
    seen = []
    for _ in range(150):
        browser.press('Tab')
        at = browser.run('''const e = document.activeElement;
return e === document.body ? "" : (e.id || e.title || e.textContent)''')
        if at in seen or not at:
            break
        seen.append(at)
        if at == 'canvas':
            lookup_keys(page)
    wanted = ['filter', 'in', 'out', 'whole', 'canvas', 'table', *browser.texts('#legend button, #bins button', 'title'),
              *browser.texts('#heads button, #rows button')]
    equal('keys: Tab reaches all', sorted(set(wanted) - set(seen)), [])
    browser.run('document.querySelector("#legend button").focus()')
    browser.press('Enter')
    report('keys: a filter, and the focus stays',
           browser.value('document.activeElement.matches("#legend button[aria-pressed=true]:first-child")'), 'it moved')
    page.all()


def lookup_keys(page):
    browser = page.browser
    order = sorted(range(len(page.lookups)), key=lambda n: page.lookups[n][START])
    browser.press('n')
    first = page.details()
    report('key n: the first lookup', page.text(order[0], HOST) in first, first)
    browser.press('n')
    second = page.details()
    report('key n: the next', page.text(order[1], HOST) in second and second != first, second)
    browser.press('p')
    equal('key p: back', page.details(), first)
    at = next(place for place, n in enumerate(order) if page.lookups[n][LEADER] >= 0)
    browser.press(*['n'] * at)
    waiter = page.details()
    contains('keys: one that waited', waiter, 'waited: ')
    browser.press('l')
    contains('key l: the one that was sent', page.details(), 'led: ', page.text(order[at], HOST))
    browser.press('Enter')
    leader = page.lookups[page.lookups[order[at]][LEADER]]
    start, end = page.range()
    report('key Enter: zooms there', start * 1e6 < leader[START] and leader[START] + leader[US] < end * 1e6 and
           end - start < 3 * leader[US] / 1e6, (start, end))
    for _ in range(12):
        browser.press(*['n'] * 9, 'Enter')
        how = next(text.split(':')[0] for text in browser.texts('#details span') if ': ' in text)
        long = page.stripe('how-' + how)[2]
        report('keys: nine lookups on, it fills the timeline', long > 500, (how, long, page.details()))
    browser.press('Escape')
    report('key Escape: lets it go', 'led: ' not in page.details(), page.details())
