from http import HTTPStatus
from typing import Any, cast

import httpx

from ... import errors
from ...client import AuthenticatedClient, Client
from ...models.processing_status_request_dto import ProcessingStatusRequestDto
from ...models.processing_status_response_dto import ProcessingStatusResponseDto
from ...types import Response


def _get_kwargs(
    *,
    body: ProcessingStatusRequestDto,
) -> dict[str, Any]:
    headers: dict[str, Any] = {}

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/ProcessingStatus",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs


def _parse_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Any | ProcessingStatusResponseDto | None:
    if response.status_code == 200:
        response_200 = ProcessingStatusResponseDto.from_dict(response.json())

        return response_200

    if response.status_code == 201:
        response_201 = ProcessingStatusResponseDto.from_dict(response.json())

        return response_201

    if response.status_code == 204:
        response_204 = cast(Any, None)
        return response_204

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(
    *, client: AuthenticatedClient | Client, response: httpx.Response
) -> Response[Any | ProcessingStatusResponseDto]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: ProcessingStatusRequestDto,
) -> Response[Any | ProcessingStatusResponseDto]:
    """Set the processing status

     Overwrites the status that users of the web app see. Probably meant for loaders that report their
    own progress (inferred); it would mislead anyone else's users.

    Args:
        body (ProcessingStatusRequestDto): A status to show to users of the web app.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | ProcessingStatusResponseDto]
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
    body: ProcessingStatusRequestDto,
) -> Any | ProcessingStatusResponseDto | None:
    """Set the processing status

     Overwrites the status that users of the web app see. Probably meant for loaders that report their
    own progress (inferred); it would mislead anyone else's users.

    Args:
        body (ProcessingStatusRequestDto): A status to show to users of the web app.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | ProcessingStatusResponseDto
    """

    return sync_detailed(
        client=client,
        body=body,
    ).parsed


async def asyncio_detailed(
    *,
    client: AuthenticatedClient | Client,
    body: ProcessingStatusRequestDto,
) -> Response[Any | ProcessingStatusResponseDto]:
    """Set the processing status

     Overwrites the status that users of the web app see. Probably meant for loaders that report their
    own progress (inferred); it would mislead anyone else's users.

    Args:
        body (ProcessingStatusRequestDto): A status to show to users of the web app.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | ProcessingStatusResponseDto]
    """

    kwargs = _get_kwargs(
        body=body,
    )

    response = await client.get_async_httpx_client().request(**kwargs)

    return _build_response(client=client, response=response)


async def asyncio(
    *,
    client: AuthenticatedClient | Client,
    body: ProcessingStatusRequestDto,
) -> Any | ProcessingStatusResponseDto | None:
    """Set the processing status

     Overwrites the status that users of the web app see. Probably meant for loaders that report their
    own progress (inferred); it would mislead anyone else's users.

    Args:
        body (ProcessingStatusRequestDto): A status to show to users of the web app.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | ProcessingStatusResponseDto
    """

    return (
        await asyncio_detailed(
            client=client,
            body=body,
        )
    ).parsed
