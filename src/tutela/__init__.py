"""Tutela: the open software of a national response to online child sexual exploitation and abuse.

`domain` holds the words everyone shares, `engine` computes, `entry` puts the two together.
"""

__version__ = "0.1.0"
