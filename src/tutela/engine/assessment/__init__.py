"""Assessment: a baseline of the threat, and the effect of what is done about it. Pure; nothing is imported eagerly.

No clock, database, network or file is in here save the tables that ship in `data`, and no random number that does not
come from a seed given by the caller.

What is counted
- `indicators` the record; `spans`, `units` when and in what; `catalogue` which there are; `registry` and what was seen
- `rows`, `imports` how figures come in, all or none; `releases` frozen, corrected, compared; `rules` how they are shown

What it costs
- `harm` the tree and published methods; `money` over time and between places; `cost` scenarios, as ranges

What is done
- `capability` the Model National Response; `actions` the tracker; `duties` of industry; `instruments` of law
- `evidence` what was tried; `emerging` what may come; `backlog` whether people keep up
- `index` a composite, off by default; `tables` what ships beside the code
"""
