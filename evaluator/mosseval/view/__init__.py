"""The local web app of `mosseval view`: pages over a folder of runs, for the one person who started it.

guard        who may ask: this machine's browser, from a page of this app, writing with its token
library      the runs of a folder, by name
shelf        what runs say now, read again when their files change
site         what every page is handed, and how it is rendered
runs         the list of runs
app          all of it as one Starlette application
server       the application on a loopback port
"""
