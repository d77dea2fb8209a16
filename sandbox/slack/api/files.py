"""files.*: the three steps of an upload, and the files' addresses."""

from dataclasses import dataclass

from aiohttp import web

from sandbox.slack.api.arguments import Args
from sandbox.slack.errors import Json, SlackError
from sandbox.slack.messages import new_id
from sandbox.slack.visits import Slack


@dataclass
class File:
    """An uploaded file."""

    id: str
    name: str
    length: int
    content: bytes = b""
    title: str = ""

    def as_json(self, address: str) -> Json:
        return {
            "id": self.id,
            "name": self.name,
            "title": self.title or self.name,
            "mimetype": _mimetype(self.name),
            "size": len(self.content),
            "url_private": f"{address}/files/{self.id}/{self.name}",
            "url_private_download": f"{address}/files/{self.id}/{self.name}",
        }


def _mimetype(name: str) -> str:
    kinds = {"pdf": "application/pdf", "csv": "text/csv", "txt": "text/plain", "png": "image/png"}
    return kinds.get(name.rsplit(".", 1)[-1].lower(), "application/octet-stream")


class Files:
    """What was uploaded, by the bot or by a person."""

    def __init__(self) -> None:
        self.by_id: dict[str, File] = {}

    def add(self, name: str, content: bytes) -> File:
        """A file that is there at once."""
        file = File(new_id("F"), name, len(content), content)
        self.by_id[file.id] = file
        return file

    def get_upload_url(self, slack: Slack, args: Args) -> Json:
        length = args.number("length", 0)
        if length <= 0:
            raise SlackError("invalid_arguments", "[ERROR] missing required field: length")
        file = File(new_id("F"), args.needed("filename"), length)
        self.by_id[file.id] = file
        return {"upload_url": f"{slack.address}/upload/{file.id}", "file_id": file.id}

    def complete_upload(self, slack: Slack, args: Args) -> Json:
        named = args.parsed("files") or []
        if not named:
            raise SlackError("invalid_arguments", "[ERROR] missing required field: files")
        files = []
        for one in named:
            file = self.by_id.get(one.get("id", ""))
            if file is None or len(file.content) != file.length:
                raise SlackError("file_not_found")
            file.title = one.get("title", "")
            files.append(file.as_json(slack.address))
        if target := args.text("channel_id") or args.text("channels"):
            channel = slack.workspace.for_posting(target)
            thread = args.text("thread_ts") or None
            slack.messages.post_file(channel, files, args.text("initial_comment"), thread)
        return {"files": files}

    def info(self, slack: Slack, args: Args) -> Json:
        file = self.by_id.get(args.needed("file"))
        if file is None:
            raise SlackError("file_not_found")
        return {"file": file.as_json(slack.address)}

    async def upload(self, request: web.Request) -> web.Response:
        """POST to the upload URL: the file's bytes, raw or as a form's `file`."""
        file = self.by_id.get(request.match_info["file"])
        if file is None:
            return web.Response(status=404, text="file_not_found")
        if request.content_type.startswith("multipart/"):
            field = (await request.post()).get("file") or (await request.post()).get("filename")
            file.content = field.file.read() if isinstance(field, web.FileField) else b""
        else:
            file.content = await request.read()
        return web.Response(text=f"OK - {len(file.content)}")

    async def download(self, request: web.Request) -> web.Response:
        file = self.by_id.get(request.match_info["file"])
        if file is None:
            return web.Response(status=404, text="file_not_found")
        return web.Response(body=file.content, content_type=_mimetype(file.name))
