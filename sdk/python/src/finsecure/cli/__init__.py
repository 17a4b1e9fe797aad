"""The command `finsecure`: `main.py` has the table of its words, each a module that is loaded when it is said."""
