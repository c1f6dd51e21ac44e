# SPDX-License-Identifier: MIT
"""A nameserver with a fault for every occasion:

    net_server.py ADDRESS [ADDRESS...]

Listens on port 53 of the addresses, with TCP on the first one only; prints "ready"
then. A host's first label says which address it has: h7.x.test has 192.0.2.7 and
2001:db8::7. The second one says what becomes of the answer: FAULT or FAULT-NUMBER,
see UDP and TCP below. What is random is the same for each who asks the same.
"""
import heapq
import random
import socket
import socketserver
import struct
import sys
import threading
import time

A, CNAME, AAAA = 1, 5, 28
ASKED = b'\xc0\x0c'  # the name asked for, where the question has it
HERD = 0.1           # seconds before an answer, for a herd to gather


def wire(*labels):
    return b''.join(bytes([len(label)]) + label for label in labels) + b'\0'


def record(owner, kind, data, length=None, internet=1):
    length = len(data) if length is None else length
    return owner + struct.pack('>HHIH', kind, internet, 0, length) + data


class Query:
    def __init__(self, packet):
        end, labels = 12, []
        while packet[end]:
            labels.append(packet[end + 1:end + 1 + packet[end]].decode())
            end += 1 + packet[end]
        self.ident, self.question = packet[:2], packet[12:end + 5]
        self.kind = struct.unpack('>H', packet[end + 1:end + 3])[0]
        self.number = int(labels[0][1:])
        self.fault, _, argument = labels[1].partition('-')
        self.argument = int(argument or 0)
        self.random = random.Random('%s %d' % (labels, self.kind))

    def address(self, owner=ASKED, number=None, **how):
        number = self.number if number is None else number
        data = bytes([192, 0, 2, number]) if self.kind == A else \
            socket.inet_pton(socket.AF_INET6, '2001:db8::%d' % number)
        return record(owner, self.kind, data, **how)

    def answer(self, *records, flags=0x8180, count=None, ident=None, question=None):
        count = len(records) if count is None else count
        return (ident or self.ident) + struct.pack('>HHHHH', flags, 1, count, 0, 0) + \
            (question or self.question) + b''.join(records)

    def good(self):
        return self.answer(self.address())

    def junk(self, most):
        return self.random.randbytes(self.random.randrange(most))

    def truncated(self):
        return self.answer(flags=0x8380)

    def called(self, *labels, asked=ASKED):
        """The host is an alias of this."""
        name = wire(*labels)
        return self.answer(record(asked, CNAME, name), self.address(name))

    def chain(self, length, loop=False):
        """Each alias of the next by a name of its own, the last with the address."""
        names = [ASKED] + [wire(b'%d' % i, b'chain', b'test') for i in range(1, length + 1)]
        links = [record(names[i], CNAME, names[i + 1]) for i in range(length)]
        if loop:
            return self.answer(*links, record(names[-1], CNAME, self.question[:-4]))
        return self.answer(*links, self.address(names[-1]))

    def wrong_ident(self):
        return self.answer(self.address(number=99), ident=bytes([self.ident[0] ^ 1, self.ident[1]]))

    def wrong_name(self):
        other = wire(b'h99', b'good', b'test') + self.question[-4:]
        return self.answer(self.address(number=99), question=other)

    def wrong_kind(self):
        kind = AAAA if self.kind == A else A
        other = self.question[:-4] + struct.pack('>HH', kind, 1)
        return self.answer(self.address(number=99), question=other)

    def full(self):
        """As many addresses as a message of 64 KiB holds."""
        size = len(self.address())
        records = [self.address(number=i % 100) for i in range((65535 - 300) // size)]
        return self.answer(*records)


UDP = {
    'good': lambda q: q.good(),
    'ms': lambda q: q.good(),
    'late': lambda q: q.good(),
    'mute': lambda q: None,
    # Not an answer at all.
    'random': lambda q: q.ident + q.junk(600),
    'noise': lambda q: q.answer(q.junk(400), flags=0x8180, count=q.random.randrange(9)),
    'cut': lambda q: q.good()[:q.argument],
    'null': lambda q: b'',
    'echo': lambda q: q.answer(flags=0x0100),
    # An answer to something else.
    'wrongid': Query.wrong_ident,
    'wrongname': Query.wrong_name,
    'wrongkind': Query.wrong_kind,
    'owner': lambda q: q.answer(q.address(wire(b'h99', b'good', b'test'), number=99)),
    'chaos': lambda q: q.answer(q.address(internet=3)),
    # Names.
    'loop': lambda q: q.answer(q.address(b'\xc0' + bytes([12 + len(q.question)]))),
    'loopalias': lambda q: q.answer(record(ASKED, CNAME, b'\xc0' + bytes([12 + len(q.question) + 12])),
                                    q.address()),
    'beyond': lambda q: q.answer(q.address(b'\xff\xff')),
    'label': lambda q: q.answer(q.address(b'\x80abc\0')),
    'endless': lambda q: q.answer(record(ASKED, CNAME, b'\x3f' + b'x' * 63 + b'\xc0\x0c'), q.address()),
    'nul': lambda q: q.called(b'h\0st', b'test'),
    'dot': lambda q: q.called(b'h.st', b'test'),
    'space': lambda q: q.called(b'h st', b'test'),
    'high': lambda q: q.called(b'h\xe9\xff\x80', b'test'),
    'slash': lambda q: q.called(b'h\\st;$(x)', b'test'),
    'dash': lambda q: q.called(b'-h', b'test'),
    'mixed': lambda q: q.called(b'_MiXeD_-', b'TEST'),
    'puny': lambda q: q.called(b'xn--bcher-kva', b'test'),
    'root': lambda q: q.called(),
    'longest': lambda q: q.called(b'x' * 63, b'y' * 63, b'z' * 63, b't' * 61),
    'toolong': lambda q: q.called(b'x' * 63, b'y' * 63, b'z' * 63, b't' * 62),
    'chain': lambda q: q.chain(q.argument),
    'ring': lambda q: q.chain(q.argument, loop=True),
    # Lengths and counts.
    'length': lambda q: q.answer(q.address(length=q.argument)),
    'count': lambda q: q.answer(q.address(), count=q.argument),
    'empty': lambda q: q.answer(),
    'rcode': lambda q: q.answer(flags=0x8180 + q.argument),
    'half': lambda q: q.good() if q.kind == A else q.answer(flags=0x8182),
    'bigudp': Query.full,
}

TCP = {
    'tcpgood': Query.good,
    'tcpfull': Query.full,
    'tcpchain': lambda q: q.chain(q.argument),
    'tcpnoise': lambda q: q.answer(q.junk(60000), count=1000),
    'tcpcut': lambda q: q.good()[:q.argument],
    'tcpwrongid': Query.wrong_ident,
    'tcpclosed': lambda q: None,  # (what fails there ends the connection)
    'tcpshort': Query.good,  # ends before what its length promises
}


class Stream(socketserver.StreamRequestHandler):
    # A lookup of both families asks twice over one connection. And libc waits for a
    # right answer as long as there is a connection: it has no time limit with TCP.
    timeout = 0.3

    def handle(self):
        while True:
            size = self.rfile.read(2)
            query = Query(self.rfile.read(struct.unpack('>H', size)[0]))
            packet = TCP[query.fault](query)
            size = struct.pack('>H', len(packet))
            if query.fault == 'tcpshort':
                self.wfile.write(size + packet[:-9])
                return
            self.wfile.write(size + packet)


class StreamServer(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 512

    def handle_error(self, request, client_address):
        pass  # no more queries, or nobody who reads on: the connection is closed


class Clock:
    """Sends packets when they are due, and in order."""
    def __init__(self):
        self.changed = threading.Condition()
        self.packets = []
        self.count = 0

    def add(self, seconds, *packet):
        with self.changed:
            self.count += 1
            heapq.heappush(self.packets, (time.monotonic() + seconds, self.count, packet))
            self.changed.notify()

    def run(self):
        while True:
            with self.changed:
                now = time.monotonic()
                if not self.packets or self.packets[0][0] > now:
                    self.changed.wait(self.packets[0][0] - now if self.packets else None)
                    continue
                server, packet, client = heapq.heappop(self.packets)[2]
            try:
                server.sendto(packet, client)
            except OSError:
                pass  # as the network would: dropped


def serve(server, clock):
    while True:
        data, client = server.recvfrom(4096)
        query = Query(data)
        packet = query.truncated() if query.fault in TCP else UDP[query.fault](query)
        times = [HERD]
        if query.fault == 'ms':
            times = [query.argument / 1000]
        elif query.fault == 'late':
            # Again and again, to meet a socket that is there for another host by then.
            times = [1.2 + i * 0.02 for i in range(20)]
        elif packet is None:
            times = []
        for seconds in times:
            clock.add(seconds, server, packet, client)


clock = Clock()
threading.Thread(target=clock.run).start()
for address in sys.argv[1:]:
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        udp.setsockopt(socket.SOL_SOCKET, 33, 4 << 20)  # SO_RCVBUFFORCE: room for a herd
    except PermissionError:
        udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    udp.bind((address, 53))
    threading.Thread(target=serve, args=(udp, clock)).start()
streams = StreamServer((sys.argv[1], 53), Stream)
print('ready', flush=True)
streams.serve_forever()
