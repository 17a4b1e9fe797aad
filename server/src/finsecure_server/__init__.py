"""FinSecure: a self-hosted payments platform that resolves its own failures."""

__version__ = "0.1.0"
