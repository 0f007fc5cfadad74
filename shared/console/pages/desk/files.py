"""Show what strangers sent without trusting it: files for download, HTML in a sandboxed frame.

Nothing of it runs: the policy of these responses allows no script, no form and no frame, and the
sandbox gives the content an origin of its own, without the session.
"""

import html
import re
from asyncio import gather
from base64 import b64decode
from urllib.parse import quote, unquote

from starlette.responses import HTMLResponse, Response

from shared.clients.client import Refusal
from shared.console.pages.desk.message_text import is_picture
from shared.console.routing import Screens
from shared.console.screen import Data, Screen

screens = Screens()
DOWNLOADED = ("application/pdf", "text/plain")
"""Types that a download may have besides pictures; anything else is bytes without a type."""
FILE_POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"
FRAME_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src {pictures}; base-uri 'none';"
    " form-action 'none'; frame-ancestors 'self';"
    " sandbox allow-popups allow-popups-to-escape-sandbox"
)
ENCLOSED, REMOTE = "data:", "data: https: http:"
PICTURES_BYTES = 8 << 20  # of the pictures shown in one message
CID = re.compile(r'src="cid:([^"]*)"')
BLOCKED, SHOWN, HIDDEN = 'src="blocked:', 'src="', 'data-address="'
STYLE = (
    "html{color-scheme:light;background:#fff;color:#111}"
    "body{margin:0;padding:.75rem;font:1rem/1.5 system-ui,sans-serif;overflow-wrap:anywhere}"
    "img{max-width:100%;height:auto}table{max-width:100%}pre{white-space:pre-wrap}"
)


@screens.get("/desk/attachments/{attachment:uuid}")
async def show_attachment(screen: Screen) -> Response:
    """Return a file of a message: a picture to show it with `view`, anything as a download."""
    found = await screen.ask("attachment.get", {"attachment_id": screen.path("attachment")})
    file = found["attachment"]
    shown = bool(screen.query("view")) and is_picture(file)
    headers = {
        "Content-Disposition": disposition(file["filename"], shown=shown),
        "Content-Security-Policy": FILE_POLICY,
        "X-Content-Type-Options": "nosniff",
    }
    return Response(b64decode(found["content"]), headers=headers, media_type=safe_type(file))


def safe_type(file: Data) -> str:
    """Return the type that a file is sent with: its own if browsers do not run it."""
    media_type = str(file["media_type"])
    if is_picture(file) or (media_type in DOWNLOADED and not file["dangerous"]):
        return media_type
    return "application/octet-stream"


def disposition(filename: str, *, shown: bool) -> str:
    """Return `Content-Disposition` by RFC 6266, for any file name."""
    kind = "inline" if shown else "attachment"
    plain = re.sub(r"[^A-Za-z0-9._-]", "_", filename) or "file"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(filename, safe='')}"


@screens.get("/desk/messages/{message:uuid}/html")
async def show_html(screen: Screen) -> Response:
    """Return the HTML of a message for a sandboxed frame. Pictures elsewhere are loaded only with
    `pictures`, since loading them reveals the reader.
    """
    found = await screen.ask("message.get", {"message_id": screen.path("message")})
    remote = bool(screen.query("pictures"))
    body = await _with_pictures(screen, found)
    notice = ""
    body = body.replace(BLOCKED, SHOWN if remote else HIDDEN)
    if found["held_back"] and not remote:
        notice = screen.language.text("desk.pictures_blocked", count=found["held_back"])
    policy = FRAME_POLICY.format(pictures=REMOTE if remote else ENCLOSED)
    headers = {"Content-Security-Policy": policy, "Referrer-Policy": "no-referrer"}
    return HTMLResponse(frame(body, notice, screen), headers=headers)


def frame(body: str, notice: str, screen: Screen) -> str:
    """Return the page of the frame: sanitized HTML of a mail, and a notice above it."""
    title = html.escape(screen.language.text("desk.formatted"))
    above = f"<p><small>{html.escape(notice)}</small></p><hr>" if notice else ""
    return (
        f'<!doctype html><html lang="und" dir="auto"><head><meta charset="utf-8">'
        f'<title>{title}</title><base target="_blank"><style>{STYLE}</style></head>'
        f"<body>{above}{body}</body></html>"
    )


async def _with_pictures(screen: Screen, found: Data) -> str:
    """Return the HTML with the pictures of the mail itself as `data:` addresses: the frame has no
    session with which it could load them.
    """
    wanted = {unquote(html.unescape(key)) for key in CID.findall(found["html"])}
    files: list[Data] = []
    size = 0
    for file in found["message"]["attachments"]:
        size += file["size"]
        if file["content_id"] in wanted and is_picture(file) and size <= PICTURES_BYTES:
            files.append(file)
    contents = await gather(*[_data_address(screen, file) for file in files])
    addresses = {file["content_id"]: at for file, at in zip(files, contents, strict=True)}

    def replaced(match: re.Match[str]) -> str:
        address = addresses.get(unquote(html.unescape(match[1])), "")
        return f'src="{address}"' if address else 'data-missing=""'

    return CID.sub(replaced, found["html"])


async def _data_address(screen: Screen, file: Data) -> str:
    found = await screen.ask_if_possible("attachment.get", {"attachment_id": file["attachment_id"]})
    if isinstance(found, Refusal):
        return ""
    content = "".join(found["content"].split())
    return f"data:{file['media_type']};base64,{content}"
