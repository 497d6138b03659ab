"""Runs in the forms that others read: see `commands.export` for what each is for."""
