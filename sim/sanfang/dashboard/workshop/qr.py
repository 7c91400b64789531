"""A short text as a QR code (ISO/IEC 18004): byte mode, error correction level M, versions 1 to 6.

Written here because it is little, and so that a screen without a network has one. A cell is True where it is dark.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import groupby

BLOCKS = ((1, 16, 10), (1, 28, 16), (1, 44, 26), (2, 32, 18), (2, 43, 24), (4, 27, 16))
"""By version, from 1: blocks, codewords of data in each, codewords of correction in each."""

MAX_BYTES = 106
MASKS: tuple[Callable[[int, int], bool], ...] = (
    lambda row, column: (row + column) % 2 == 0,
    lambda row, column: row % 2 == 0,
    lambda row, column: column % 3 == 0,
    lambda row, column: (row + column) % 3 == 0,
    lambda row, column: (row // 2 + column // 3) % 2 == 0,
    lambda row, column: row * column % 2 + row * column % 3 == 0,
    lambda row, column: (row * column % 2 + row * column % 3) % 2 == 0,
    lambda row, column: ((row + column) % 2 + row * column % 3) % 2 == 0,
)

Cells = list[list[bool]]


def qr_code(text: str) -> Cells:
    """The cells of a code, row by row, without the quiet zone of four cells around it. Raises ValueError for a text of
    more than `MAX_BYTES` bytes."""
    data = text.encode()
    version = next((n for n, block in enumerate(BLOCKS, 1) if len(data) <= block[0] * block[1] - 2), 0)
    if not version:
        raise ValueError(f"a text of {len(data)} bytes is longer than {MAX_BYTES}")
    bits = tuple(_bits(_codewords(data, version)))
    return min((_drawn(version, bits, mask) for mask in range(len(MASKS))), key=_unevenness)


# --- What stands in it ----------------------------------------------------------------------------------


def _codewords(data: bytes, version: int) -> list[int]:
    """Data with their correction, the blocks interleaved."""
    count, each, corrections = BLOCKS[version - 1]
    bits = f"0100{len(data):08b}" + "".join(f"{byte:08b}" for byte in data)  # byte mode, length, bytes
    bits += "0" * min(4, count * each * 8 - len(bits))
    bits += "0" * (-len(bits) % 8)
    words = [int(bits[at : at + 8], 2) for at in range(0, len(bits), 8)]
    words += [(0xEC, 0x11)[n % 2] for n in range(count * each - len(words))]
    blocks = [words[n * each : (n + 1) * each] for n in range(count)]
    corrected = [correction(block, corrections) for block in blocks]
    return [word for rows in (blocks, corrected) for column in zip(*rows, strict=True) for word in column]


def _bits(words: Sequence[int]) -> Iterator[bool]:
    for word in words:
        yield from (bool(word >> place & 1) for place in range(7, -1, -1))


@cache
def _powers() -> tuple[tuple[int, ...], dict[int, int]]:
    """Powers of 2 in the field of 256 elements of the standard, and their logarithms."""
    powers, value = [], 1
    for _ in range(255):
        powers.append(value)
        value = value << 1 ^ (0x11D if value & 0x80 else 0)
    return tuple(powers), {power: place for place, power in enumerate(powers)}


def product(one: int, other: int) -> int:
    """Of two elements of the field."""
    powers, logarithms = _powers()
    return powers[(logarithms[one] + logarithms[other]) % 255] if one and other else 0


def correction(block: Sequence[int], count: int) -> list[int]:
    """Reed and Solomon's correction of a block, in so many codewords."""
    generator = [1]
    for place in range(count):
        root = _powers()[0][place]
        generator = [high ^ product(low, root) for high, low in zip([*generator, 0], [0, *generator], strict=True)]
    rest = [*block, *[0] * count]
    for at in range(len(block)):
        lead = rest[at]
        for place, factor in enumerate(generator):
            rest[at + place] ^= product(lead, factor)
    return rest[len(block) :]


# --- Where it stands ------------------------------------------------------------------------------------


def _drawn(version: int, bits: Sequence[bool], mask: int) -> Cells:
    """All cells, with one of the masks."""
    size = 17 + 4 * version
    fixed = _fixed(version, mask)
    cells = [[fixed.get((row, column), False) for column in range(size)] for row in range(size)]
    for place, (row, column) in enumerate(_way(size, fixed)):
        given = bits[place] if place < len(bits) else False
        cells[row][column] = given != MASKS[mask](row, column)
    return cells


def _way(size: int, fixed: dict[tuple[int, int], bool]) -> Iterator[tuple[int, int]]:
    """The cells of the data in their order: up and down in pairs of columns from the right, past the sixth column."""
    up = True
    for right in [*range(size - 1, 6, -2), *range(5, 0, -2)]:
        for row in range(size - 1, -1, -1) if up else range(size):
            yield from ((row, column) for column in (right, right - 1) if (row, column) not in fixed)
        up = not up


def _fixed(version: int, mask: int) -> dict[tuple[int, int], bool]:
    """The cells that are no data: marks of position and alignment, lines of timing, level and mask."""
    size = 17 + 4 * version
    cells: dict[tuple[int, int], bool] = {}
    for at in range(8, size - 8):
        cells[6, at] = cells[at, 6] = at % 2 == 0
    for top, left in ((0, 0), (0, size - 7), (size - 7, 0)):
        for row in range(max(top - 1, 0), min(top + 8, size)):
            for column in range(max(left - 1, 0), min(left + 8, size)):
                cells[row, column] = max(abs(row - top - 3), abs(column - left - 3)) in (0, 1, 3)
    if version > 1:
        middle = size - 7
        for row in range(middle - 2, middle + 3):
            for column in range(middle - 2, middle + 3):
                cells[row, column] = max(abs(row - middle), abs(column - middle)) != 1
    told = level_and_mask(mask)
    for place in range(15):  # twice: around the mark at the top left, and shared by the two others
        dark = bool(told >> place & 1)
        down = place + (place > 5) if place < 8 else size - 15 + place
        across = size - 1 - place if place < 8 else 15 - place - (place > 8)
        cells[down, 8] = cells[8, across] = dark
    cells[size - 8, 8] = True
    return cells


def level_and_mask(mask: int) -> int:
    """The fifteen bits that tell level M (00) and the mask, with their own correction."""
    rest = mask << 10
    for place in range(4, -1, -1):
        if rest >> (place + 10) & 1:
            rest ^= 0x537 << place
    return (mask << 10 | rest) ^ 0x5412


def _unevenness(cells: Cells) -> int:
    """How hard a code is to read: long runs of one colour, blocks of it, and more of one than of the other."""
    size = len(cells)
    lines = [*cells, *map(list, zip(*cells, strict=True))]
    runs = [len([*run]) for line in lines for _, run in groupby(line)]
    worse = sum(run - 2 for run in runs if run >= 5)
    for row in range(size - 1):
        for column in range(size - 1):
            square = {cells[row][column], cells[row + 1][column], cells[row][column + 1], cells[row + 1][column + 1]}
            worse += 3 if len(square) == 1 else 0
    dark = sum(map(sum, cells)) / size**2
    return worse + 10 * int(abs(dark - 0.5) * 20)
