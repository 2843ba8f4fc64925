"""What holds for every test: no network but the loopback, no thread or process left behind."""

from __future__ import annotations

import errno
import ipaddress
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile(
    "tests",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],  # they judge the machine
    derandomize=bool(os.environ.get("CI")),
    print_blob=True,
)
settings.load_profile("tests")

PROXIES = [f"{scheme}_proxy" for scheme in ("http", "https", "all", "no")]
for _name in (*PROXIES, *map(str.upper, PROXIES), "FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE", "FI_DEBUG"):
    os.environ.pop(_name, None)  # also for the programs that tests start

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A job that a shell started in the background ignores Ctrl-C, and so would the programs that tests start.
    signal.signal(signal.SIGINT, signal.default_int_handler)

_GRACE = 30.0  # seconds that a thread or a process may take to end
_OURS = ("resource_tracker", "forkserver")  # multiprocessing's own helpers live as long as their parent


def _is_loopback(host: Any) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(str(host).partition("%")[0]).is_loopback
    except ValueError:
        return False


@pytest.fixture(autouse=True, scope="session")
def refused_addresses() -> Iterator[list[str]]:
    """Refuse to bind or connect beyond the loopback, and to look names up; list what was refused."""
    refused: list[str] = []
    lookup = socket.getaddrinfo

    def guarded(name: str) -> Callable[..., Any]:
        method = getattr(socket.socket, name)

        def call(self: socket.socket, *arguments: Any) -> Any:
            address = arguments[-1]  # sendto() has flags before it
            if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_loopback(address[0]):
                refused.append(f"{name}({address!r})")
                raise OSError(errno.EACCES, "tests stay on the loopback")
            return method(self, *arguments)

        return call

    def resolve(host: Any, *arguments: Any, **more: Any) -> Any:
        text = host.decode("idna") if isinstance(host, bytes) else host
        try:
            known = text is None or _is_loopback(text) or bool(ipaddress.ip_address(text.partition("%")[0]))
        except ValueError:
            known = False
        if known or not text.isascii() or max(map(len, text.split("."))) > 63 or ".." in text:
            return lookup(host, *arguments, **more)  # no name to look up, or none that can be
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with pytest.MonkeyPatch.context() as patch:
        for name in ("bind", "connect", "connect_ex", "sendto"):
            patch.setattr(socket.socket, name, guarded(name))
        patch.setattr(socket, "getaddrinfo", resolve)
        yield refused


@pytest.fixture(autouse=True)
def _left_as_found(refused_addresses: list[str]) -> Iterator[None]:
    """Fail a test that went beyond the loopback, or that leaves a thread or a process behind."""
    threads, processes = set(threading.enumerate()), _children()
    yield
    beyond = refused_addresses.copy()
    refused_addresses.clear()
    assert not beyond, "a test went beyond the loopback"
    until = time.monotonic() + _GRACE
    for thread in set(threading.enumerate()) - threads:
        thread.join(max(0.0, until - time.monotonic()))
        assert not thread.is_alive(), f"a test left {thread} behind"
    while left := {child: line for child, line in _children().items() if child not in processes}:
        assert time.monotonic() < until, f"a test left processes behind: {left}"
        time.sleep(0.01)


@pytest.fixture
def proxied(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[], bool]]:
    """Name a proxy for everything; return a function that tells whether somebody connected to it."""
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        proxy.setblocking(False)
        for name in ("http_proxy", "https_proxy", "all_proxy"):
            for variable in (name, name.upper()):
                monkeypatch.setenv(variable, f"http://127.0.0.1:{proxy.getsockname()[1]}")

        def asked() -> bool:
            try:
                proxy.accept()[0].close()
            except BlockingIOError:
                return False
            return True

        yield asked


def _children() -> dict[int, str]:
    """Return the command lines of this process's children by their ids; none where there is no /proc."""
    found: dict[int, str] = {}
    for task in Path("/proc/self/task").glob("*/children"):
        try:
            children = task.read_text().split()
        except OSError:  # the thread ended
            continue
        for child in children:
            try:
                line = Path(f"/proc/{child}/cmdline").read_bytes().decode(errors="replace")
            except OSError:  # the process ended
                continue
            if not any(name in line for name in _OURS):
                found[int(child)] = line.replace("\0", " ")
    return found
