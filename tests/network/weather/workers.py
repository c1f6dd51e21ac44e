# SPDX-License-Identifier: MIT
"""A pool of worker processes, as puma, gunicorn and airflow have, under a parent whose threads look up.

    workers.py CHILDREN SECONDS HOST...

The parent's threads look up the hosts all the time. It makes pools of four processes by fork(), as
multiprocessing did by default up to Python 3.13, until it has made so many. Each looks up the hosts
once. Prints how many pools have hung, which is to say that they were not done after so many
seconds, and how many failed in another way.
"""
import multiprocessing
import os
import socket
import sys
import threading

WORKERS, THREADS = 4, 12


def ask(host):
    return len(socket.getaddrinfo(host, 80, type=socket.SOCK_STREAM))


def ask_all_the_time(host):
    while True:
        ask(host)


def main(children, seconds, hosts):
    pools, hung, failed = children // WORKERS, 0, 0
    for number in range(THREADS):
        threading.Thread(target=ask_all_the_time, args=(hosts[number % len(hosts)],), daemon=True).start()
    for _ in range(pools):
        pool = multiprocessing.get_context('fork').Pool(WORKERS)
        try:
            answers = pool.map_async(ask, hosts * WORKERS, 1).get(seconds)
            failed += 0 in answers
        except multiprocessing.TimeoutError:
            hung += 1
        except OSError:
            failed += 1
        pool.terminate()
        pool.join()
    print('%d pools, %d hung, %d failed' % (pools, hung, failed), flush=True)
    os._exit(0)  # the threads are still at it


main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:])
