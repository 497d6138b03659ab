"""Labelling by people in the browser: blind, by keys, stored before the page says so.

routes       the pages and what they write
pages        what a page shows
desks        the runs that are labelled together, found by a code that tells nothing
pictures     their pictures, by number
"""
