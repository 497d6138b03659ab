"""Charts by matplotlib, drawn once: as SVG that a page's policy takes, and as PNG, SVG and PDF files for print.

`chart` holds the frame and the palette, `forest` rates with intervals, `parts` shares of a whole, `scatter` one rate
against another, `inline` makes matplotlib's SVG part of a page.
"""
