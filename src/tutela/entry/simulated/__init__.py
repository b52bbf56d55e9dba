"""Stand-ins for others, faithful enough to rehearse with: they keep nothing, and no report to them reaches anybody."""
