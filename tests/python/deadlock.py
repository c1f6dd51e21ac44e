# SPDX-License-Identifier: MIT
"""The Weird Green Bug: while this module is imported, a host is resolved on
another thread, and the import waits for that thread.

    python -c 'import deadlock' FORM KIND HOST [PORT]

FORM is a function of this file, KIND how the host comes: as unicode, as bytes,
or native, as what the interpreter calls str.
It says "asking", then "answered"; after three seconds, where every thread hangs.

On Python 2 an import holds a lock that all threads share, and a lookup of unicode
imports a codec: it waits for that lock, and the import for the lookup. Here all
that the forms import themselves is imported first, so that no other import of a
thread can be what hangs.
"""
import os
import select
import socket
import sys
import threading
import time


def say(words):
    sys.stdout.write(words + '\n')
    sys.stdout.flush()


def watch():
    me = threading.current_thread().ident
    time.sleep(3)
    say('hung: ' + '; '.join(
        '%s:%d %s' % (frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_name)
        for ident, frame in sys._current_frames().items() if ident != me))


def spawn(function, *arguments):
    thread = threading.Thread(target=function, args=arguments)
    thread.daemon = True
    thread.start()
    return thread


def resolve(host):
    socket.getaddrinfo(host, 80)
    say('answered')


def thread(host):
    spawn(resolve, host).join()


def in_pool(function):
    """FUNCTION as gevent's thread pool runs it: by a thread, while the caller
    stays in an event loop until that thread has written to a pipe."""
    def apply(*arguments):
        reader, writer = os.pipe()
        answers = []

        def work():
            try:
                answers.append(function(*arguments))
            finally:
                os.write(writer, b'.')

        spawn(work)
        select.select([reader], [], [])
        return answers[0]
    return apply


def gevent_standin(host):
    """For interpreters without gevent."""
    socket.getaddrinfo = in_pool(socket.getaddrinfo)
    resolve(host)


def gevent(host):
    """Patched by who imports this module: python -c 'import gevent.monkey; ...'"""
    from gevent import monkey
    assert monkey.is_module_patched('socket')
    resolve(host)


def mongo(host, port):
    """A client made on a thread, of a replica set whose member is only known by
    a host from the server's answer: HOST is that of a seed, numeric."""
    import pymongo
    clients = []
    spawn(lambda: clients.append(pymongo.MongoClient(host, int(port), replicaSet='deadlock'))).join()
    clients[0].admin.command('ping')
    (member, _), = clients[0].nodes
    assert member == 'localhost' and isinstance(member, type(u''))
    say('answered')


def as_kind(kind, host):
    if kind == 'unicode' and isinstance(host, bytes):
        return host.decode('utf-8')
    if kind == 'bytes' and not isinstance(host, bytes):
        return host.encode('utf-8')
    return host


spawn(watch)
say('asking')
globals()[sys.argv[1]](as_kind(*sys.argv[2:4]), *sys.argv[4:])
