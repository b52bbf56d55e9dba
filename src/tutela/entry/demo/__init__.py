"""`make demo`: harmless pictures, a third of them called known, altered copies, one scan, and what came of it.

    draw ..... pictures and clips of shapes, by seed
    alter .... what people do to copies
    encode ... arrays to files; the one place outside the sandbox that touches media libraries, and it only encodes
    plan ..... which copies go where: the ground truth
    score .... the report held against that truth

Everything is drawn by this code. Nothing in it is, shows or stands for abuse; "known" means "on the demo's list".
"""
