"""The static site of `mosseval leaderboard`: runs beside the published figures, their samples, the data, the method.

ranks        which ranks each run may have, by paired tests
board        the runs of each benchmark with all that a line of a table says
strip        a rate with its interval as a small drawing
table        tables that a reader sorts
cards        a sample with every run's answer, as data
albums       where their pictures are
explorer     the samples of a benchmark: an index, and shards that a page loads when they are needed
documents    the JSON files behind the pages
pages        the pages
site         everything in one folder
folder       a folder that is written whole, and only over one of our own
"""
