"""Files of rows that people hand in, read as hostile: every fault is named with its place."""
