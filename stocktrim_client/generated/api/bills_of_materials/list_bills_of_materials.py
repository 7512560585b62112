from http import HTTPStatus
from typing import Any

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.bill_of_materials_response_dto import BillOfMaterialsResponseDto
from ...types import UNSET, Response, Unset


def _get_kwargs(
    *,
    product_id: str | Unset = UNSET,
    component_id: str | Unset = UNSET,
) -> dict[str, Any]:

    params: dict[str, Any] = {}

    params["productId"] = product_id

    params["componentId"] = component_id

    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}

    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/boms",
        "params": params,
    }

    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> BillOfMaterialsResponseDto | list[BillOfMaterialsResponseDto] | None:
    if response.status_code == 200:

        def _parse_response_200(data: object) -> BillOfMaterialsResponseDto | list[BillOfMaterialsResponseDto]:
            try:
                if not isinstance(data, list):
                    raise TypeError()
                response_200_type_0 = []
                _response_200_type_0 = data
                for response_200_type_0_item_data in _response_200_type_0:
                    response_200_type_0_item = BillOfMaterialsResponseDto.from_dict(response_200_type_0_item_data)

                    response_200_type_0.append(response_200_type_0_item)

                return response_200_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, dict):
                raise TypeError()
            response_200_type_1 = BillOfMaterialsResponseDto.from_dict(data)

            return response_200_type_1

        response_200 = _parse_response_200(response.json())

        return response_200

    if response.status_code == 201:

        def _parse_response_201(data: object) -> BillOfMaterialsResponseDto | list[BillOfMaterialsResponseDto]:
            try:
                if not isinstance(data, list):
                    raise TypeError()
                response_201_type_0 = []
                _response_201_type_0 = data
                for response_201_type_0_item_data in _response_201_type_0:
                    response_201_type_0_item = BillOfMaterialsResponseDto.from_dict(response_201_type_0_item_data)

                    response_201_type_0.append(response_201_type_0_item)

                return response_201_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            if not isinstance(data, dict):
                raise TypeError()
            response_201_type_1 = BillOfMaterialsResponseDto.from_dict(data)

            return response_201_type_1

        response_201 = _parse_response_201(response.json())

        return response_201

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[BillOfMaterialsResponseDto | list[BillOfMaterialsResponseDto]]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    product_id: str | Unset = UNSET,
    component_id: str | Unset = UNSET,
) -> Response[BillOfMaterialsResponseDto | list[BillOfMaterialsResponseDto]]:
    """List bills of materials

     Returns the component lines of a product, or the products that use a component, or all lines.

    Args:
        product_id (str | Unset): productId of the product made.
        component_id (str | Unset): productId of the component that goes in.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[BillOfMaterialsResponseDto | list[BillOfMaterialsResponseDto]]
    """

    kwargs = _get_kwargs(
        product_id=product_id,
        component_id=component_id,
    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)


def sync(
    *,
    client: AuthenticatedClient | Client,
    product_id: str | Unset = UNSET,
    component_id: str | Unset = UNSET,
) -> BillOfMaterialsResponseDto | list[BillOfMaterialsResponseDto] | None:
    """List bills of materials

     Returns the component lines of a product, or the products that use a component, or all lines.

    Args:
        product_id (str | Unset): productId of the product made.
        component_id (str | Unset): productId of the component that goes in.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        BillOfMaterialsResponseDto | list[BillOfMaterialsResponseDto]
    """

    return sync_detailed(
        client=client,
        product_id=product_id,
        component_id=component_id,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    product_id: str | Unset = UNSET,
    component_id: str | Unset = UNSET,
) -> Response[BillOfMaterialsResponseDto | list[BillOfMaterialsResponseDto]]:
    """List bills of materials

     Returns the component lines of a product, or the products that use a component, or all lines.

    Args:
        product_id (str | Unset): productId of the product made.
        component_id (str | Unset): productId of the component that goes in.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[BillOfMaterialsResponseDto | list[BillOfMaterialsResponseDto]]
    """

    kwargs = _get_kwargs(
        product_id=product_id,
        component_id=component_id,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    product_id: str | Unset = UNSET,
    component_id: str | Unset = UNSET,
) -> BillOfMaterialsResponseDto | list[BillOfMaterialsResponseDto] | None:
    """List bills of materials

     Returns the component lines of a product, or the products that use a component, or all lines.

    Args:
        product_id (str | Unset): productId of the product made.
        component_id (str | Unset): productId of the component that goes in.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        BillOfMaterialsResponseDto | list[BillOfMaterialsResponseDto]
    """

    return (
        await asyncio_detailed(
            client=client,
            product_id=product_id,
            component_id=component_id,
        )
    ).parsed
