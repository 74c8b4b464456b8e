"""What can be got back: findings beyond caching, the ledger that takes all of them in sequence, and what-ifs.

``ledger.review`` makes the ledger, ``whatif.what_if`` the bill under other settings; both price with the engine that
priced the calls.
"""
