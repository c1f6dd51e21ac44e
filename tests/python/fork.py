# SPDX-License-Identifier: MIT
"""Children that a threaded parent forks while it resolves all the time.

    fork.py CHILDREN SECONDS [HOST...]

Each child asks for the hosts (default: two numeric ones) and ends. Prints how many
children hung, which is to say that they were not done after SECONDS, and how many
failed in another way. For Python 2.7 and 3 alike.
"""
import multiprocessing
import os
import signal
import socket
import sys
import threading
import time

THREADS = 8
BATCH = 20
forking = True

if hasattr(multiprocessing, 'get_context'):  # not in 2.7, where all is fork
    multiprocessing = multiprocessing.get_context('fork')
if hasattr(sys, 'setswitchinterval'):  # the parent's threads are many
    sys.setswitchinterval(0.0005)


def ask(host):
    try:
        socket.getaddrinfo(host, 80, 0, socket.SOCK_STREAM, 0, socket.AI_ADDRCONFIG)
    except socket.gaierror as error:
        # What libc says to all where there is no network but loopback; not the shim.
        if 'LD_PRELOAD' in os.environ or error.args[0] != socket.EAI_NONAME:
            raise


def ask_all_the_time():
    while True:
        while not forking:  # those who hang need no load
            time.sleep(0.01)
        ask('127.0.0.1')
        ask('localhost')


def child(seconds, hosts):
    signal.alarm(seconds)
    for host in hosts:
        ask(host)


def main(children, seconds, hosts):
    global forking
    codes = []
    for _ in range(THREADS):
        thread = threading.Thread(target=ask_all_the_time)
        thread.daemon = True
        thread.start()
    while len(codes) < children:
        batch = [multiprocessing.Process(target=child, args=(seconds, hosts))
                 for _ in range(min(BATCH, children - len(codes)))]
        forking = True
        for process in batch:
            process.start()
        forking = False
        for process in batch:
            process.join()
        codes += [process.exitcode for process in batch]
    hung = codes.count(-signal.SIGALRM)
    print('%d of %d hung, %d failed' % (hung, children, children - hung - codes.count(0)))
    sys.stdout.flush()
    os._exit(0)  # the threads are still at it


main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:] or ['127.0.0.1', '::1'])
