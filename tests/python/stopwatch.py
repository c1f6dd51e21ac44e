# SPDX-License-Identifier: MIT
"""The unfair stopwatch of "How To Play Foul With getaddrinfo": who connects has
two seconds, and the clock runs while it stands in line for its lookup.

    stopwatch.py FRAMEWORK SLOW N HOST...

N lookups of the hosts SLOW % 0 to N - 1, each asked again and again, are under
way in FRAMEWORK when it connects to all HOSTs at once, where this process
listens. The first line says how many lookups the fake resolver has had at a
time, or "-" without it; then a line for each HOST, "HOST VERDICT MILLISECONDS":
connected, late, or the exception.

Python 2.7 runs this file too: hence no async def.
"""
import ctypes
import os
import socket
import sys
import threading
import time

BUDGET = 2
clock = getattr(time, 'monotonic', time.time)


class Threads(object):
    sleep = staticmethod(time.sleep)

    def __init__(self, crowd):
        pass

    def spawn(self, function, *arguments):
        thread = threading.Thread(target=function, args=arguments)
        thread.daemon = True
        thread.start()
        return thread

    def ask_again_and_again(self, host):
        self.spawn(again_and_again, socket.getaddrinfo, host)

    def race(self, hosts, port):
        # A lookup cannot be interrupted, nor told to hurry: its thread is left.
        results = {}
        start = clock()

        def connect(host):
            try:
                socket.create_connection((host, port))
                verdict = 'connected'
            except Exception as error:
                verdict = type(error).__name__
            results[host] = verdict, clock() - start

        for thread in [self.spawn(connect, host) for host in hosts]:
            thread.join(max(0, start + BUDGET - clock()))
        late = 'late', clock() - start
        return [results.get(host, late) for host in hosts]


class Gevent(object):
    def __init__(self, crowd):
        import gevent.socket
        self.gevent = gevent
        self.sleep = gevent.sleep
        # Ten threads by default: the eleventh lookup stands in line, whatever
        # getaddrinfo does. Here the one line shall be that of the lock.
        gevent.get_hub().threadpool.maxsize = crowd

    def ask_again_and_again(self, host):
        self.gevent.spawn(again_and_again, self.gevent.socket.getaddrinfo, host)

    def connect(self, host, port):
        start = clock()
        try:
            with self.gevent.Timeout(BUDGET):
                self.gevent.socket.create_connection((host, port))
            verdict = 'connected'
        except self.gevent.Timeout:
            verdict = 'late'
        except Exception as error:
            verdict = type(error).__name__
        return verdict, clock() - start

    def race(self, hosts, port):
        connecting = [self.gevent.spawn(self.connect, host, port) for host in hosts]
        return [greenlet.get() for greenlet in connecting]


class Asyncio(object):
    def __init__(self, crowd):
        import asyncio
        import concurrent.futures
        self.asyncio = asyncio
        self.loop = asyncio.new_event_loop()
        asyncio.set_event_loop(self.loop)
        # As in gevent: by default a few threads a processor, and a line for them.
        self.loop.set_default_executor(concurrent.futures.ThreadPoolExecutor(crowd))
        self.late = asyncio.TimeoutError

    def sleep(self, seconds):
        self.loop.run_until_complete(self.asyncio.sleep(seconds))

    def getaddrinfo(self, host):
        return self.loop.getaddrinfo(host, 80)

    def connect(self, host, port):
        return self.asyncio.wait_for(self.asyncio.open_connection(host, port), BUDGET)

    def start(self, awaitable, then):
        task = self.asyncio.ensure_future(awaitable, loop=self.loop)
        task.add_done_callback(then)
        return task

    def ask_again_and_again(self, host):
        def again(before):
            before.exception()
            self.ask_again_and_again(host)

        self.start(self.getaddrinfo(host), again)

    def race(self, hosts, port):
        ended = {}
        start = clock()

        def stop(task):
            ended[task] = clock() - start

        def verdict(task):
            error = task.exception()
            if error is None:
                return 'connected'
            return 'late' if isinstance(error, self.late) else type(error).__name__

        tasks = [self.start(self.connect(host, port), stop) for host in hosts]
        self.loop.run_until_complete(self.asyncio.wait(tasks))
        return [(verdict(task), ended[task]) for task in tasks]


class Tornado(Asyncio):
    def __init__(self, crowd):
        import tornado.tcpclient
        import tornado.util
        Asyncio.__init__(self, crowd)
        self.client = tornado.tcpclient.TCPClient()
        self.late = tornado.util.TimeoutError

    def getaddrinfo(self, host):
        return self.client.resolver.resolve(host, 80)

    def connect(self, host, port):
        return self.client.connect(host, port, timeout=BUDGET)


class Fake(ctypes.Structure):
    """The head of struct fake in tests/lib/fake.h."""
    _fields_ = [(name, ctypes.CFUNCTYPE(ctypes.c_int))
                for name in ('reset', 'calls', 'total', 'running', 'running_max')]


def again_and_again(getaddrinfo, host):
    while True:
        try:
            getaddrinfo(host, 80)
        except socket.gaierror:
            pass


def lookups_at_a_time():
    try:
        return Fake.in_dll(ctypes.CDLL(None), 'fake_resolver').running_max()
    except ValueError:
        return '-'


def main(framework, slow, count, *hosts):
    server = socket.socket(socket.AF_INET6)
    server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    server.bind(('::', 0))
    server.listen(16)
    port = server.getsockname()[1]

    count = int(count)
    # Threads for all lookups under way and for the hosts of the race.
    framework = globals()[framework.capitalize()](count + len(hosts))
    for i in range(count):
        framework.ask_again_and_again(slow % i)
    # Until nearly each has a thread (a pool may use one again that is done), and a
    # moment for the last to ask.
    while len(os.listdir('/proc/self/task')) < count * 0.9:
        framework.sleep(0.02)
    framework.sleep(0.2)
    results = framework.race(hosts, port)
    print(lookups_at_a_time())
    for host, (verdict, seconds) in zip(hosts, results):
        print('%s %s %.1f' % (host, verdict, seconds * 1000))
    sys.stdout.flush()
    os._exit(0)  # the line is minutes long


main(*sys.argv[1:])
