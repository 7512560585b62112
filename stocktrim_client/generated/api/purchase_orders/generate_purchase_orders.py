from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.order_plan_filter_criteria_dto import OrderPlanFilterCriteriaDto
from ...models.purchase_order_response_dto import PurchaseOrderResponseDto
from ...types import Response


def _get_kwargs(
    *,
    body: OrderPlanFilterCriteriaDto,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/V2/PurchaseOrders/OrderPlan",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> list[PurchaseOrderResponseDto] | None:
    if response.status_code == 200:
        response_200 = []
        _response_200 = response.json()
        for response_200_item_data in _response_200:
            response_200_item = PurchaseOrderResponseDto.from_dict(response_200_item_data)

            response_200.append(response_200_item)

        return response_200

    if response.status_code == 201:
        response_201 = []
        _response_201 = response.json()
        for response_201_item_data in _response_201:
            response_201_item = PurchaseOrderResponseDto.from_dict(response_201_item_data)

            response_201.append(response_201_item)

        return response_201

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[list[PurchaseOrderResponseDto]]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: OrderPlanFilterCriteriaDto,
) -> Response[list[PurchaseOrderResponseDto]]:
    """Create draft purchase orders from the order plan

     Creates one draft order per supplier from the present suggestions within the filter; nothing is sent
    to a supplier. An empty filter means all suppliers, and a second call probably doubles the orders
    (inferred).

    Args:
        body (OrderPlanFilterCriteriaDto): Which suggestions to turn into draft orders. Not the
            filter for reading the plan, though easily taken for it.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[list[PurchaseOrderResponseDto]]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
    body: OrderPlanFilterCriteriaDto,
) -> list[PurchaseOrderResponseDto] | None:
    """Create draft purchase orders from the order plan

     Creates one draft order per supplier from the present suggestions within the filter; nothing is sent
    to a supplier. An empty filter means all suppliers, and a second call probably doubles the orders
    (inferred).

    Args:
        body (OrderPlanFilterCriteriaDto): Which suggestions to turn into draft orders. Not the
            filter for reading the plan, though easily taken for it.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        list[PurchaseOrderResponseDto]
    """

    return sync_detailed(
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: OrderPlanFilterCriteriaDto,
) -> Response[list[PurchaseOrderResponseDto]]:
    """Create draft purchase orders from the order plan

     Creates one draft order per supplier from the present suggestions within the filter; nothing is sent
    to a supplier. An empty filter means all suppliers, and a second call probably doubles the orders
    (inferred).

    Args:
        body (OrderPlanFilterCriteriaDto): Which suggestions to turn into draft orders. Not the
            filter for reading the plan, though easily taken for it.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[list[PurchaseOrderResponseDto]]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    body: OrderPlanFilterCriteriaDto,
) -> list[PurchaseOrderResponseDto] | None:
    """Create draft purchase orders from the order plan

     Creates one draft order per supplier from the present suggestions within the filter; nothing is sent
    to a supplier. An empty filter means all suppliers, and a second call probably doubles the orders
    (inferred).

    Args:
        body (OrderPlanFilterCriteriaDto): Which suggestions to turn into draft orders. Not the
            filter for reading the plan, though easily taken for it.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        list[PurchaseOrderResponseDto]
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
        )
    ).parsed
