"""Assessment: a baseline of the threat, and the effect of what is done about it. Pure; nothing is imported eagerly.

No clock, database, network or file is in here, and no random number that does not come from a seed given by the
caller. Import the module that is needed: SciPy is large, and who only takes reports in should not wait for it.

What is known, and what it is not
- `registry` definitions and observations with their sources (`catalogue`, `indicators`, `imports`, `rules`, `releases`)
- `charts` what may be drawn, as values; `rendering` the drawings; `edition` whole reports from data

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
"""
