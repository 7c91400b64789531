"""A kept start is what was written for just this district, seed, scale and code; all else is made again."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from model_runs import demo
from sanfang.model import code_version
from sanfang.model.code_folder import CodeFolder
from sanfang.model.model import DistrictModel
from sanfang.model.start import snapshots, steady
from sanfang.model.start.form import fits
from sanfang.run.prepare import is_ready

KEY, OTHER = 32 * "a", 32 * "b"
ARRAYS = {"world.budget": np.arange(3.0), "start.steady": np.array(True)}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SANFANG_CACHE", str(tmp_path))
    monkeypatch.setattr(snapshots, "FOLDER", CodeFolder("starts"))
    monkeypatch.setattr(steady, "_latest", {})
    return tmp_path / "starts"


def refuse(mark: Callable[[], None]) -> Any:
    raise AssertionError("it is there, and need not be made")


def test_a_start_comes_back_as_it_was_kept(folder: Path) -> None:
    snapshots.keep(KEY, ARRAYS)
    found = snapshots.kept(KEY, refuse)
    assert found.keys() == ARRAYS.keys() and (found["world.budget"] == ARRAYS["world.budget"]).all()


# --- Files that are something else ----------------------------------------------------------------------------


def of_another(_: bytes) -> bytes:
    return snapshots._packed(OTHER, ARRAYS)


def without_key(_: bytes) -> bytes:
    return packed(ARRAYS)


def packed(arrays: dict[str, np.ndarray], save: Callable[..., None] = np.savez) -> bytes:
    file = io.BytesIO()
    save(file, **arrays)
    return file.getvalue()


def blown_up(_: bytes) -> bytes:
    """A kilobyte that unpacks to ten megabytes."""
    return packed({"key": np.array(KEY), "zeros": np.zeros(10_000_000, np.int8)}, np.savez_compressed)


def objects(_: bytes) -> bytes:
    return packed({"key": np.array(KEY), "x": np.array([{}])})


def no_array(content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("key.npy", b"not an array")
    return file.getvalue()


def with_byte(content: bytes, offset: int, value: int) -> bytes:
    """A byte of each entry in the archive's own list changed."""
    changed, place = bytearray(content), -1
    while (place := content.find(b"PK\x01\x02", place + 1)) >= 0:
        changed[place + offset] = value
    return bytes(changed)


def locked_with_a_password(content: bytes) -> bytes:
    return with_byte(content, 8, 1)


def packed_in_an_unknown_way(content: bytes) -> bytes:
    return with_byte(content, 10, 99)


@pytest.mark.parametrize(
    "make",
    [
        *(of_another, without_key, blown_up, objects, no_array, locked_with_a_password, packed_in_an_unknown_way),
        *(lambda _: b"", lambda _: b"PK"),
    ],
)
def test_a_file_with_a_right_digest_that_is_no_such_start_is_as_good_as_none(
    make: Callable[[bytes], bytes], folder: Path
) -> None:
    snapshots.FOLDER.write(f"{KEY}.start", make(snapshots._packed(KEY, ARRAYS)))
    assert snapshots.FOLDER.read(f"{KEY}.start") is not None, "the digest is right"
    assert snapshots.read(KEY) is None
    assert snapshots.kept(KEY, lambda mark: ARRAYS) is ARRAYS
    assert snapshots.read(KEY) is not None, "and it has been written anew"


def test_what_is_no_file_is_not_read(folder: Path) -> None:
    folder.mkdir()
    os.mkfifo(folder / f"{KEY}.start")
    (folder / f"{OTHER}.start").mkdir()
    assert snapshots.read(KEY) is snapshots.read(OTHER) is None


def changed(arrays: dict[str, np.ndarray], how: str) -> dict[str, np.ndarray]:
    skill, daily = arrays["world.skill"].copy(), arrays["daily.year_before"]
    if how == "a number is missing":
        skill[0, 0] = np.nan
        return arrays | {"world.skill": skill}
    if how == "an array is missing":
        return {name: array for name, array in arrays.items() if name != "engine.events"}
    of_another_form = {
        "more workers": {"world.skill": np.concatenate([skill, skill])},
        "another type": {"world.budget": arrays["world.budget"].astype(np.float32)},
        "a table for a list": {"engine.free_jobs": arrays["engine.free_jobs"].reshape(-1, 1)},
        "half a year": {"daily.year_before": daily[:100]},
        "no series": {"daily.year_before": np.zeros(366)},
    }
    return arrays | of_another_form[how]


@pytest.fixture(scope="module")
def small() -> tuple[Any, dict[str, np.ndarray]]:
    scenario = demo(**{"run.start": "steady"})
    return scenario, steady.steady_start(scenario, 1, 0.1)


HOWS = (
    *("a number is missing", "an array is missing", "more workers", "another type", "a table for a list"),
    *("half a year", "no series"),
)


@pytest.mark.parametrize("how", HOWS)
def test_arrays_of_another_form_are_no_start_of_a_district(how: str, small: tuple[Any, Any]) -> None:
    scenario, arrays = small
    model = DistrictModel(scenario, days=2, scale=0.1)
    assert fits(arrays, model) and not fits(changed(arrays, how), model)


def test_a_district_whose_kept_start_has_another_form_makes_it_again(small: tuple[Any, Any], folder: Path) -> None:
    scenario, arrays = small
    key = steady.start_key(scenario, 1, 0.1)
    snapshots.keep(key, changed(arrays, "more workers"))
    model = DistrictModel(scenario, days=2, scale=0.1)
    assert model.began_steady is not None and fits(snapshots.read(key) or {}, model)


# --- Whether it is there --------------------------------------------------------------------------------------


def test_a_damaged_start_is_not_ready(small: tuple[Any, Any], folder: Path) -> None:
    scenario, arrays = small
    snapshots.keep(steady.start_key(scenario, 1, 0.1), arrays)
    file = folder / f"{steady.start_key(scenario, 1, 0.1)}.start"
    content = file.read_bytes()
    file.write_bytes(content[:-1])
    assert not is_ready(scenario, 1, 0.1)
    file.write_bytes(content)
    assert is_ready(scenario, 1, 0.1)


def test_another_version_of_the_code_or_of_a_library_is_another_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """The version covers all files of `scenario/` and `model/`."""
    before = snapshots.key_of(demo(), 1, 1.0)
    monkeypatch.setattr(snapshots, "code_version", lambda: "another")
    assert snapshots.key_of(demo(), 1, 1.0) != before
    assert {"numpy", "numba", "scipy", "holidays"} <= code_version.libraries().keys()


# --- The files together -----------------------------------------------------------------------------------------


def test_the_least_recently_used_starts_go_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for age, letter in enumerate("abc"):
        file = tmp_path / f"{32 * letter}.start"
        file.write_bytes(bytes(10))
        os.utime(file, (1_000_000 - age, 1_000_000 - age))
    (tmp_path / f"{32 * 'd'}.start").symlink_to("nowhere")
    monkeypatch.setattr(snapshots, "MAX_BYTES", 15)
    snapshots._make_room(tmp_path)
    assert sorted(file.name[0] for file in tmp_path.iterdir()) == ["a", "d"]
