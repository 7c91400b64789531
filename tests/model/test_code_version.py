"""The version of the code changes with what decides a run, and with nothing else."""

from __future__ import annotations

from pathlib import Path

from sanfang.model.code_version import code_version


def test_the_version_of_the_code_sees_code_and_not_layout(tmp_path: Path) -> None:
    from sanfang.model.code_version import _code_of

    def digest(text: str) -> str:
        (tmp_path / "x.py").write_text(text)
        return _code_of(tmp_path / "x.py")

    usual = digest('"""Says."""\n\ndef f(x):\n    """Gives."""\n    return x + 1\n')
    assert digest("# other\ndef f(x):\n\n    return (x +\n 1)\n") == usual
    assert digest("def f(x):\n    return x + 2\n") != usual
    assert len(code_version()) == 16
