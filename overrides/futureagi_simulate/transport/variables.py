"""What the environment's variables say about proxies and TLS.

Their values are not shown: one of a proxy may hold a password.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final
from urllib.request import getproxies

from futureagi_simulate.errors import ConfigurationError
from futureagi_simulate.transport.origin import Origin

__all__ = ["proxy_for", "unusable"]

_PROXY: Final = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
_KEY_LOG: Final = "SSLKEYLOGFILE"
_CERTIFICATES: Final = ("SSL_CERT_FILE", "SSL_CERT_DIR")  # httpx takes the first that is set
_SEPARATORS: Final = re.compile(r"[,\s]+")
_ENTRY: Final = re.compile(r"(?:\w+://)?(?:\[(?P<bracketed>[^\]]*)\]|(?P<plain>[^:]*))(?::(?P<port>\d+))?")

_NETWORK: Final = re.compile(r"\[([^\]]*)\](/\d+)?")


def proxy_for(origin: Origin) -> str | None:
    """Return the proxy that HTTP_PROXY, HTTPS_PROXY, ALL_PROXY or the system name for an origin, if any.

    NO_PROXY is read here, not by httpx, which makes no client if an entry looks unlike a host to it.
    """
    proxies = getproxies()
    proxy = proxies.get(origin.scheme) or proxies.get("all")
    if not proxy or _exempt(origin, proxies.get("no", "")):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def _exempt(origin: Origin, no_proxy: str) -> bool:
    """Tell whether NO_PROXY names an origin.

    Its entries are hosts, which stand for their subdomains too, addresses, networks such as 10.0.0.0/8, or
    "*", with a port if it is only that one. An entry that is none of these names nothing.
    """
    host = origin.host.lower().rstrip(".")
    address = _address(host)
    return any(_names(entry, host, address, origin.port) for entry in _SEPARATORS.split(no_proxy.lower()))


def _names(entry: str, host: str, address: IPv4Address | IPv6Address | None, port: int) -> bool:
    if entry == "*":
        return True
    if address is not None:
        with suppress(ValueError):
            if address in ip_network(_unbracketed(entry), strict=False):
                return True
    parts = _ENTRY.fullmatch(entry)
    if parts is None or parts["port"] not in (None, str(port)):
        return False
    name = (parts["bracketed"] or parts["plain"] or "").removeprefix("*").lstrip(".").rstrip(".")
    if address is not None:
        return _address(name) == address
    return bool(name) and (host == name or host.endswith(f".{name}"))


def _unbracketed(entry: str) -> str:
    """Return a network without the brackets that some write around its address."""
    parts = _NETWORK.fullmatch(entry)
    return entry if parts is None else parts[1] + (parts[2] or "")


def _address(host: str) -> IPv4Address | IPv6Address | None:
    """Read an address; one of IPv4 in IPv6's form is the former."""
    try:
        address = ip_address(host)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def unusable(error: Exception) -> ConfigurationError | None:
    """Turn what httpx raised instead of making a client into an error that names the variables set.

    None where no variable can be the reason.
    """
    if isinstance(error, OSError):
        return _tls(error)
    set_here = sorted(name for name, value in os.environ.items() if value and name.lower() in _PROXY)
    names = " or ".join(set_here) or "The proxy in the system's settings"
    if isinstance(error, ImportError):
        return ConfigurationError(
            f"{names} can't be used: a SOCKS proxy needs the package socksio, which is not installed.",
            remedy='pip install "httpx[socks]", or name a proxy that begins with http://, or unset it.',
        )
    return ConfigurationError(
        f"{names} can't be used: it holds an address that can't be read, or one of no HTTP or SOCKS proxy.",
        remedy="Write a proxy as http://127.0.0.1:3128, NO_PROXY as hosts with commas between, or unset it.",
    )


def _tls(error: OSError) -> ConfigurationError | None:
    logged = error.filename is not None and error.filename == os.environ.get(_KEY_LOG)
    name = _KEY_LOG if logged else next(filter(os.environ.get, _CERTIFICATES), None)
    if name is None:
        return None
    remedy = "Name a file that can be written" if logged else "Name certificates that can be read, as PEM"
    return ConfigurationError(
        f"{name} can't be used: {error.strerror or type(error).__name__}.", remedy=f"{remedy}, or unset it."
    )
