"""The samples of a run: as a grid and a list, filtered by what the URL says, and one by one.

routes       the pages
view         what a URL asks for
index        what is known of every answer, for filters and words
sets         which samples fit
ended        how they ended
answers      one sample with every repeat, judge and record
links        where a sample's pages are
"""
