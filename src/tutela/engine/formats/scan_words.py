"""What the words of a scan report mean to a person, one plain sentence each. Complete: a test holds it to the enums."""

from __future__ import annotations

from typing import Final

from tutela.domain.media import Reason, Verdict
from tutela.domain.scan import RowNote

VERDICTS: Final = {
    Verdict.HASHED: "Every fingerprint that its type allows was made.",
    Verdict.DIGESTED: "Digests were made; it is no picture, video or archive.",
    Verdict.PARTIAL: "Part of it was examined; the reason says what stopped the rest.",
    Verdict.UNDECODABLE: "Digests were made; no picture could be decoded from it.",
    Verdict.REFUSED: "Digests were made; a limit forbade decoding it.",
    Verdict.UNREAD: "It was not read, or not to its end.",
}

REASONS: Final = {
    Reason.NONE: "",
    Reason.TOO_MANY_PIXELS: "It claims more pixels than the limit.",
    Reason.TOO_MANY_SCANS: "A progressive JPEG with more scans than the limit, which can take hours.",
    Reason.TOO_MANY_FRAMES: "More frames than the limit; those up to it were examined.",
    Reason.TOO_MANY_MEMBERS: "An archive with more files than the limit; those up to it were examined.",
    Reason.NESTED_TOO_DEEP: "Archives inside archives, or folders inside folders, beyond the limit.",
    Reason.EXPANDS_TOO_MUCH: "An archive that grows beyond the limit when it is opened.",
    Reason.TOO_LARGE: "Larger than the limit for its kind.",
    Reason.TOO_SMALL: "A picture too small to tell it from another.",
    Reason.OUT_OF_TIME: "Examining it took longer than allowed.",
    Reason.OUT_OF_MEMORY: "Examining it took more memory than allowed.",
    Reason.TRUNCATED: "It ends before its content does.",
    Reason.CORRUPT: "Its content is damaged.",
    Reason.ENCRYPTED: "Its content is encrypted.",
    Reason.UNSUPPORTED: "A variant of its format that is not decoded.",
    Reason.DECODER_DIED: "Its decoder ended abruptly, inside the sandbox. Treat the file with care.",
    Reason.DECODER_MISBEHAVED: "Its decoder broke the protocol and was ended. Treat the file with care.",
    Reason.PERMISSION: "The file system did not allow reading it. Run as somebody who may.",
    Reason.VANISHED: "It was listed, and gone before it could be opened.",
    Reason.INPUT_OUTPUT: "The disk or file system failed while reading it.",
    Reason.CHANGED_WHILE_READ: "Somebody wrote to it while it was read, twice. Scan a copy that stays still.",
    Reason.SYMLINK: "A symbolic link. Links are never followed; what they point to is scanned if it lies inside.",
    Reason.NOT_REGULAR: "A socket, pipe or device: it has no content to examine.",
    Reason.OWN_REPORT: "The report of this scan itself.",
}

NOTES: Final = {
    RowNote.ACCESS_TIME_UNPROTECTED: "Opened without protection of its access time, because somebody else owns it.",
    RowNote.ACCESS_TIME_CHANGED: "Reading it changed its access time. Scan read-only mounted evidence, or as root.",
    RowNote.FOLDER_ACCESS_TIME_CHANGED: "Listing its folder changed the folder's access time.",
    RowNote.READ_TWICE: "It changed while it was read, and was read again.",
}
