"""What every page of ours shares: the look, text made safe, the content security policy, thumbnails and figures.

Used by `report`, and meant for the local app, the leaderboard and the documentation. Knows nothing of runs: texts,
bytes and numbers in, markup and files out. Needs the extra `report`.

    text          any string as text that is shown and never obeyed; answers with the deciding span marked
    policy        the strict content security policy of a page, by the hashes of what stands in it
    page          templates with autoescape, and a page put together with its policy
    thumbnails    hostile pictures made small in a process of their own
    figures/      charts by matplotlib, as SVG inside a page and as files for print
    assets/       look.css (tokens for light and dark, tables, badges, cards) and theme.js (the switch)
"""
