"""Addresses, credentials, and when a new stream shows the present."""

from __future__ import annotations

from pathlib import Path

import pytest

from fasdemo.capture.cameras.network.address import parse_address, public_address
from fasdemo.capture.cameras.network.credentials import credentials_for
from fasdemo.capture.cameras.network.picture import Settling
from fasdemo.cli.main import main
from fasdemo.errors import UserError


def test_parse_address_shows_neither_query_nor_keys() -> None:
    address = parse_address("rtsp://door.example:8554/live/k3yk3yk3yk3yk3yk3y/ch1?password=tulip")
    assert address.label == "rtsp://door.example:8554/live/k3yk.../ch1"
    assert address.url == "rtsp://door.example:8554/live/k3yk3yk3yk3yk3yk3y/ch1?password=tulip"
    assert "tulip" not in repr(address)
    assert parse_address("https://[fe80::1]/video").authority == "[fe80::1]:443"
    assert public_address("http://:tulip@/") == "http://..."


@pytest.mark.parametrize(
    ("spec", "sentence"),
    [
        ("rtsp://door:tulip@camera/live", "a password in the address would be visible"),
        ("rtsp://camera:tulip/live", "the host or the port is not valid"),
        ("rtsp://", "has no host"),
        ("rtsp://camera:99999/live", "the host or the port is not valid"),
        ("ftp://tulip", "unknown type of address; use one of rtsp"),
        ("rtsp://camera/tulip\n", "contains spaces or control characters"),
        ("rtsp://camera/" + "tulip" * 1000, "too long"),
        ("http://[tulip/", "not valid"),
    ],
)
def test_parse_address_refuses_in_one_sentence_without_secrets(
    spec: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--camera", spec, "--headless"]) == 2
    output = capsys.readouterr()
    assert sentence in output.err
    assert "tulip" not in output.err + output.out


def test_main_with_a_mistyped_address_does_not_show_the_password(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--camera", "rtsp:/door:tulip@camera", "--headless"]) == 2
    assert "tulip" not in capsys.readouterr().err


def test_credentials_come_from_the_netrc_file_for_their_host_only(tmp_path: Path) -> None:
    file = tmp_path / "netrc"
    file.write_text("machine door login anna password tulip\ndefault login any password rose\n")
    file.chmod(0o600)
    environment = {"FASDEMO_NETRC": str(file)}
    found = credentials_for("door", environment)
    assert found is not None
    assert (found.user, found.password) == ("anna", "tulip")
    assert "tulip" not in repr(found)
    assert credentials_for("elsewhere", environment) is None
    both = environment | {"FASDEMO_CAMERA_USER": "otto", "FASDEMO_CAMERA_PASSWORD": "rose"}
    other = credentials_for("elsewhere", both)
    assert other is not None
    assert other.user == "otto"
    assert credentials_for("door", {}) is None


def test_credentials_that_cannot_be_used_are_one_sentence(tmp_path: Path) -> None:
    file = tmp_path / "netrc"
    for text, mode, sentence in (
        ("machine door login anna password tulip", 0o644, "other users can read"),
        ("tulip tulip", 0o600, "is not a netrc file"),
        ("machine door login anna", 0o600, "has no login or no password|is not a netrc file"),
    ):
        file.write_text(text)
        file.chmod(mode)
        with pytest.raises(UserError, match=sentence) as refused:
            credentials_for("door", {"FASDEMO_NETRC": str(file)})
        assert "tulip" not in str(refused.value)
    with pytest.raises(UserError, match="cannot be read"):
        credentials_for("door", {"FASDEMO_NETRC": str(tmp_path / "none")})
    with pytest.raises(UserError, match="FASDEMO_CAMERA_USER is set without FASDEMO_CAMERA_PASSWORD"):
        credentials_for("door", {"FASDEMO_CAMERA_USER": "anna"})


def test_settling_waits_until_a_backlog_is_over() -> None:
    settling = Settling()
    # 2 s of pictures that were kept, sent at four times their pace, then the present.
    settled = [settling.update(index / 20, 2.0 + index / 80) for index in range(53)]
    settled += [settling.update(index / 20, index / 20 + 0.02) for index in range(53, 120)]
    assert not any(settled[:60])
    assert settled.index(True) in range(70, 76)
    assert all(settled[76:])
