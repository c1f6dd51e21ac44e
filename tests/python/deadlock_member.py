# SPDX-License-Identifier: MIT
"""A MongoDB server, the only member of a replica set that calls it "localhost",
for deadlock.py. It prints the port where it listens on 127.0.0.1.
"""
import socketserver
import struct

import bson

OP_REPLY, OP_MSG = 1, 2013


class Handler(socketserver.StreamRequestHandler):
    """Whatever it is asked, it answers who it is."""

    def handle(self):
        member = "localhost:%d" % self.server.server_address[1]
        answer = bson.encode({
            "ok": 1.0, "ismaster": True, "setName": "deadlock", "hosts": [member], "me": member, "primary": member,
            "minWireVersion": 0, "maxWireVersion": 9, "maxBsonObjectSize": 16 << 20,
            "maxMessageSizeBytes": 48 << 20, "maxWriteBatchSize": 1000})
        while True:
            head = self.rfile.read(16)
            if len(head) < 16:
                return
            length, request, _, code = struct.unpack("<iiii", head)
            self.rfile.read(length - 16)
            if code == OP_MSG:
                body = struct.pack("<iB", 0, 0) + answer
            else:
                code, body = OP_REPLY, struct.pack("<iqii", 8, 0, 0, 1) + answer
            self.wfile.write(struct.pack("<iiii", 16 + len(body), 0, request, code) + body)


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        pass  # a client that was killed is no news


if __name__ == "__main__":
    server = Server(("127.0.0.1", 0), Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()
