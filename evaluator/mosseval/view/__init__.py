"""The local web app of `mosseval view`: pages over a folder of runs, for the one person who started it.

guard        who may ask: this machine's browser, from a page of this app, writing with its token
library      the runs of a folder, by name
tail         the new lines of a file that only grows, never followed out of its folder
sound        what a stranger's lines say, as the kinds of values that they must be
folder       a run's folder, read as it lies
followed     a run's folder as far as it was read
reading      what a run said at one time: its numbers by each judge, its samples' index
shelf        what runs say now: each is read once, then what is added
site         what every page is handed, and how it is rendered
figures      charts, drawn when they are first looked at
runs         the list of runs
run          the page of one run
samples/     the samples of a run: grid, list, one by one
compare/     runs side by side on one sample
annotate/    labelling by people, over `mosseval.annotations`
collect/     answers pasted by hand, over `mosseval.collection`
pictures     the pictures of samples, found as a report finds them, made small in another process
app          all of it as one Starlette application
server       the application on a loopback port
"""
