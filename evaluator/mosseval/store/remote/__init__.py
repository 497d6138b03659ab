"""A run in an object store: closed segments, each written once, and a lease for each shard (docs/object-store.md)."""
