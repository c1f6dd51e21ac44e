# SPDX-License-Identifier: MIT
"""A crawler of the kind that many have written:

    crawler.py THREADS PAGES URL...

Each thread takes the next address, gets the page, and adds the links that nobody has seen. It
ends when PAGES pages are there, or when there is nothing left, and says how it went.
"""
import collections
import re
import sys
import threading
import time
import urllib.request

LINK = re.compile(rb'href="([^"]+)"')
LIMIT = 30  # seconds for a page


class Crawler:
    def __init__(self, pages, urls):
        self.lock = threading.Condition()
        self.todo = collections.deque(urls)  # the lock guards all of them
        self.seen = set(urls)
        self.left = pages
        self.busy = 0
        self.took = []
        self.failed = 0

    def next(self):
        """The next address, or None at the end."""
        with self.lock:
            while not self.todo and self.busy and self.left:
                self.lock.wait()
            if not self.todo or not self.left:
                return None
            self.left -= 1
            self.busy += 1
            return self.todo.popleft()

    def add(self, links, failed, seconds):
        with self.lock:
            self.took.append(seconds)
            self.failed += failed
            new = [link for link in dict.fromkeys(links) if link not in self.seen]
            self.seen.update(new)
            self.todo.extend(new)
            self.busy -= 1
            self.lock.notify_all()

    def work(self):
        while url := self.next():
            links, failed, began = [], 0, time.monotonic()
            try:
                with urllib.request.urlopen(url, timeout=LIMIT) as page:
                    links = [link.decode() for link in LINK.findall(page.read())]
            except OSError:
                failed = 1
            self.add(links, failed, time.monotonic() - began)


def main(threads, pages, *urls):
    began = time.monotonic()
    crawler = Crawler(int(pages), urls)
    workers = [threading.Thread(target=crawler.work) for _ in range(int(threads))]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    print('%d pages in %.1f s; over four seconds: %d; failed: %d' % (
        len(crawler.took), time.monotonic() - began, sum(seconds > 4 for seconds in crawler.took),
        crawler.failed))


main(*sys.argv[1:])
