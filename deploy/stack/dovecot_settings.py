"""Write the configuration of a private Dovecot, and its self-signed certificate."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from deploy.stack.account import Account
from deploy.stack.ports import free_port
from deploy.stack.programs import find_program
from deploy.stack.trouble import StackError

CONFIGURATION = """\
protocols = imap pop3 lmtp
listen = 127.0.0.1
base_dir = {place}/run
state_dir = {place}/run
log_path = /dev/stderr
hostname = localhost
postmaster_address = postmaster@localhost

# Everything runs under one account without special rights, so nothing can be locked away from
# anything else.
default_login_user = {account.user}
default_internal_user = {account.user}
default_internal_group = {account.group}
first_valid_uid = {account.uid}
first_valid_gid = {account.gid}
service anvil {{
  chroot =
  # Wrong passwords are part of tests and must not slow down the right ones.
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {state.imap_port}
  }}
  inet_listener imaps {{
    port = {state.imaps_port}
    ssl = yes
  }}
}}
service pop3-login {{
  chroot =
  inet_listener pop3 {{
    port = {state.pop3_port}
  }}
  inet_listener pop3s {{
    port = {state.pop3s_port}
    ssl = yes
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    port = {state.lmtp_port}
  }}
}}
service stats {{
  chroot =
}}

ssl = yes
ssl_cert = <{place}/certificate.pem
ssl_key = <{place}/key.pem
disable_plaintext_auth = no
auth_failure_delay = 0
mail_max_userip_connections = 100
auth_mechanisms = plain login xoauth2 oauthbearer
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {place}/oauth2.conf.ext
}}
passdb {{
  driver = passwd-file
  args = {place}/users/%u
}}
userdb {{
  driver = passwd-file
  args = {place}/users/%u
  default_fields = uid={account.uid} gid={account.gid} home={place}/mail/%u
}}

mail_location = maildir:~/Maildir
namespace inbox {{
  inbox = yes
  separator = /
}}
recipient_delimiter = +
"""


@dataclass(frozen=True)
class DovecotState:
    """The permanent state of a Dovecot: its TCP ports of 127.0.0.1."""

    imap_port: int
    imaps_port: int
    pop3_port: int
    pop3s_port: int
    lmtp_port: int


def new_state() -> DovecotState:
    """Choose free ports."""
    return DovecotState(*(free_port() for _ in range(5)))


def write_configuration(place: Path, state: DovecotState, account: Account) -> Path:
    """Write the configuration for the data directory `place`, and return its path."""
    path = place / "dovecot.conf"
    path.write_text(CONFIGURATION.format(place=place, state=state, account=account))
    return path


def make_certificate(place: Path) -> None:
    """Create `certificate.pem` and `key.pem` for localhost and 127.0.0.1, once. Raises
    `StackError`.
    """
    if (place / "certificate.pem").exists():
        return
    names = "subjectAltName=DNS:localhost,IP:127.0.0.1"
    command: list[str | Path] = [
        find_program("openssl", "openssl"),
        "req",
        "-x509",
        "-noenc",
        "-days",
        "3650",
        "-subj",
        "/CN=localhost",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-addext",
        names,
        "-keyout",
        place / "key.pem",
        "-out",
        place / "certificate.pem",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise StackError(
            f"openssl could not create a certificate in {place}: {done.stderr.strip()}"
        )
