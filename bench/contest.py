"""Who runs against whom: the paths of cqlbulk, and for each the peers that do the same work."""

from __future__ import annotations

from dataclasses import dataclass, field

import contestants as names
from contestants import SCANNED_AT_ONCE, Contestants, Run
from datasets import READINGS


@dataclass(frozen=True)
class Contest:
    path: str  # as --only names it
    own: Run
    peers: list[Run] = field(default_factory=list)


def contests(who: Contestants) -> list[Contest]:
    return baseline(who) if who.table is READINGS else others(who)


def baseline(who: Contestants) -> list[Contest]:
    """Everybody, on the table whose floor is known."""
    floor_of_pages, dropped = who.floor(names.FLOOR_EXPORT, "export"), who.driver_scan()
    loads = [
        Contest(
            f"load-{order}",
            who.load(f"cqlbulk load, CSV {order}", who.input_csv(order)),
            [
                who.floor(f"floor, batches {by}", "load", str(who.input_csv(order)), size),
                *who.rust_load(order),
                *who.dsbulk_load(order),
                who.copy_from(f"cqlsh COPY FROM, {order}", who.input_csv(order)),
            ],
        )
        for order, by, size in (("clustered", "of one partition", "partition"), ("scattered", "of ten rows", "10"))
    ]
    clustered, scattered = loads
    return [
        Contest("start-version", who.version()),
        Contest("start-empty", who.count_of_nothing()),
        Contest(
            "count",
            who.count(),
            [who.floor(names.FLOOR_COUNT, "count"), *who.rust("count"), who.driver_count(), *who.dsbulk_count()],
        ),
        Contest(
            "export-csv",
            who.export_csv(),
            [
                floor_of_pages,
                who.arrow_alone("csv"),
                *who.rust("scan"),
                who.driver_csv(),
                dropped,
                *who.dsbulk_unload(),
                who.copy_to(),
            ],
        ),
        Contest("export-parquet", who.export_parquet(), [floor_of_pages, who.arrow_alone("parquet"), *who.rust("scan"), dropped]),
        *loads,
        Contest(
            "load-grouped",
            who.load(names.LOAD_GROUPED, who.input_csv("scattered"), "--group-window", "500MiB"),
            [clustered.own, scattered.own, clustered.peers[0]],
        ),
        Contest("load-parquet", who.load(names.LOAD_PARQUET, who.parquet_file), [clustered.peers[0]]),
    ]


def others(who: Contestants) -> list[Contest]:
    """The peers that take any table. Each tool loads the file that it exported; the slow ones take part once."""
    return [
        Contest("count", who.count(), [who.driver_count()]),
        Contest("export-csv", who.export_csv(), [who.driver_scan(), *who.dsbulk_unload(most_samples=1), who.copy_to(most_samples=1)]),
        Contest("export-parquet", who.export_parquet(), [who.driver_scan()]),
        Contest(
            "load",
            who.load(names.LOAD_CSV, who.exported_csv),
            [who.copy_from(names.COPY_FROM, who.exported_by_cqlsh, most_samples=1)],
        ),
    ]


def beside_others(who: Contestants, order: str) -> list[Run]:
    """Bulk work to run beside a foreground: cqlbulk by preset, and what people do without it, at the settings they find."""
    source = who.input_csv(order)
    presets = ("conservative", "balanced")
    return [
        *(who.export(f"cqlbulk export, {preset}", who.file("beside.csv"), "--preset", preset) for preset in presets),
        who.copy_to(),
        who.driver_scan(f"Python driver, {SCANNED_AT_ONCE}-way scan", str(SCANNED_AT_ONCE)),
        *(who.load(f"cqlbulk load, {preset}", source, "--preset", preset) for preset in presets),
        who.copy_from(f"cqlsh COPY FROM, {order}", source),
    ]
