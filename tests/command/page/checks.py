# SPDX-License-Identifier: MIT
"""What the page of a report shows, and what it does for a mouse, a finger and keys.

    checks.py DIRECTORY [PICTURES]

It works in DIRECTORY. A line "ok NAME" or "not ok NAME: WHY" is a result, and the last line is
"end". Screenshots go to the directory PICTURES, if there is one.
"""
import os
import sys

import looking
import moving
import reading
from browser import Browser
from page import Page, equal


def main(directory, pictures=''):
    browser = Browser(os.path.join(directory, 'profile'))
    try:
        page = Page(browser, directory, 'run')
        equal('run: no trouble is told', browser.run('return document.getElementById("problem").hidden'), True)
        reading.shows(page)
        reading.filters(page)
        reading.sorts(page)
        page.open()
        moving.zooms(page)
        moving.hovers(page)
        moving.keys(page)
        looking.looks(page, pictures)
        page.clean()
        looking.forbids(page)
        page = Page(browser, directory, 'hostile')
        looking.hostile(page)
        page.clean()
        page = Page(browser, directory, 'large')
        looking.large(page, pictures)
        page.clean()
        looking.odd(browser, directory)
    finally:
        browser.close()
    print('end')


if __name__ == '__main__':
    main(*sys.argv[1:])
