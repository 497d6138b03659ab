"""Runs side by side on one sample, and only what differs.

routes       the page
runs         the runs that are compared, and the paired figures of them
sample       the sample in every run
facts        what was asked of whom, and where the runs differ in that
words        the words in which two answers differ
"""
