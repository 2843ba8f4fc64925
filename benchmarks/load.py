"""Ask a server on this machine as fast as it answers: by wrk where there is one, else by plain sockets."""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from itertools import cycle
from tempfile import NamedTemporaryFile

_IN_TURN = """
local page = 0
function request()
    page = page % pages + 1
    return wrk.format(nil, wrk.path .. "?page=" .. page)
end
function init(given)
    pages = tonumber(given[1])
end
"""


def load(
    port: int, path: str, headers: Mapping[str, str], connections: int, seconds: float, pages: int
) -> float:
    """Ask for one page after the other, from 1 to `pages` and over again, over so many connections.

    Return the answers per second. Raises when one of them isn't a 2xx.
    """
    if shutil.which("wrk"):
        return _wrk(port, path, headers, connections, seconds, pages)
    arguments = [str(port), path, json.dumps(dict(headers)), str(connections), str(seconds), str(pages)]
    command = [sys.executable, "-m", "benchmarks.load", *arguments]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def _wrk(
    port: int, path: str, headers: Mapping[str, str], connections: int, seconds: float, pages: int
) -> float:
    lines = [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
    # wrk counts in whole seconds
    command = ["wrk", "-t1", f"-c{connections}", f"-d{max(1, round(seconds))}s", *lines]
    with NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(_IN_TURN)
        script.flush()
        command += ["-s", script.name, f"http://127.0.0.1:{port}{path}", "--", str(pages)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert "Non-2xx" not in done.stdout, done.stdout
    found = re.search(r"Requests/sec:\s*([\d.]+)", done.stdout)
    assert found is not None, done.stdout
    return float(found[1])


def _talk(port: int, requests: Iterator[bytes], until: float, counts: list[int]) -> None:
    answered = 0
    with socket.create_connection(("127.0.0.1", port)) as plug:
        stream = plug.makefile("rb")
        while time.perf_counter() < until:
            plug.sendall(next(requests))
            status, length = stream.readline(), 0
            assert status[9:10] == b"2", status
            while (line := stream.readline()) != b"\r\n":
                if line[:15].lower() == b"content-length:":
                    length = int(line[15:])
            stream.read(length)
            answered += 1
    counts.append(answered)


def main() -> None:
    """Load from this process: `port path headers connections seconds pages`."""
    port, path, headers, connections, seconds, pages = sys.argv[1:]
    lines = "".join(f"{name}: {value}\r\n" for name, value in json.loads(headers).items())
    lines = f" HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n{lines}\r\n"
    requests = cycle([f"GET {path}?page={page}{lines}".encode() for page in range(1, int(pages) + 1)])
    counts: list[int] = []
    start = time.perf_counter()
    threads = [
        threading.Thread(target=_talk, args=(int(port), requests, start + float(seconds), counts))
        for _ in range(int(connections))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(sum(counts) / (time.perf_counter() - start))


if __name__ == "__main__":
    main()
