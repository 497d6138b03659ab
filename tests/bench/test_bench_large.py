"""The benchmark of merge and summary, in its smallest size: the real commands run, and what they count is compared."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def test_table_names_the_size_and_what_both_commands_took(tmp_path: Path) -> None:
    kept = tmp_path / "figures.json"
    command = [sys.executable, str(ROOT / "bench" / "large.py"), "--size", "200/3/2", "--folder", str(tmp_path)]
    ran = subprocess.run([*command, "--json", str(kept)], capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stderr
    [outcome] = json.loads(kept.read_bytes())["outcomes"]
    assert "| 600 (200 × 3, 2) |" in ran.stdout
    for usage in (outcome["merge"], outcome["summary"]):
        assert f"{usage['peak_mib']:.0f} MiB" in ran.stdout
    assert [path.name for path in tmp_path.iterdir()] == [kept.name]


def test_wrong_counts_end_the_benchmark(tmp_path: Path) -> None:
    code = (
        "import large, synthetic, pathlib, sys\n"
        "written = synthetic.write\n"
        "def less(folder, size):\n"
        "    found = written(folder, size)\n"
        "    (found.folders[0] / 'judgements-rules-0.jsonl').write_bytes(b'')\n"
        "    return found\n"
        "large.write = less\n"
        "large.measure(synthetic.Size(20, 1, 1), pathlib.Path(sys.argv[1]))\n"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], cwd=ROOT / "bench", capture_output=True, text=True, timeout=120
    )
    assert ran.returncode != 0
    assert "were written" in ran.stderr
