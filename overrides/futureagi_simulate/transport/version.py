"""The version of this distribution, as it is sent in `User-Agent`."""

__all__ = ["VERSION"]

VERSION = "0.1.0"
