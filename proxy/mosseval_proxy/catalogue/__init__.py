"""Which models there are, where each is served, and what is known of it."""

from mosseval_proxy.catalogue.entries import Catalogue, Entry, ReplayNote, build, builtin, resolved

__all__ = ["Catalogue", "Entry", "ReplayNote", "build", "builtin", "resolved"]
