"""A QR code reads as the text that it was made of: read here by the standard, cell by cell, corrections checked."""

from __future__ import annotations

import pytest

from sanfang.dashboard.workshop.qr import BLOCKS, MASKS, MAX_BYTES, correction, level_and_mask, product, qr_code

FINDER = ["1111111", "1000001", "1011101", "1011101", "1011101", "1000001", "1111111"]
FORMATS = ["101010000010010", "101000100100101", "101111001111100", "101101101001011", "100010111111001",
           "100000011001110", "100111110010111", "100101010100000"]  # fmt: skip
"""Level M with each mask, as the standard lists them, the highest bit first."""


def test_correction_is_that_of_the_worked_example() -> None:
    """ "HELLO WORLD" in version 1, level M, which textbooks work out."""
    data = [32, 91, 11, 120, 209, 114, 220, 77, 67, 64, 236, 17, 236, 17, 236, 17]
    assert correction(data, 10) == [196, 35, 39, 119, 235, 215, 231, 226, 93, 23]


@pytest.mark.parametrize("mask", range(8))
def test_level_and_mask_are_told_as_the_standard_lists_them(mask: int) -> None:
    assert f"{level_and_mask(mask):015b}" == FORMATS[mask]


def read(cells: list[list[bool]]) -> str:
    """The text of a code."""
    size = len(cells)
    version = (size - 17) // 4
    first = [cells[8][column] for column in (0, 1, 2, 3, 4, 5, 7, 8)] + [cells[row][8] for row in (7, 5, 4, 3, 2, 1, 0)]
    second = [cells[row][8] for row in range(size - 1, size - 8, -1)] + [cells[8][at] for at in range(size - 8, size)]
    assert first == second and cells[size - 8][8]
    mask = FORMATS.index("".join("1" if dark else "0" for dark in first))
    for top, left in ((0, 0), (0, size - 7), (size - 7, 0)):
        rows = ["".join(str(int(dark)) for dark in row[left : left + 7]) for row in cells[top : top + 7]]
        assert rows == FINDER
    assert all(cells[6][at] == cells[at][6] == (at % 2 == 0) for at in range(8, size - 8))

    def is_data(row: int, column: int) -> bool:
        corner = (row < 9 and (column < 9 or column >= size - 8)) or (row >= size - 8 and column < 9)
        aligned = version > 1 and abs(row - size + 7) <= 2 and abs(column - size + 7) <= 2
        return not (corner or aligned or row == 6 or column == 6)

    bits, column, upwards = "", size - 1, True
    while column > 0:
        column -= column == 6
        for row in reversed(range(size)) if upwards else range(size):
            for at in (column, column - 1):
                if is_data(row, at):
                    bits += str(int(cells[row][at] != MASKS[mask](row, at)))
        column, upwards = column - 2, not upwards
    count, data, more = BLOCKS[version - 1]
    words = [int(bits[at : at + 8], 2) for at in range(0, 8 * count * (data + more), 8)]
    blocks = [words[n : count * data : count] + words[count * data + n :: count] for n in range(count)]
    for block in blocks:
        root = 1
        for _ in range(more):  # a right block is 0 at each root of the generator
            value = 0
            for word in block:
                value = product(value, root) ^ word
            assert value == 0
            root = product(root, 2)
    told = "".join(f"{word:08b}" for block in blocks for word in block[:data])
    length = int(told[4:12], 2)
    assert told[:4] == "0100"
    return bytes(int(told[at : at + 8], 2) for at in range(12, 12 + 8 * length, 8)).decode()


@pytest.mark.parametrize("length", [0, 1, 14, 15, 26, 27, 42, 43, 62, 63, 84, 85, MAX_BYTES])
def test_a_code_reads_as_its_text(length: int) -> None:
    text = "".join(chr(33 + (7 * n) % 90) for n in range(length))
    assert read(qr_code(text)) == text


def test_an_address_with_a_code_reads_as_it_is() -> None:
    for text in ("http://192.168.1.23:8765/join#K7WQ3M", "https://三放.example/join#K7WQ3M"):
        assert read(qr_code(text)) == text


def test_what_is_too_long_is_refused() -> None:
    with pytest.raises(ValueError, match="106"):
        qr_code("x" * (MAX_BYTES + 1))
