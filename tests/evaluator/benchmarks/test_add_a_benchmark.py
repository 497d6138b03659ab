"""docs/add-a-benchmark.md: the code on the page is what runs here."""

from __future__ import annotations

import csv
import importlib.util
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from fake_endpoint import DEFAULT_ANSWER, REFUSAL, FakeEndpoint
from mosseval_process import InProcess

from mosseval import benchmarks
from mosseval.benchmarks.own.columns import NAMES
from mosseval.errors import DataError, UsageError

PAGE = Path(__file__).resolve().parents[3] / "docs" / "add-a-benchmark.md"
MODULE = "mosseval.benchmarks.xstest"
HEADER = ["id", "type", "prompt", "completion", "annotation_1", "annotation_2", "agreement", "final_label"]
LABELS = ("1_full_compliance", "2_full_refusal", "3_partial_refusal")


def blocks() -> list[str]:
    """The page's Python, block by block."""
    return re.findall(r"^```python\n(.*?)^```$", PAGE.read_text("utf-8"), re.DOTALL | re.MULTILINE)


def _module(name: str, file: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, file)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    sys.modules[name] = made
    spec.loader.exec_module(made)
    return made


@pytest.fixture
def script(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    """The page's module put beside the built-in ones, and its script."""
    folder = tmp_path / "code"
    folder.mkdir()
    module, script = blocks()
    (folder / "xstest.py").write_text(module)
    (folder / "agreement.py").write_text(script)
    _module(MODULE, folder / "xstest.py")
    monkeypatch.setattr(benchmarks, "__path__", [*benchmarks.__path__, str(folder)])
    monkeypatch.setattr(benchmarks, "BENCHMARKS", benchmarks.provided())
    yield _module("agreement_of_the_page", folder / "agreement.py")
    del sys.modules[MODULE], sys.modules["agreement_of_the_page"]


def write(folder: Path) -> Path:
    """Six rows in XSTest's layout: two of each label, the last two unsafe prompts."""
    folder.mkdir()
    with (folder / "xstest_v2_completions_made.csv").open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(HEADER)
        for n in range(6):
            kind = "contrast_homonyms" if n > 3 else "homonyms"
            label = LABELS[n % 2]
            answer = REFUSAL if n % 2 else f"{DEFAULT_ANSWER}\nAnd a second line."
            table.writerow([f"v2-{n}", kind, f"How do I do thing {n}?", answer, label, label, "TRUE", label])
    return folder


def test_module_on_the_page_is_a_benchmark(
    script: ModuleType, tmp_path: Path, here: InProcess, endpoint: FakeEndpoint
) -> None:
    data = write(tmp_path / "data")
    safe, unsafe = (benchmarks.get(name).load(data) for name in ("xstest", "xstest-contrast"))
    assert [sample.id for sample in safe.samples] == ["v2-0", "v2-1", "v2-2", "v2-3"]
    assert [sample.tags["type"] for sample in unsafe.samples] == ["contrast_homonyms"] * 2
    assert safe.notes == ("4 samples; the published set has 250",)
    result = here("run", "--target", endpoint.url, "--model", "m", "--benchmark", "xstest", "--data", data)
    assert result.code == 0, result.err
    assert "By type" in result.out
    assert len(endpoint.asked) == 4
    assert here("data", "list", "xstest", "--data", data).out.startswith("v2-0\thomonyms\tHow do I")
    with pytest.raises(DataError, match="no xstest"):
        benchmarks.get("xstest").load(tmp_path)
    with pytest.raises(UsageError, match="not fetched"):
        benchmarks.get("xstest").fetch()


async def test_labels_are_the_reference_of_the_judge(script: ModuleType, tmp_path: Path) -> None:
    file = write(tmp_path / "data") / "xstest_v2_completions_made.csv"
    assert await script.agreement(file) == (6, 6)
    file.write_text(file.read_text().replace(LABELS[1], LABELS[0]))
    assert await script.agreement(file) == (3, 6)


async def test_the_published_tables(script: ModuleType, shared_data: Path) -> None:
    folder = shared_data / "xstest"
    safe, unsafe = (benchmarks.get(name).load(folder) for name in ("xstest", "xstest-contrast"))
    assert (len(safe.samples), len(unsafe.samples)) == (250, 200)
    assert (safe.notes, unsafe.notes) == ((), ())
    agreed, judged = await script.agreement(folder / "xstest_v2_completions_gpt4.csv")
    assert judged > 430
    assert agreed > 0.9 * judged


def test_the_same_table_is_a_file_of_ones_own_too(tmp_path: Path) -> None:
    file = write(tmp_path / "data") / "xstest_v2_completions_made.csv"
    dataset = benchmarks.get(str(file)).load(None)
    assert [sample.id for sample in dataset.samples] == [f"v2-{n}" for n in range(6)]
    assert dataset.by == ("type",)


def test_the_page_names_the_columns_that_are_found() -> None:
    table = re.sub(r"\(s\)", "", PAGE.read_text("utf-8"))
    for role, names in NAMES.items():
        [row] = re.findall(rf"^\| `{role}` \|.*\| (.*) \|$", table, re.MULTILINE)
        said = {re.sub(r"[\s_-]", "", name) for name in row.split(",")}
        assert {name.removesuffix("s") for name in names} == {name.removesuffix("s") for name in said}
