# SPDX-License-Identifier: MIT
"""A nameserver in any weather:

    dns.py LOG ADDRESS [SILENT...] [NAME=WEATHER...]

It listens on port 53 of all the addresses, and then makes the file LOG. Each query is a
line "NAME TYPE" there, answered or not. ADDRESS is answered as the first label of the
name says, or as WEATHER says, which is such a label, for a name that is given with it; the
SILENT addresses are never answered.

    loss-P-S-...  P percent of the queries are lost: which ones, S says (a seed)
    drop-N-...    the first N queries of that name are lost
    down-MS-...   all are lost that come in the first so many milliseconds
    slow-MS-...   the answer comes after so many milliseconds
    race-MS-...   the same, and a query is lost that comes meanwhile from the same port
    sick-MS-...   the answer is SERVFAIL in the first so many milliseconds
    far-MS-P-S-...   the answer comes after so many milliseconds, and P percent are lost
    fail-...      the answer is SERVFAIL
    void-...      there is no such name
    (other)       the answer comes at once

ADDRESS serves TCP, too: there nothing is lost, and each answer comes at once.

Each name has 192.0.2.7 and no IPv6 address, but names under .void do not exist. An address has
the name name.test. The weather of 10.KIND.N.X is the word of KIND (in KINDS below) and N:
percent, or tens of milliseconds.
"""
import heapq
import random
import select
import socket
import struct
import sys
import threading
import time

A = 1
PTR = 12
PORT = 53
ADDRESS = socket.inet_aton('192.0.2.7')
NAME = b'\x04name\x04test\x00'
SERVFAIL = 2
NXDOMAIN = 3
KINDS = ('plain', 'loss', 'slow', 'fail')


def parse(packet):
    """The labels, the type, and the question as it was written."""
    end, labels = 12, []
    while packet[end]:
        labels.append(packet[end + 1:end + 1 + packet[end]].decode('latin-1').lower())
        end += 1 + packet[end]
    return labels, struct.unpack('>H', packet[end + 1:end + 3])[0], packet[12:end + 5]


class Weather:
    """Which query is lost, and how late an answer is."""

    def __init__(self):
        self.seen = {}   # how many queries for a name there were
        self.first = {}  # when the first one came
        self.dice = {}
        self.busy = {}   # by the client's port: when the answer to its last query goes

    def since_first(self, name):
        """Milliseconds since the first query for the name."""
        now = time.monotonic()
        return (now - self.first.setdefault(name, now)) * 1000

    def lost(self, name, words, peer):
        self.seen[name] = self.seen.get(name, 0) + 1
        if words[0] in ('loss', 'far'):
            percent, seed = words[1:3] if words[0] == 'loss' else words[2:4]
            dice = self.dice.setdefault(name, random.Random(seed))
            return dice.random() * 100 < int(percent)
        if words[0] == 'down':
            return self.since_first(name) < int(words[1])
        if words[0] == 'race':
            now = time.monotonic()
            if now < self.busy.get(peer, 0):
                return True
            self.busy[peer] = now + int(words[1]) / 1000
        return words[0] == 'drop' and self.seen[name] <= int(words[1])

    def code(self, name, words):
        if name.endswith('.void') or words[0] == 'void':
            return NXDOMAIN
        fails = words[0] == 'fail' or (words[0] == 'sick' and self.since_first(name) < int(words[1]))
        return SERVFAIL if fails else 0


def words_of(labels, kind, given):
    """The weather, as words. The labels of an address are its bytes, the last one first."""
    name = '.'.join(labels)
    if name in given:
        return given[name].split('-')
    if kind != PTR or labels[3] != '10':
        return labels[0].split('-')
    number = int(labels[1])
    word = KINDS[int(labels[2])]
    return [word, str(number * 10 if word == 'slow' else number), 'seed']


def answer(packet, kind, question, code):
    data = {A: ADDRESS, PTR: NAME}.get(kind, b'')
    record = b'\xc0\x0c' + struct.pack('>HHIH', kind, 1, 0, len(data)) + data
    count = 1 if data and code == 0 else 0
    header = struct.pack('>HHHHH', 0x8580 | code, 1, count, 0, 0)
    return packet[:2] + header + question + record * count


def listen(address):
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:  # Room for a herd, where the kernel gives it: else the kernel loses packets too.
        server.setsockopt(socket.SOL_SOCKET, 33, 4 << 20)  # SO_RCVBUFFORCE
    except OSError:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    server.bind((address, PORT))
    server.setblocking(False)
    return server


def send(server, reply, peer):
    try:
        server.sendto(reply, peer)
    except OSError:
        pass  # The client is gone.


def receive(server, silent, weather, given, late, log):
    """Read all that has come. Answers that are to wait go to LATE."""
    while True:
        try:
            packet, peer = server.recvfrom(4096)
        except BlockingIOError:
            return
        labels, kind, question = parse(packet)
        name, words = '.'.join(labels), words_of(labels, kind, given)
        log.write('%s %d\n' % (name, kind))
        if silent or weather.lost(name, words, peer):
            continue
        reply = answer(packet, kind, question, weather.code(name, words))
        if words[0] in ('slow', 'race', 'far'):
            heapq.heappush(late, (time.monotonic() + int(words[1]) / 1000, reply, peer))
        else:
            send(server, reply, peer)


def serve_stream(client, log):
    """Each query, and each answer, comes behind its length."""
    with client, client.makefile('rwb') as stream:
        while len(size := stream.read(2)) == 2:
            packet = stream.read(*struct.unpack('>H', size))
            labels, kind, question = parse(packet)
            log.write('%s %d\n' % ('.'.join(labels), kind))
            reply = answer(packet, kind, question, 0)
            stream.write(struct.pack('>H', len(reply)) + reply)
            stream.flush()


def serve_streams(listener, log):
    while True:
        client = listener.accept()[0]
        threading.Thread(target=serve_stream, args=(client, log), daemon=True).start()


def main(log_name, *words):
    addresses = [word for word in words if '=' not in word]
    given = dict(word.split('=') for word in words if '=' in word)
    servers = [listen(address) for address in addresses]
    streams = socket.create_server((addresses[0], PORT), backlog=100)
    log = open(log_name, 'w', buffering=1)
    threading.Thread(target=serve_streams, args=(streams, log), daemon=True).start()
    weather, late = Weather(), []
    while True:
        wait = max(0, late[0][0] - time.monotonic()) if late else None
        for server in select.select(servers, [], [], wait)[0]:
            receive(server, server is not servers[0], weather, given, late, log)
        while late and late[0][0] <= time.monotonic():
            send(servers[0], *heapq.heappop(late)[1:])


main(*sys.argv[1:])
