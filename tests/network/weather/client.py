# SPDX-License-Identifier: MIT
"""A client that gives a lookup one second, and tries four times:

    client.py HOST

Each attempt is a thread, as with most clients that have such a limit; an attempt that
is too late is left to itself. An attempt is a line as in lookup.h: attempt-N, when it
began, how long it took, the code ("timeout" for one that was too late), the address. The
first answer ends it.
"""
import os
import queue
import socket
import sys
import threading
import time


def lookup(host, answers):
    try:
        nodes = socket.getaddrinfo(host, 80, type=socket.SOCK_STREAM)
        answers.put((0, nodes[0][4][0]))
    except socket.gaierror as error:
        answers.put((error.errno, '-'))


def main(host):
    begun = time.monotonic()
    for attempt in range(1, 5):
        start, answers = time.monotonic(), queue.Queue()
        threading.Thread(target=lookup, args=(host, answers), daemon=True).start()
        try:
            code, address = answers.get(timeout=1)
        except queue.Empty:
            code, address = 'timeout', '-'
        took = time.monotonic() - start
        print('attempt-%d %.3f %.3f %s %s' % (attempt, start - begun, took, code, address),
              flush=True)
        if code == 0:
            break
    os._exit(0)  # Python would wait for lookups that are still out.


main(sys.argv[1])
