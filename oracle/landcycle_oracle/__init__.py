"""A second evaluator of landcycle's rules, written from the legal texts alone.

It shares no code, no rule files and no parameters with the engine, so that a
mistake in one of the two shows as a difference.
"""
