"""``./run faults``: what must hold when things break, proved by breaking them.

Each module below is one fault of the plan: it makes an installation, breaks something about it many times, and says
what did not hold. ``breaking`` takes a safeguard out, so that the harness itself is seen to turn red.
"""
