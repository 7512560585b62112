from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.sales_order_response_dto import SalesOrderResponseDto
from ...models.sales_order_with_line_items_request_dto import SalesOrderWithLineItemsRequestDto
from ...types import Response


def _get_kwargs(
    *,
    body: SalesOrderWithLineItemsRequestDto,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/SalesOrdersBulk",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> list[SalesOrderResponseDto] | SalesOrderResponseDto | None:
    if response.status_code == 200:

        def _parse_response_200(data: object) -> list[SalesOrderResponseDto] | SalesOrderResponseDto:
            try:
                if not isinstance(data, list):
                    raise TypeError()
                response_200_type_0 = []
                _response_200_type_0 = data
                for response_200_type_0_item_data in _response_200_type_0:
                    response_200_type_0_item = SalesOrderResponseDto.from_dict(response_200_type_0_item_data)

                    response_200_type_0.append(response_200_type_0_item)

                return response_200_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, dict):
                raise TypeError()
            response_200_type_1 = SalesOrderResponseDto.from_dict(data)

            return response_200_type_1

        response_200 = _parse_response_200(response.json())

        return response_200

    if response.status_code == 201:

        def _parse_response_201(data: object) -> list[SalesOrderResponseDto] | SalesOrderResponseDto:
            try:
                if not isinstance(data, list):
                    raise TypeError()
                response_201_type_0 = []
                _response_201_type_0 = data
                for response_201_type_0_item_data in _response_201_type_0:
                    response_201_type_0_item = SalesOrderResponseDto.from_dict(response_201_type_0_item_data)

                    response_201_type_0.append(response_201_type_0_item)

                return response_201_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, dict):
                raise TypeError()
            response_201_type_1 = SalesOrderResponseDto.from_dict(data)

            return response_201_type_1

        response_201 = _parse_response_201(response.json())

        return response_201

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[list[SalesOrderResponseDto] | SalesOrderResponseDto]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: SalesOrderWithLineItemsRequestDto,
) -> Response[list[SalesOrderResponseDto] | SalesOrderResponseDto]:
    """Create sales orders

     Adds each line as a past sale. It has no key: a repeat counts the sales twice and inflates every
    later forecast. Prefer save_sales_orders.

    Args:
        body (SalesOrderWithLineItemsRequestDto): Several past sales; the values of the header are
            shared by its lines (inferred).

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[list[SalesOrderResponseDto] | SalesOrderResponseDto]
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
    body: SalesOrderWithLineItemsRequestDto,
) -> list[SalesOrderResponseDto] | SalesOrderResponseDto | None:
    """Create sales orders

     Adds each line as a past sale. It has no key: a repeat counts the sales twice and inflates every
    later forecast. Prefer save_sales_orders.

    Args:
        body (SalesOrderWithLineItemsRequestDto): Several past sales; the values of the header are
            shared by its lines (inferred).

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        list[SalesOrderResponseDto] | SalesOrderResponseDto
    """

    return sync_detailed(
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: SalesOrderWithLineItemsRequestDto,
) -> Response[list[SalesOrderResponseDto] | SalesOrderResponseDto]:
    """Create sales orders

     Adds each line as a past sale. It has no key: a repeat counts the sales twice and inflates every
    later forecast. Prefer save_sales_orders.

    Args:
        body (SalesOrderWithLineItemsRequestDto): Several past sales; the values of the header are
            shared by its lines (inferred).

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[list[SalesOrderResponseDto] | SalesOrderResponseDto]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    body: SalesOrderWithLineItemsRequestDto,
) -> list[SalesOrderResponseDto] | SalesOrderResponseDto | None:
    """Create sales orders

     Adds each line as a past sale. It has no key: a repeat counts the sales twice and inflates every
    later forecast. Prefer save_sales_orders.

    Args:
        body (SalesOrderWithLineItemsRequestDto): Several past sales; the values of the header are
            shared by its lines (inferred).

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        list[SalesOrderResponseDto] | SalesOrderResponseDto
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
        )
    ).parsed
