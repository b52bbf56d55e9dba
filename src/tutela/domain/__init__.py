"""Words everyone shares: pure values that import nothing of ours and touch no clock, disk or network."""
