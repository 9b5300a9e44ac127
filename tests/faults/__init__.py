"""``./run faults``: break things to prove what must hold when they break.

Each module is one fault of the plan. It makes an installation, breaks something in it many times, and reports what did
not hold. ``breaking`` removes a safeguard to show that the harness itself turns red.
"""
