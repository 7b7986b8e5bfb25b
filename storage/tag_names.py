"""Renames of tags."""

from sqlalchemy import Connection, insert, select

from bot.alerts.tag_names import TagRename
from storage.tag_tables import tag_renames

_ADD = insert(tag_renames)
_ALL = select(tag_renames.c.old, tag_renames.c.new, tag_renames.c.at, tag_renames.c.by).order_by(tag_renames.c.id)


class TagNames:
    def __init__(self, connection: Connection) -> None:
        self._on = connection

    def add(self, rename: TagRename) -> None:
        values = {"old": rename.old, "new": rename.new, "at": rename.at, "by": rename.by}
        self._on.execute(_ADD, values)

    def all(self) -> list[TagRename]:
        return [TagRename(old=old, new=new, at=at, by=by) for old, new, at, by in self._on.execute(_ALL)]
