"""The help center's own reading and searching, copied from the server."""
