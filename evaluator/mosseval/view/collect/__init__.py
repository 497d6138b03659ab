"""Collecting the answers of a model that has no API: one sample after the other, pasted by hand.

routes       the pages and what they write
work         what a page shows of the sample at hand
shelf        the collections of a folder, by name
pictures     the very file for whoever hands it to the site, and a small one for the page
"""
