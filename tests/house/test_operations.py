"""Every operation of the API has an answer in the sandbox, and a helper or a reason to have none."""

import ast

from stocktrim_client.operations import OPERATIONS
from stocktrim_client.sandbox.routes import ROUTES
from tests.house.source import files, tree_of

RAW_ONLY = {
    "delete_all_sales_orders",
    "set_connected_system",
    "set_processing_status",
    "save_location_by_code_or_name",
    "create_sales_order",
    "create_sales_orders",
}
"""Dangerous, or doubles of a safer one: in `.api` alone."""


def spoken() -> set[str]:
    """The operations that helpers name: by importing them, or as the one whose answer is read."""
    names: set[str] = set()
    for path in files("stocktrim_client/helpers"):
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("stocktrim_client.generated.api"):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.Constant) and isinstance(node.value, str):
                names.add(node.value)
    return names


def test_every_operation_has_an_answer_in_the_sandbox_and_no_other_has() -> None:
    answers = {(route.name, route.method, route.path) for route in ROUTES}
    assert answers == {(one.name, one.method, one.path) for one in OPERATIONS}


def test_every_operation_has_a_helper_but_for_the_dangerous_and_the_doubled() -> None:
    assert {one.name for one in OPERATIONS} - spoken() == RAW_ONLY
