"""The pictures of a benchmark as one Parquet file: read from its data folder alone, never from where a run points."""

from __future__ import annotations

import base64
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mosseval import benchmarks
from mosseval.errors import MissingExtra
from mosseval.export.run import ExportedRun
from mosseval.images import ImageInvalid, encode

BATCH = 16
FEATURES = {
    "sample_id": {"dtype": "string", "_type": "Value"},
    "number": {"dtype": "int64", "_type": "Value"},
    "image": {"_type": "Image"},
}
"""The columns as the `datasets` library writes them into a file."""


def write(run: ExportedRun, folder: Path, data: Path | None) -> Counter[str]:
    """Writes `pictures.parquet`: sample_id, number (from 0), image. Returns how many were not to be had, by why.

    Raises MissingExtra, DataError where the benchmark's data is not at hand.
    """
    try:
        import pyarrow  # type: ignore[import-untyped]
        from pyarrow.parquet import ParquetWriter  # type: ignore[import-untyped]
    except ImportError as error:
        raise MissingExtra("hf", "--images") from error
    picture = pyarrow.struct([("bytes", pyarrow.binary()), ("path", pyarrow.string())])
    schema = pyarrow.schema([("sample_id", pyarrow.string()), ("number", pyarrow.int64()), ("image", picture)])
    schema = schema.with_metadata({"huggingface": json.dumps({"info": {"features": FEATURES}})})
    told: Counter[str] = Counter()
    folder.mkdir()
    with ParquetWriter(folder / "pictures.parquet", schema) as table:
        batch: list[dict[str, Any]] = []
        for row in _pictures(run, data, told):
            batch.append(row)
            if len(batch) == BATCH:
                table.write_table(pyarrow.Table.from_pylist(batch, schema=schema))
                batch = []
        if batch:
            table.write_table(pyarrow.Table.from_pylist(batch, schema=schema))
    return told


def _pictures(run: ExportedRun, data: Path | None, told: Counter[str]) -> Iterator[dict[str, Any]]:
    dataset = benchmarks.get(run.manifest.config.benchmark).load(data)
    selected = set(run.manifest.selected)
    for sample in dataset.samples:
        for number, picture in enumerate(sample.pictures if sample.id in selected else ()):
            try:
                found = encode(picture.path, dataset.roots)
            except FileNotFoundError:
                told["pictures that are not in the data folder"] += 1
            except ImageInvalid:
                told["pictures that cannot be read as such"] += 1
            else:
                image = {"bytes": base64.b64decode(found.base64), "path": None}
                yield {"sample_id": sample.id, "number": number, "image": image}
