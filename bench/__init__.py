"""Figures and how they are made: side by side with the peers, one command a claim, a record of each.

registry ..... every claim: its id, words, bars, and the module that measures it
evidence ..... runs one claim or all, writes docs/evidence/ID.json and the table
record ....... what a record holds; `met` is computed from the bars, never typed
corpus ....... real photographs that packages ship (speed and accuracy only, never on a list)
peers ........ other people's tools in an environment of their own
cpu, memory .. meters over a whole tree of processes, from /proc
"""
