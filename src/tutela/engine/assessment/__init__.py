"""The assessment: what is counted, what that says, what it costs and what a country can do. Pure computing."""
