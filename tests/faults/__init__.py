"""``./run faults``: break things to show what still holds when they break.

Each module is one fault of the plan. It makes an installation, breaks something in it many times, and reports what did
not hold. ``breaking`` removes a safeguard to show that the faults would notice it.
"""
