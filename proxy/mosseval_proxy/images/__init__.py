"""Pictures in requests: every one arrives as its model takes it, or is refused by number with the reason.

`prepare` is the way in. What a picture is comes from its bytes (`sniff`, `structure`), what a model takes from a
table (`rules`). Pixels are decoded in processes of their own (`worker`, started by `pool`), which never see a key.
This file imports nothing, so that those processes start fast.
"""
