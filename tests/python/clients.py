# SPDX-License-Identifier: MIT
"""Real clients: one library in a process reaches some hosts, see clients.sh

    clients.py CLIENT PORT KIND=HOST...

Prints "KIND RESULT" for each: the address that was reached, as the server says or
the socket, or else the exception's name. A host of the kind `bytes` is given as
such, all others as str. That of the kind `herd` is asked for by HERD clients at
the same time, and the results are counted. CLIENT may have a loop before it that
it runs on, as in gevent+requests. Exits 77 if a library is absent, and names it.
"""
import os
import socket
import sys
from concurrent.futures import ThreadPoolExecutor

HERD = 50
TIMEOUT = 15
CLIENTS = {}

# Those that read it from the environment have fewer threads for lookups than this.
os.environ["MOTOR_MAX_WORKERS"] = str(HERD)
os.environ["UV_THREADPOOL_SIZE"] = str(2 * HERD)  # lookups get no more than half of them


# --- how a client is run: all hosts at the same time, a result for each ---

def on_threads(ask, hosts):
    """Under gevent and eventlet these are greenlets."""
    def result(host):
        try:
            return ask(host)
        except Exception as error:
            return type(error).__name__
    with ThreadPoolExecutor(len(hosts)) as pool:
        return list(pool.map(result, hosts))


async def awaited(ask, host):
    try:
        return await ask(host)
    except Exception as error:
        return type(error).__name__


def on_asyncio(ask, hosts):
    import asyncio

    async def main():
        # The loop's own has four threads and one for each processor.
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(HERD))
        return await asyncio.gather(*(awaited(ask, host) for host in hosts))
    return asyncio.run(main())


def on_trio(ask, hosts):
    import trio
    results = [None] * len(hosts)

    async def one(at):
        results[at] = await awaited(ask, hosts[at])

    async def main():
        trio.to_thread.current_default_thread_limiter().total_tokens = HERD
        async with trio.open_nursery() as nursery:
            for at in range(len(hosts)):
                nursery.start_soon(one, at)
    trio.run(main)
    return results


def client(name, run=on_threads):
    """Names a function that prepares: imports, and returns what reaches a host."""
    def register(prepare):
        CLIENTS[name] = run, prepare
        return prepare
    return register


def bracketed(host):
    return "[%s]" % host if ":" in host else host


def url(host):
    """RFC 6874 wants %25 before a zone, but not all undo it; all take a lone %."""
    if isinstance(host, bytes):
        raise TypeError("a URL is a str")
    return "http://%s:%d/" % (bracketed(host), PORT)


def connect(host):
    with socket.create_connection((host, PORT), TIMEOUT) as connection:
        return connection.getpeername()[0]


# --- the standard library, and loops that can run others ---

@client("socket")
def _():
    return connect


@client("urllib")
def _():
    from urllib.request import urlopen
    return lambda host: urlopen(url(host), timeout=TIMEOUT).read().decode()


@client("asyncio", on_asyncio)
def _():
    import asyncio

    async def ask(host):
        _, writer = await asyncio.open_connection(host, PORT)
        writer.close()
        return writer.get_extra_info("peername")[0]
    return ask


@client("uvloop")
def _():
    import asyncio
    import uvloop
    # asyncio.run calls this since Python 3.9, and uvloop has it since 0.15.
    last = "shutdown_default_executor"
    if getattr(uvloop.Loop, last, None) is getattr(asyncio.AbstractEventLoop, last, 0):
        raise ImportError("uvloop %s is older than this Python" % uvloop.__version__)
    uvloop.install()


@client("gevent")
def _():
    from gevent import get_hub, monkey
    monkey.patch_all()
    get_hub().threadpool.maxsize = HERD
    return connect


@client("eventlet")
def _():
    import eventlet
    eventlet.monkey_patch()
    return connect


@client("trio", on_trio)
def _():
    import trio

    async def ask(host):
        async with await trio.open_tcp_stream(host, PORT) as stream:
            return stream.socket.getpeername()[0]
    return ask


@client("anyio", on_asyncio)
def _():
    import anyio

    async def ask(host):
        async with await anyio.connect_tcp(host, PORT) as stream:
            return stream.extra(anyio.abc.SocketAttribute.remote_address)[0]
    return ask


