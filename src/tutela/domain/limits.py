"""Every limit of the product, named with its unit. Limits reach the engine as these frozen values, never as settings.

A default that binds says in its comment why it is what it is. Bounds inside one parser, which no operator would change
(how many chunks a PNG may have before it is absurd), stand beside that parser.
"""

from __future__ import annotations

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class DecodeLimits:
    """What one examination in the sandbox may take. Checked on headers first, enforced by the kernel after."""

    pixels_max: int = 120_000_000  # the largest phone sensors give 108 and 200 MP; RGB of this fits the address space
    side_px_max: int = 65_500  # JPEG's own limit
    jpeg_scans_max: int = 100  # ordinary progressive files have 10 or so; time grows with each
    jpeg_scans_always: int = 14  # what common encoders write for a colour picture, with some to spare
    jpeg_pixel_scans_max: int = 1_000_000_000  # pixels times scans beyond those: about a second of decoding
    frames_max: int = 1_000  # animation frames that are hashed; the rest are reported, not hashed
    video_frames_max: int = 20_000  # frame hashes that one video may give
    archive_members_max: int = 20_000
    archive_depth_max: int = 3
    archive_ratio_max: int = 200  # expanded bytes for each stored byte; ordinary text reaches 20
    archive_total_bytes_max: int = 16 * 1024 * MIB
    member_bytes_max: int = 256 * MIB  # a member is held in memory while it is decoded; digests have no such limit
    address_space_bytes_max: int = 1024 * MIB
    wall_s_max: float = 10.0
    wall_s_max_per_mib: float = 0.5  # added for video and archives from 4 MiB on: real bytes, never claimed ones
    files_per_worker_max: int = 2_000  # then the worker is replaced

    def wall_s(self, size_bytes: int) -> float:
        """Seconds that a video or archive of this size may take."""
        return self.wall_s_max + max(0.0, size_bytes / MIB - 4.0) * self.wall_s_max_per_mib


@dataclass(frozen=True, slots=True)
class ScanLimits:
    """What one scan may take."""

    file_bytes_max: int = 256 * 1024 * MIB  # reading more takes hours: reported, not read
    path_bytes_max: int = 4096
    directory_depth_max: int = 256


@dataclass(frozen=True, slots=True)
class ImportLimits:
    """What one imported list file may hold."""

    line_bytes_max: int = 16 * MIB
    entries_max: int = 200_000_000
    field_bytes_max: int = 64 * 1024
    label_chars_max: int = 1024  # of an id, classification or source: longer is a misplaced column, not a label
    frames_max: int = 100_000  # of one video entry: a day at one frame a second
    rejected_rows_kept_max: int = 10_000  # all are counted; this many are kept with line and reason


@dataclass(frozen=True, slots=True)
class MatchLimits:
    """What matching one file may give and take."""

    hits_max: int = 256  # the best are reported, the rest are counted: nobody reads more for one file
    pairs_max: int = 32_000_000  # pairs held at once, ten bytes each, should every frame match every entry


@dataclass(frozen=True, slots=True)
class GatewayLimits:
    """What the matching gateway takes on. Each of its processes counts by itself where the name does not say else."""

    ask_bytes_max: int = 1024  # one value with its ground has 150
    ask_many_bytes_max: int = MIB
    batch_values_max: int = 5_000  # a tenth of a second of one core
    batch_values_a_token: int = 100  # of a key's rate: by what is asked, not by how it is wrapped up
    upload_bytes_max: int = 64 * MIB
    body_wait_s_max: float = 20.0  # until a body has come whole: who sends slower holds memory for nothing
    requests_in_flight_max: int = 512
    bytes_in_flight_max: int = 256 * MIB  # of bodies that are being received or looked at
    batches_waiting_max: int = 32
    uploads_waiting_max: int = 8
    probing_variants_max: int = 64  # different near variants of one known picture, by one key
    probing_window_s: int = 3_600
    probing_pause_s: int = 60  # between two more of them


@dataclass(frozen=True, slots=True)
class RetroLimits:
    """What retro-matching remembers, and for how long. The first two are settings."""

    days: int = 7  # as short as serves lists that come daily or weekly
    bytes_max: int = 1024 * MIB  # ten million values
    days_max: int = 90
    segment_bytes_max: int = 32 * MIB
    segment_s_max: int = 3_600  # what one process asks in an hour is forgotten at once
    waiting_rows_max: int = 65_536  # in memory of one process, until they are written
    reference_chars_max: int = 40  # a UUID has 36
    join_rows_max: int = 262_144  # read at once: 25 MB
    finds_bytes_max: int = 256 * MIB  # then joining waits
    find_number_max: int = 999_999_999_999  # of one key: twelve digits
    finds_page_max: int = 1_000


@dataclass(frozen=True, slots=True)
class CaseLimits:
    """How large a case grows by itself. What goes round among very many would gather everything in one."""

    reports_max: int = 1_000  # with a whole batch more it can still be taken apart in one transaction


@dataclass(frozen=True, slots=True)
class StudyLimits:
    """What one study may take: bounds of work, far above what is published of any country."""

    periods_max: int = 600  # fifty years of months; a fit grows with the cube
    units_max: int = 250  # more than there are countries; each is a pretence of its own
    delays_max: int = 120
    population_lists_max: int = 5  # all 1,024 models of five lists are tried; six would be 32,768
    resamples_max: int = 10_000


@dataclass(frozen=True, slots=True)
class AssessmentLimits:
    """What an import of figures may hold, and from how many on figures about people are shown."""

    package_bytes_max: int = 64 * MIB  # all files of one import together
    rows_max: int = 500_000  # of one file; the largest public series by country and year have thousands
    field_chars_max: int = 2_000
    refused_rows_kept_max: int = 10_000  # all are counted; this many are kept with line and reason
    people_shown_min: int = 5  # fewer people than this in a place can be somebody
    countries_pooled_min: int = 5  # an aggregate of fewer tells what one of them said in confidence
    half_year_reports_compared_min: int = 50  # NCMEC computes no change below it
