"""Uploaded files: by the bot in three steps, or by a person in a form."""

import base64
from dataclasses import dataclass
from urllib.parse import quote

from aiohttp import web

from sandbox.slack.errors import Json, SlackError
from sandbox.slack.messages import new_id

_KINDS = {"pdf": "application/pdf", "csv": "text/csv", "txt": "text/plain", "png": "image/png"}


@dataclass
class File:
    """An uploaded file; `length` is what was announced, in bytes."""

    id: str
    name: str
    length: int
    content: bytes = b""
    title: str = ""

    @property
    def mimetype(self) -> str:
        return _KINDS.get(self.name.rsplit(".", 1)[-1].lower(), "application/octet-stream")


class Files:
    """What was uploaded. The bot reads a file with its token; the page has an address of its own."""

    def __init__(self, bot_token: str) -> None:
        self.address = ""
        self.by_id: dict[str, File] = {}
        self._bot_token = bot_token

    def reserve(self, name: str, length: int) -> File:
        """A file whose bytes are still to be uploaded."""
        file = File(new_id("F"), name, length)
        self.by_id[file.id] = file
        return file

    def add(self, name: str, content: bytes) -> File:
        """A file that is there at once."""
        file = self.reserve(name, len(content))
        file.content = content
        return file

    def get(self, file_id: str) -> File:
        """SlackError `file_not_found`."""
        if file_id not in self.by_id:
            raise SlackError("file_not_found")
        return self.by_id[file_id]

    def as_json(self, file: File) -> Json:
        place = f"{file.id}/{quote(file.name)}"
        return {
            "id": file.id,
            "name": file.name,
            "title": file.title or file.name,
            "mimetype": file.mimetype,
            "filetype": file.name.rsplit(".", 1)[-1].lower(),
            "size": len(file.content),
            "url_private": f"{self.address}/files/{place}",
            "url_private_download": f"{self.address}/files/{place}",
        }

    def taken_in(self, values: Json) -> Json:
        """State values with the files that the page sends in them kept, and named as Slack names them."""
        return {
            block: {action: self._held(held) for action, held in actions.items()}
            for block, actions in values.items()
        }

    def _held(self, held: Json) -> Json:
        if held.get("type") != "file_input":
            return held
        files = [
            self.as_json(self.add(one["name"], base64.b64decode(one["content_base64"])))
            if "content_base64" in one
            else one
            for one in held.get("files") or []
        ]
        return {**held, "files": files}

    async def upload(self, request: web.Request) -> web.Response:
        """POST to the upload URL: the file's bytes, raw or in a form."""
        file = self.by_id.get(request.match_info["file"])
        if file is None:
            return web.Response(status=404, text="file_not_found")
        if request.content_type.startswith("multipart/"):
            parts = [part for part in (await request.post()).values() if isinstance(part, web.FileField)]
            file.content = parts[0].file.read() if parts else b""
        else:
            file.content = await request.read()
        return web.Response(text=f"OK - {len(file.content)}")

    async def download(self, request: web.Request) -> web.Response:
        """For the bot, by its token; anyone else gets Slack's sign-in page."""
        if request.headers.get("Authorization") != f"Bearer {self._bot_token}":
            return web.Response(text="<html><body>Sign in</body></html>", content_type="text/html")
        return await self.view(request)

    async def view(self, request: web.Request) -> web.Response:
        """For the page."""
        file = self.by_id.get(request.match_info["file"])
        if file is None:
            return web.Response(status=404, text="file_not_found")
        return web.Response(body=file.content, content_type=file.mimetype)
