"""User names and passwords of network cameras, from the environment or from a netrc file."""

from __future__ import annotations

import netrc
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from fasdemo.errors import UserError

USER = "FASDEMO_CAMERA_USER"
PASSWORD = "FASDEMO_CAMERA_PASSWORD"
NETRC = "FASDEMO_NETRC"


@dataclass(frozen=True, slots=True)
class Credentials:
    """A user name and a password, neither of which appears in `repr`."""

    user: str = field(repr=False)
    password: str = field(repr=False)


def credentials_for(host: str, environment: Mapping[str, str] = os.environ) -> Credentials | None:
    """Return the credentials for a host; None if there are none.

    An entry of the netrc file in `FASDEMO_NETRC` takes precedence, because it is bound to the host. The file's
    `default` entry is not used, because it would send the password to any host.

    Raises:
        UserError: the file cannot be read or other users can read it, or only one of user and password is set.
    """
    name = environment.get(NETRC, "")
    if name:
        found = _from_file(Path(name), host)
        if found is not None:
            return found
    user, password = environment.get(USER, ""), environment.get(PASSWORD, "")
    if bool(user) != bool(password):
        given, missing = (USER, PASSWORD) if user else (PASSWORD, USER)
        raise UserError(f"{given} is set without {missing}; set both, or neither.")
    return Credentials(user, password) if user else None


def _from_file(path: Path, host: str) -> Credentials | None:
    try:
        if os.name == "posix" and path.stat().st_mode & 0o077:
            raise UserError(f"{path} ({NETRC}): other users can read the passwords in it; run `chmod 600 {path}`.")
        hosts = netrc.netrc(str(path)).hosts
    except OSError as error:
        raise UserError(f"{path} ({NETRC}): cannot be read ({error.strerror}); correct or unset {NETRC}.") from None
    except (netrc.NetrcParseError, UnicodeDecodeError) as error:
        # The parser's message can quote the password.
        line = f" in line {error.lineno}" if isinstance(error, netrc.NetrcParseError) and error.lineno else ""
        raise UserError(
            f"{path} ({NETRC}): is not a netrc file{line}; write `machine HOST login USER password PASSWORD`."
        ) from None
    entry = hosts.get(host)
    if entry is None:
        return None
    login, _, password = entry
    if not login or not password:
        raise UserError(f"{path} ({NETRC}): the entry for {host} has no login or no password; add it.")
    return Credentials(login, password)
