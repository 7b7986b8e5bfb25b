"""Conditions on a list of values, as statements that are the same however long the list is.

The list is one parameter, so that both databases prepare the statement once; `IN` is another one for each length.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Executable, any_, bindparam, func, select

from storage.statements import Twin
from storage.types import Json

#: A column is equal to one of the list that is given at execution by a name.
IsAmong = Callable[[ColumnElement[Any], str], ColumnElement[bool]]


def among(build: Callable[[IsAmong], Executable]) -> Twin:
    """The statement that is built with such conditions, for each database."""
    return Twin(build(_in_sqlite), build(_in_postgresql))


def _in_sqlite(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    return column.in_(select(func.json_each(bindparam(name, type_=Json)).table_valued("value").c.value))


def _in_postgresql(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    condition: ColumnElement[bool] = column == any_(bindparam(name, type_=ARRAY(column.type)))
    return condition
