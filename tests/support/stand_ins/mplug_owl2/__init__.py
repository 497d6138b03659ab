"""A stand-in for the package mplug_owl2: the names that the adapter takes from it, over a tiny LLaMA.

It shows that the adapter speaks to such a package as its published quick start does; it shows nothing of that model.
"""
