"""The version of this package; sent in `User-Agent: FinSecure-Python/<version>`."""

__version__ = "0.1.0"
