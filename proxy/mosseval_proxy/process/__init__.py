"""The gateway as a process, or several: starting, serving, ending."""
