"""What people say of a run's answers: labels as they are given, who gave them, and how far people agree.

Labels lie in journals, one file a rater, append-only JSON lines (docs/annotate.md describes a line). `labels` reads
them like any other file of labels; the terminal and the pages write them. Knows nothing of screens or pages.

    choices     what can be said of an answer, by its benchmark's task, and the guide to it
    acts        one line of a journal: a label, a note, an undo
    book        what lines come to: the act that stands for each rater and answer
    shelf       a folder of journals: read as they grow, appended to under a lock
    places      where a run's journals lie, and under which names
    items       the answers to be labelled, blind, in a stable shuffled order
    desk        one or several runs with their journals: progress, labels, disagreements
    concord     how far raters agree
"""
