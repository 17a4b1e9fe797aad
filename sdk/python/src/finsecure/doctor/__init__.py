"""`finsecure doctor`: what is wrong between you and FinSecure, whose side it is on, and the line that mends it.

`catalogue` names the checks, `checks/` makes them, `runner` runs them side by side, `report` prints what was found.
`wire` is the only way out; whoever tests a fault hands it another `Net`.
"""
