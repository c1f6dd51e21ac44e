# SPDX-License-Identifier: MIT
"""One loopback server for all the clients of clients.py: servers.py PORT

It listens on every address of both families and answers each client in the
protocol that it was spoken to, HTTP, MongoDB, Redis or Postgres, with the one
thing the tests want to know: the address it was reached at, which tells the host
that was asked for. Prints "ready" once it listens.
"""
import socket
import socketserver
import struct
import sys

OP_QUERY, OP_MSG = 2004, 2013
STARTUP = struct.pack(">i", 3 << 16)  # Postgres' protocol 3.0


class Handler(socketserver.StreamRequestHandler):
    timeout = 20

    def handle(self):
        try:
            self.answer()
        except ConnectionError:  # a client that got its answer from the connection
            pass

    def answer(self):
        here = self.request.getsockname()[0].split("%")[0]
        here = here[7:] if here.startswith("::ffff:") else here
        head = self.rfile.peek(16)[:16]
        if head[4:8] == STARTUP:
            self.postgres(here)
        elif head.startswith(b"*"):
            self.redis(here)
        elif head[12:] in (struct.pack("<i", OP_QUERY), struct.pack("<i", OP_MSG)):
            self.mongodb(here)
        elif head:
            self.http(here)

    def http(self, here):
        while self.rfile.readline() not in (b"\r\n", b""):
            pass
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n"
                         b"Content-Length: %d\r\n\r\n%s" % (len(here), here.encode()))

    def mongodb(self, here):
        """A standalone server that has nothing but its address."""
        import mongodb  # not everybody has bson
        mongodb.serve(self.rfile, self.wfile, reached=here)

    def redis(self, here):
        """Every key has the address for its value; any other command is fine."""
        while True:
            parts = self.rfile.readline()[1:].strip()
            words = [self.rfile.read(int(self.rfile.readline()[1:]) + 2)[:-2]
                     for _ in range(int(parts or 0))]
            if not words:
                return
            value = b"$%d\r\n%s\r\n" % (len(here), here.encode())
            self.wfile.write(value if words[0] == b"GET" else b"+OK\r\n")

    def postgres(self, here):
        """Refuses everybody, and the reason is the address."""
        body = b"SFATAL\0C28000\0Mreached %s\0\0" % here.encode()
        self.wfile.write(b"E" + struct.pack(">i", 4 + len(body)) + body)


class Server(socketserver.ThreadingTCPServer):
    address_family = socket.AF_INET6
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 512

    def server_bind(self):
        self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        socketserver.ThreadingTCPServer.server_bind(self)


if __name__ == "__main__":
    server = Server(("::", int(sys.argv[1])), Handler)
    print("ready")
    sys.stdout.flush()
    server.serve_forever()
