"""Frames that kill, frames that unpack to gigabytes, and floods end their own connection and nothing else."""

from __future__ import annotations

import re
import socket
import time
import uuid
import zlib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from benchmarks import browser
from benchmarks.visitor import HERE, ask, page
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode


@pytest.mark.parametrize(
    "frame",
    [
        (2**29).to_bytes(4, "big") + b"12345678",
        b"",
        b"\xff" * 12,
        "[" * 100_000,
        '{"a":' * 50_000,
        "9" * 10_000,
        '{"header": {"msg_type": "comm_msg"}}',
        '{"header": 1}',
        "null",
        "\x00",
        '{"header":{"msg_type":"comm_open"},"content":{"comm_id":"1","target_name":"solara.control","data":NaN}}',
        '{"header":{"msg_type":"comm_msg"},"content":{"comm_id":"1","data":{"method":"custom","content":'
        '{"event":"go","data":"\\ud800"}}}}',
        "x" * 1_100_000,
    ],
    ids=range(13),
)
def test_a_bad_frame_ends_its_own_connection_and_nothing_else(dashboard: str, frame: str | bytes) -> None:
    with page(dashboard) as witness:
        witness.run("/trust?lang=en")
        with page(dashboard) as visitor, pytest.raises(ConnectionClosed):
            visitor.socket.send(frame)
            for _ in visitor.heard():
                pass
        assert witness.answers()


def test_twelve_bytes_cost_no_memory(own_dashboard: Any) -> None:
    before = own_dashboard.megabytes()
    for _ in range(5):
        with page(own_dashboard.address) as visitor, pytest.raises(ConnectionClosed):
            visitor.socket.send((2**29).to_bytes(4, "big") + b"12345678")
            visitor.socket.recv(timeout=60)
    assert own_dashboard.megabytes() < before + 50


def deflated(content: bytes) -> bytes:
    """A message that is compressed, as a page sends it that has agreed to that."""
    packer = zlib.compressobj(wbits=-12)
    packed = (packer.compress(content) + packer.flush(zlib.Z_SYNC_FLUSH)).removesuffix(b"\x00\x00\xff\xff")
    frame = bytearray(Frame(Opcode.TEXT, packed).serialize(mask=True))
    frame[0] |= 0b0100_0000
    return bytes(frame)


def most_megabytes(server: browser.Server) -> float:
    """The most memory that a server has had so far."""
    status = Path(f"/proc/{server.process.pid}/status").read_text("ascii")
    return int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0]) / 1024


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the most memory of a process is not told here")
@pytest.mark.parametrize(
    "frames",
    [
        [b" " * 1_000_000_000],
        [b" " * 900_000] * 500,
        [b" " * 1_000] * 2_000,
    ],
    ids=["one of a gigabyte", "many below the limit", "many small ones"],
)
def test_what_is_small_on_the_wire_is_not_large_in_memory(own_dashboard: browser.Server, frames: list[bytes]) -> None:
    """Compressed blanks: a thousand times as many as are sent."""
    sent = b"".join(deflated(content) for content in dict.fromkeys(frames)) * (len(frames) // len(set(frames)))
    assert len(sent) < 1_100_000
    with page(own_dashboard.address) as visitor:
        visitor.run("/trust?lang=en")
        before = most_megabytes(own_dashboard)
        with pytest.raises((ConnectionClosed, ConnectionError)):
            visitor.socket.socket.sendall(sent)
            for _ in visitor.heard():
                pass
    assert most_megabytes(own_dashboard) < before + 50
    with page(own_dashboard.address) as viewer:
        viewer.run("/trust?lang=en")


def test_a_message_in_pieces_is_as_long_as_all_its_pieces(own_dashboard: browser.Server) -> None:
    """A hundred of them, each of which would be allowed alone."""
    before = most_megabytes(own_dashboard)
    with page(own_dashboard.address) as visitor, pytest.raises((ConnectionClosed, OSError)):
        visitor.socket.socket.sendall(Frame(Opcode.TEXT, b" " * 900_000, fin=False).serialize(mask=True))
        visitor.socket.socket.sendall(Frame(Opcode.CONT, b" " * 900_000, fin=False).serialize(mask=True) * 100)
        for _ in visitor.heard():
            pass
    assert most_megabytes(own_dashboard) < before + 50


def in_time(address: str, seconds: float = 3.0) -> bool:
    """Whether a viewer from another address gets a page, and what is on it, in time; this machine may be busy once."""
    for _ in range(3):
        begun = time.monotonic()
        with page(address, source="127.0.0.9") as viewer:
            viewer.run("/trust?lang=en")
        if time.monotonic() - begun < seconds:
            return True
    return False


@pytest.mark.parametrize("opcode", [Opcode.PING, Opcode.PONG, Opcode.CONT])
def test_a_flood_of_frames_that_are_no_message_ends_its_own_connection(dashboard: str, opcode: Opcode) -> None:
    """Most of them in one go; one alone is no flood."""
    with page(dashboard) as visitor, pytest.raises((ConnectionClosed, ConnectionError)):
        if opcode is Opcode.CONT:
            tiny = Frame(Opcode.TEXT, b"{", fin=False).serialize(mask=True)
        else:
            tiny = Frame(opcode, b"x").serialize(mask=True)
        visitor.socket.socket.sendall(tiny)
        if opcode is not Opcode.CONT:
            assert visitor.answers()
        visitor.socket.socket.sendall(Frame(opcode, b"", fin=opcode is not Opcode.CONT).serialize(mask=True) * 5_000)
        for _ in visitor.heard(5):
            pass
    assert in_time(dashboard)


def test_one_address_cannot_take_the_place_of_others(own_dashboard: Any) -> None:
    """2,000 connections, 300 of them kept open in silence, idle websockets, 500 missing files, from 127.0.0.2."""
    address = own_dashboard.address
    parts = urlsplit(address)
    place = (HERE, parts.port or 80)
    kept: list[socket.socket] = []
    try:
        for number in range(2000):
            line = socket.create_connection(place, timeout=10, source_address=("127.0.0.2", 0))
            if number < 300:
                kept.append(line)
            else:
                line.close()
        assert in_time(address)
        for line in kept[:150]:
            line.sendall(
                f"GET /jupyter/api/kernels/{uuid.uuid4()}/channels?session_id=x HTTP/1.1\r\nHost: {parts.netloc}\r\n"
                f"Origin: {address}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
            )
        assert in_time(address)
        for line in kept[150:]:
            line.sendall(b"GET / HTTP/1.1\r\nHo")
        for number in range(500):
            assert ask(address, f"/_solara/cdn/missing-{number}.js", source="127.0.0.2").status == 404
        assert in_time(address)
    finally:
        for line in kept:
            line.close()
