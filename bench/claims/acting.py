"""Issue G: reports to authorities, and notices to whoever can act, until it is gone."""

from __future__ import annotations

from typing import Final

from bench.claim import Claim, FigureSpec, at_least, at_most

CLAIMS: Final = (
    Claim(
        "G2",
        "What goes out is what the wire takes, and never more",
        "Reports in XARF v4 validate against the official schema, read back as they were, and the official samples are "
        "read; no document with a picture, a sample or another digest passes the guard. CyberTipline XML passes its "
        "structural rules for every incident type and reads back, and a document with one fault is refused. Every "
        "deprecated word of the wire stays in its adapter.",
        "bench.g2_wire",
        (
            FigureSpec("XARF reports written", "reports", at_least(10_000)),
            FigureSpec("that the official schema does not take", "reports", at_most(0)),
            FigureSpec("that a second validator, strict about formats, does not take", "reports", at_most(0)),
            FigureSpec("that do not read back as they were, as JSON or as mail", "reports", at_most(0)),
            FigureSpec("official samples and examples of both types", "samples", at_least(2)),
            FigureSpec("of these, not read", "samples", at_most(0)),
            FigureSpec("values of these that are neither read nor kept", "values", at_most(0)),
            FigureSpec("documents with what must never leave", "documents", at_least(1000)),
            FigureSpec("that the official schema takes", "documents"),
            FigureSpec("that the guard lets pass", "documents", at_most(0)),
            FigureSpec("incident types of the CyberTipline", "types", at_least(8)),
            FigureSpec("XML documents written", "documents", at_least(10_000)),
            FigureSpec("that break a structural rule or the schema that is given", "documents", at_most(0)),
            FigureSpec("that do not read back as they were", "documents", at_most(0)),
            FigureSpec("XML documents with one fault", "documents", at_least(1000)),
            FigureSpec("that are let pass", "documents", at_most(0)),
            FigureSpec("files that are linted", "files"),
            FigureSpec("deprecated words outside of their adapter", "words", at_most(0)),
            FigureSpec("CPU of a XARF report: written, guarded, read back", "ms"),
            FigureSpec("CPU of an XML document: written, checked, read back", "ms"),
        ),
    ),
)
