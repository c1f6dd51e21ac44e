# SPDX-License-Identifier: MIT
"""A suite of tests for pytest, as one of a web application: each test opens a pool of connections
to a service, as an application does at its start. PORT is that of all the services.
"""
import concurrent.futures
import os
import socket

import pytest

PORT = int(os.environ['PORT'])
POOL = 10
OPTIONAL = 'metrics.test'  # is nowhere here, and the application goes on without it


def connect(host):
    try:
        with socket.create_connection((host, PORT), timeout=30) as connection:
            return connection.getpeername()[0]
    except socket.gaierror:
        return None


@pytest.mark.parametrize('host', ['db.test', 'cache.test', '127.0.0.1', 'search.test', 'api.test', OPTIONAL])
@pytest.mark.parametrize('round_', range(4))
def test_pool(host, round_):
    with concurrent.futures.ThreadPoolExecutor(POOL) as pool:
        peers = list(pool.map(connect, [host] * POOL))
    assert len(peers) == POOL
    assert (peers == [None] * POOL) == (host == OPTIONAL)
