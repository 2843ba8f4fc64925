"""Which variables of the environment decide about proxies and TLS, for when httpx can't do as they say.

Imported only then. Their values are not shown: one of a proxy may hold a password.
"""

from __future__ import annotations

import os
from typing import Final

from futureagi_simulate.errors import ConfigurationError

__all__ = ["unusable"]

_PROXY: Final = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
_KEY_LOG: Final = "SSLKEYLOGFILE"
_CERTIFICATES: Final = ("SSL_CERT_FILE", "SSL_CERT_DIR")  # httpx takes the first that is set


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
