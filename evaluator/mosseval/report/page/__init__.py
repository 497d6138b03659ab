"""The report of `mosseval report`: one page that stands alone, its figures as files, its tables for a paper.

source       a run with its state and its summary; what its answers say
samples      which samples are shown, with pictures and every run's answer
causes       why there is no answer, or none that counts
provenance   what was asked of whom, and what came of it
charts       the figures
parts        everything about the runs of one benchmark
environment  what templates find beside their values
document     the page, within its bound of bytes
"""
