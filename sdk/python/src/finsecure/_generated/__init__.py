"""What the contract says, as Python.

Written by `python -m codegen` from contract/openapi.json. Change that, not this.
"""
# fmt: off
