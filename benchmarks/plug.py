"""The limit of a walk: the bytes of all pages read from a socket, and nothing done with them but finding their ends."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

from benchmarks.server import url


def bare_socket(base: str, size: int) -> int:
    """Read all pages over one connection; return how many calls they hold, going by what the first one says."""
    parts = urlsplit(url(base))
    assert parts.hostname is not None
    assert parts.port is not None
    with socket.create_connection((parts.hostname, parts.port)) as plug, plug.makefile("rb") as stream:
        count, page, last = 0, 0, 1
        while page < last:
            page += 1
            line = f"GET {parts.path}?page={page}&limit={size} HTTP/1.1\r\nHost: {parts.netloc}\r\n\r\n"
            plug.sendall(line.encode())
            length = 0
            while (header := stream.readline()) != b"\r\n":
                if header.lower().startswith(b"content-length:"):
                    length = int(header[15:])
            body = stream.read(length)
            if page == 1:
                count = int(body.partition(b'"count":')[2].partition(b",")[0])
                last = -(-count // size)
    return count
