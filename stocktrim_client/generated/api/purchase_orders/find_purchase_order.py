from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.purchase_order_response_dto import PurchaseOrderResponseDto
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    reference_number: str | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["referenceNumber"] = reference_number

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/PurchaseOrders",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> list[PurchaseOrderResponseDto] | PurchaseOrderResponseDto | None:
    if response.status_code == 200:

        def _parse_response_200(data: object) -> list[PurchaseOrderResponseDto] | PurchaseOrderResponseDto:
            try:
                if not isinstance(data, list):
                    raise TypeError()
                response_200_type_0 = []
                _response_200_type_0 = data
                for response_200_type_0_item_data in _response_200_type_0:
                    response_200_type_0_item = PurchaseOrderResponseDto.from_dict(response_200_type_0_item_data)

                    response_200_type_0.append(response_200_type_0_item)

                return response_200_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, dict):
                raise TypeError()
            response_200_type_1 = PurchaseOrderResponseDto.from_dict(data)

            return response_200_type_1

        response_200 = _parse_response_200(response.json())

        return response_200

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[list[PurchaseOrderResponseDto] | PurchaseOrderResponseDto]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    reference_number: str | Unset = UNSET,
) -> Response[list[PurchaseOrderResponseDto] | PurchaseOrderResponseDto]:
    """Find a purchase order

     Returns the order with this reference, in the first version of the API. Prefer get_purchase_order.

    Args:
        reference_number (str | Unset): Reference of the order; which of its two references is
            compared is unknown.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[list[PurchaseOrderResponseDto] | PurchaseOrderResponseDto]
    """

    kwargs = _get_kwargs(
        reference_number=reference_number,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
    reference_number: str | Unset = UNSET,
) -> list[PurchaseOrderResponseDto] | PurchaseOrderResponseDto | None:
    """Find a purchase order

     Returns the order with this reference, in the first version of the API. Prefer get_purchase_order.

    Args:
        reference_number (str | Unset): Reference of the order; which of its two references is
            compared is unknown.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        list[PurchaseOrderResponseDto] | PurchaseOrderResponseDto
    """

    return sync_detailed(
        client=client,
        reference_number=reference_number,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    reference_number: str | Unset = UNSET,
) -> Response[list[PurchaseOrderResponseDto] | PurchaseOrderResponseDto]:
    """Find a purchase order

     Returns the order with this reference, in the first version of the API. Prefer get_purchase_order.

    Args:
        reference_number (str | Unset): Reference of the order; which of its two references is
            compared is unknown.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[list[PurchaseOrderResponseDto] | PurchaseOrderResponseDto]
    """

    kwargs = _get_kwargs(
        reference_number=reference_number,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    reference_number: str | Unset = UNSET,
) -> list[PurchaseOrderResponseDto] | PurchaseOrderResponseDto | None:
    """Find a purchase order

     Returns the order with this reference, in the first version of the API. Prefer get_purchase_order.

    Args:
        reference_number (str | Unset): Reference of the order; which of its two references is
            compared is unknown.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        list[PurchaseOrderResponseDto] | PurchaseOrderResponseDto
    """

    return (
        await asyncio_detailed(
            client=client,
            reference_number=reference_number,
        )
    ).parsed
