from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.order_plan_filter_criteria import OrderPlanFilterCriteria
from ...models.order_plan_results_dto import OrderPlanResultsDto
from ...types import Response


def _get_kwargs(
    *,
    body: OrderPlanFilterCriteria,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/OrderPlan",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> OrderPlanResultsDto | None:
    if response.status_code == 200:
        response_200 = OrderPlanResultsDto.from_dict(response.json())

        return response_200

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[OrderPlanResultsDto]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: OrderPlanFilterCriteria,
) -> Response[OrderPlanResultsDto]:
    """Read the order plan

     Returns the rows of the order plan within the filter, with the forecast and the suggested order
    quantity. It only reads. The plan is as old as the last forecast run.

    Args:
        body (OrderPlanFilterCriteria): Which rows of the order plan to read; one location and one
            supplier at most.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[OrderPlanResultsDto]
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
    body: OrderPlanFilterCriteria,
) -> OrderPlanResultsDto | None:
    """Read the order plan

     Returns the rows of the order plan within the filter, with the forecast and the suggested order
    quantity. It only reads. The plan is as old as the last forecast run.

    Args:
        body (OrderPlanFilterCriteria): Which rows of the order plan to read; one location and one
            supplier at most.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        OrderPlanResultsDto
    """

    return sync_detailed(
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: OrderPlanFilterCriteria,
) -> Response[OrderPlanResultsDto]:
    """Read the order plan

     Returns the rows of the order plan within the filter, with the forecast and the suggested order
    quantity. It only reads. The plan is as old as the last forecast run.

    Args:
        body (OrderPlanFilterCriteria): Which rows of the order plan to read; one location and one
            supplier at most.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[OrderPlanResultsDto]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    body: OrderPlanFilterCriteria,
) -> OrderPlanResultsDto | None:
    """Read the order plan

     Returns the rows of the order plan within the filter, with the forecast and the suggested order
    quantity. It only reads. The plan is as old as the last forecast run.

    Args:
        body (OrderPlanFilterCriteria): Which rows of the order plan to read; one location and one
            supplier at most.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        OrderPlanResultsDto
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
        )
    ).parsed
