"""Assessment: a baseline of the threat, and the effect of what is done about it. Pure; nothing is imported eagerly.

No clock, database, network or file is in here save the tables that ship in `data`, and no random number that does not
come from a seed given by the caller. Import the module that is needed: SciPy is large, and who only takes reports in
should not wait for it.

What is counted
- `indicators` the record; `spans`, `units` when and in what; `catalogue` which there are; `registry` and what was seen
- `rows`, `imports` how figures come in, all or none; `releases` frozen, corrected, compared; `rules` how they are shown

What it costs
- `harm` the tree and published methods; `money` over time and between places; `cost` scenarios, as ranges

What is done
- `capability` the Model National Response; `actions` the tracker; `duties` of industry; `instruments` of law
- `cards` what was tried; `evidence` options under uncertainty; `emerging` what may come
- `backlog` whether people keep up
- `index` a composite, off by default; `tables` what ships beside the code

Measurements as they are
- `series` one dated, unit-carrying series with its breaks; `panel` the same of many units
- `detection` what a count is not: growth taken apart, named adjustments with their assumptions

Impact of interventions
- `structural` one fit for all series that wander; `interrupted` a change at an event, with pretended dates
- `synthetic`, `did`, `sdid`, `staggered` the same with comparators, with pretended units
- `placebo` ranks among pretences; `minimum` what is too little; `verdict` the answer in words
- `prompts` dates that a person should look at

Not yet, and not ever, reported
- `nowcast` reports that are still on their way; `populations` people on no list

How it is shown
- `charts` what may be drawn, as values; `rendering` the drawings; `edition` whole reports from data
- `study_files`, `scenario_files`, `profile_files`, `correction_files` what the command line reads
"""
