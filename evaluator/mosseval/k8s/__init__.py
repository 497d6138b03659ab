"""A run as an Indexed Job: what it looks like, and what a cluster says of it. Only `cluster` speaks to one."""