@client("twisted")
def _():
    """The reactor, which runs but once, has a thread of its own and is asked from others."""
    from threading import Thread
    from twisted.internet import endpoints, protocol, reactor, threads
    reactor.suggestThreadPoolSize(HERD)
    Thread(target=reactor.run, kwargs={"installSignalHandlers": False}, daemon=True).start()

    def start(host):
        # The endpoint for names forgets a zone.
        kind = endpoints.TCP6ClientEndpoint if "%" in host else endpoints.HostnameEndpoint
        factory = protocol.Factory.forProtocol(protocol.Protocol)
        return kind(reactor, host, PORT, timeout=TIMEOUT).connect(factory)

    def ask(host):
        transport = threads.blockingCallFromThread(reactor, start, host).transport
        reactor.callFromThread(transport.abortConnection)
        return transport.getPeer().host
    return ask


@client("tornado", on_asyncio)
def _():
    from tornado.tcpclient import TCPClient

    async def ask(host):
        stream = await TCPClient().connect(host, PORT)
        address = stream.socket.getpeername()[0]
        stream.close()
        return address
    return ask


# --- HTTP ---

@client("urllib3")
def _():
    import urllib3
    return lambda host: urllib3.PoolManager(timeout=TIMEOUT, retries=False).request(
        "GET", url(host)).data.decode()


@client("requests")
def _():
    import requests
    return lambda host: requests.get(url(host), timeout=TIMEOUT).text


# Certificates, which nobody shows here, would be read again by each client.
HTTPX = {"timeout": TIMEOUT, "verify": False}


@client("httpx")
def _():
    import httpx
    return lambda host: httpx.get(url(host), **HTTPX).text


@client("httpx-async", on_asyncio)
def _():
    import httpx

    async def ask(host):
        async with httpx.AsyncClient(**HTTPX) as session:
            return (await session.get(url(host))).text
    return ask


@client("pycurl")
def _():
    """A str must be ASCII; Unicode is for bytes."""
    import pycurl

    def ask(host):
        curl = pycurl.Curl()
        address = b"http://%s:%d/" % (host, PORT) if isinstance(host, bytes) else url(host)
        curl.setopt(curl.URL, address)
        curl.setopt(curl.TIMEOUT, TIMEOUT)
        curl.setopt(curl.NOSIGNAL, 1)
        return curl.perform_rs()
    return ask


@client("aiohttp", on_asyncio)
def _():
    import aiohttp

    async def ask(host):
        async with aiohttp.ClientSession() as session, session.get(url(host)) as response:
            return await response.text()
    return ask


@client("tornado-http", on_asyncio)
def _():
    from tornado.httpclient import AsyncHTTPClient

    async def ask(host):
        response = await AsyncHTTPClient(force_instance=True).fetch(url(host))
        return response.body.decode()
    return ask


# --- databases ---

@client("pymongo")
def _():
    from pymongo import MongoClient

    def ask(host):
        if isinstance(host, str):
            host = bracketed(host)
        with MongoClient(host, PORT, serverSelectionTimeoutMS=1000 * TIMEOUT) as mongo:
            return mongo.admin.command("ping")["reached"]
    return ask


@client("motor", on_asyncio)
def _():
    from motor.motor_asyncio import AsyncIOMotorClient

    async def ask(host):
        if isinstance(host, str):
            host = bracketed(host)
        mongo = AsyncIOMotorClient(host, PORT, serverSelectionTimeoutMS=1000 * TIMEOUT)
        return (await mongo.admin.command("ping"))["reached"]
    return ask


@client("redis")
def _():
    import redis
    return lambda host: redis.Redis(host, PORT, socket_timeout=TIMEOUT).get("any").decode()


@client("redis-async", on_asyncio)
def _():
    import redis.asyncio

    async def ask(host):
        async with redis.asyncio.Redis(host=host, port=PORT) as session:
            return (await session.get("any")).decode()
    return ask


@client("psycopg2")
def _():
    import psycopg2

    def ask(host):
        try:
            psycopg2.connect(host=host, port=PORT, user="nobody", sslmode="disable",
                             connect_timeout=TIMEOUT)
        except psycopg2.OperationalError as error:
            if "reached" not in str(error):
                raise
            return str(error).split()[-1]
    return ask


def main(names, arguments):
    try:
        for name in names.split("+"):
            run, prepare = CLIENTS[name]
            ask = prepare()
    except ImportError as error:
        print(error)
        return 77
    for argument in arguments:
        kind, host = argument.split("=")
        hosts = [host.encode() if kind == "bytes" else host]
        # Some tell the zone that they reached, some do not.
        results = [each.split("%")[0] for each in run(ask, hosts * (HERD if kind == "herd" else 1))]
        if kind == "herd":
            results = ["%dx%s" % (results.count(each), each) for each in sorted(set(results))]
        print(kind, *results)
    sys.stdout.flush()
    os._exit(0)  # whatever threads are left of clients that were not closed


if __name__ == "__main__":
    PORT = int(sys.argv[2])
    sys.exit(main(sys.argv[1], sys.argv[3:]))
