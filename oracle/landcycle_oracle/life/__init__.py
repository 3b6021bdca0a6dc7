"""The life of a case: its stages, what is open on it, the acts, and why an act is refused.

A case is a list of events; everything else is worked out from the facts that they give.
"""
