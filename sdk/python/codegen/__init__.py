"""Writes `src/finsecure/_generated` from the contract: `python -m codegen` in sdk/python; `--check` only compares."""
