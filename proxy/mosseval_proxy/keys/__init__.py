"""The gateway's own keys: who may ask what, and how much."""
