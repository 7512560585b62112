"""The server as it is built, with what the conformance suite asks of a server besides: its fixtures, by its names.

Run as a process, it serves them over HTTP: what a real server must be excused for is proven here, of the same factory.
"""

import asyncio
import json
import struct
import warnings
import zlib
from base64 import b64encode
from collections.abc import Iterable
from typing import Any

from mcp.server.context import ServerRequestContext
from mcp.server.lowlevel.helper_types import ReadResourceContents
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.server.mcpserver.prompts import Prompt
from mcp.server.mcpserver.resources import BinaryResource, TextResource
from mcp.server.mcpserver.tools import Tool
from mcp.shared.exceptions import MCPDeprecationWarning, MCPError
from mcp_types import (
    MISSING_REQUIRED_CLIENT_CAPABILITY,
    AudioContent,
    Completion,
    CompletionArgument,
    CompletionContext,
    ContentBlock,
    CreateMessageRequest,
    CreateMessageRequestParams,
    CreateMessageResult,
    ElicitRequest,
    ElicitRequestFormParams,
    ElicitResult,
    EmbeddedResource,
    EmptyResult,
    GetPromptResult,
    ImageContent,
    InputRequest,
    InputRequiredResult,
    ListRootsRequest,
    ListRootsResult,
    PromptReference,
    ResourceTemplateReference,
    SamplingMessage,
    SetLevelRequestParams,
    SubscribeRequestParams,
    TextContent,
    TextResourceContents,
    UnsubscribeRequestParams,
)
from mcp_types import CallToolResult as Answer

from stocktrim_mcp_server import server
from stocktrim_mcp_server.completions import Completions
from stocktrim_mcp_server.dependencies import App
from stocktrim_mcp_server.server import HouseServer
from stocktrim_mcp_server.serving.seats import Seat
from stocktrim_mcp_server.serving.serve import address, bound, serve
from stocktrim_mcp_server.serving.site import Site
from stocktrim_mcp_server.settings import Http, Settings
from stocktrim_mcp_server.toolbox import HouseTool

PAUSE = 0.05
"""Seconds between two notifications of a call."""

STATIC_TEXT, STATIC_BINARY, WATCHED = "test://static-text", "test://static-binary", "test://watched-resource"
TEMPLATE = "test://template/{id}/data"


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


PNG = b"".join(
    (
        b"\x89PNG\r\n\x1a\n",
        _chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)),
        _chunk(b"IDAT", zlib.compress(b"\x00\xff\x00\x00")),
        _chunk(b"IEND", b""),
    )
)
"""One red pixel."""

WAV = b"RIFF" + struct.pack("<I4s4sIHHIIHH4sI", 36, b"WAVE", b"fmt ", 16, 1, 1, 8000, 8000, 1, 8, b"data", 0)
"""No sound at all."""

IMAGE = ImageContent(type="image", data=b64encode(PNG).decode(), mime_type="image/png")
SOUND = AudioContent(type="audio", data=b64encode(WAV).decode(), mime_type="audio/wav")


def said(*blocks: ContentBlock | str) -> Answer:
    return Answer(content=[TextContent(type="text", text=one) if isinstance(one, str) else one for one in blocks])


def embedded(uri: str, text: str, mime_type: str = "text/plain") -> EmbeddedResource:
    return EmbeddedResource(type="resource", resource=TextResourceContents(uri=uri, mime_type=mime_type, text=text))


async def test_simple_text() -> Answer:
    """A text."""
    return said("This is a simple text response for testing.")


async def test_image_content() -> Answer:
    """An image."""
    return said(IMAGE)


async def test_audio_content() -> Answer:
    """A sound."""
    return said(SOUND)


async def test_embedded_resource() -> Answer:
    """A resource within the answer."""
    return said(embedded("test://embedded-resource", "This is an embedded resource content."))


async def test_multiple_content_types() -> Answer:
    """A text, an image and a resource."""
    data = json.dumps({"test": "data", "value": 123})
    return said(
        "Multiple content types test:", IMAGE, embedded("test://mixed-content-resource", data, "application/json")
    )


async def test_tool_with_logging(ctx: Context[App]) -> Answer:
    """Three log messages on the way."""
    for number, message in enumerate(("Tool execution started", "Tool processing data", "Tool execution completed")):
        await asyncio.sleep(PAUSE if number else 0)
        await ctx.log("info", message)
    return said("Logged three times.")


async def test_logging_tool(ctx: Context[App]) -> Answer:
    """A log message that only those hear who asked for it."""
    await ctx.log("info", "Nobody asked for this.")
    return said("Logged once.")


async def test_error_handling() -> Answer:
    """Always an error."""
    raise ToolError("This tool intentionally returns an error for testing")


async def test_tool_with_progress(ctx: Context[App]) -> Answer:
    """How far it is, three times."""
    for percent in (0, 50, 100):
        await asyncio.sleep(PAUSE if percent else 0)
        await ctx.report_progress(percent, 100)
    return said("Done.")


async def test_reconnection(ctx: Context[App]) -> Answer:
    """Close the stream before the answer, where the transport lets a client come back for it."""
    await ctx.close_sse_stream()
    await asyncio.sleep(PAUSE)
    return said("Answered after the stream was closed.")


def _message(text: str) -> list[SamplingMessage]:
    return [SamplingMessage(role="user", content=TextContent(type="text", text=text))]


def _text(result: CreateMessageResult) -> str:
    return result.content.text if isinstance(result.content, TextContent) else result.content.type


async def test_sampling(prompt: str, ctx: Context[App]) -> Answer:
    """Ask the client's model."""
    result = await ctx.session.create_message(_message(prompt), max_tokens=100, related_request_id=ctx.request_id)
    return said(f"LLM response: {_text(result)}")


def form(*required: str, **properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, **({"required": [*required]} if required else {})}


async def _asked(ctx: Context[App], message: str, schema: dict[str, Any]) -> Answer:
    result = await ctx.session.elicit_form(message, schema, related_request_id=ctx.request_id)
    return said(f"Elicitation completed: action={result.action}, content={json.dumps(result.content)}")


async def test_elicitation(message: str, ctx: Context[App]) -> Answer:
    """Ask the person before the client."""
    username = {"type": "string", "description": "User's response"}
    email = {"type": "string", "description": "User's email address"}
    return await _asked(ctx, message, form("username", "email", username=username, email=email))


async def test_elicitation_sep1034_defaults(ctx: Context[App]) -> Answer:
    """Ask with an answer proposed, of every simple type."""
    schema = form(
        name={"type": "string", "default": "John Doe"},
        age={"type": "integer", "default": 30},
        score={"type": "number", "default": 95.5},
        status={"type": "string", "enum": ["active", "inactive", "pending"], "default": "active"},
        verified={"type": "boolean", "default": True},
    )
    return await _asked(ctx, "Please look these through.", schema)


def _titled(values: Iterable[str], titles: Iterable[str]) -> list[dict[str, str]]:
    return [{"const": value, "title": title} for value, title in zip(values, titles, strict=True)]


async def test_elicitation_sep1330_enums(ctx: Context[App]) -> Answer:
    """Ask for a choice, in each of the ways to write one."""
    options, values, old = ([f"{word}{number}" for number in (1, 2, 3)] for word in ("option", "value", "opt"))
    schema = form(
        untitledSingle={"type": "string", "enum": options},
        titledSingle={
            "type": "string",
            "oneOf": _titled(values, ("First Option", "Second Option", "Third Option")),
        },
        legacyEnum={"type": "string", "enum": old, "enumNames": ["Option One", "Option Two", "Option Three"]},
        untitledMulti={"type": "array", "items": {"type": "string", "enum": options}},
        titledMulti={
            "type": "array",
            "items": {"anyOf": _titled(values, ("First Choice", "Second Choice", "Third Choice"))},
        },
    )
    return await _asked(ctx, "Please choose.", schema)


def question(message: str, field: str, kind: str = "string") -> ElicitRequest:
    schema = form(field, **{field: {"type": kind}})
    return ElicitRequest(params=ElicitRequestFormParams(message=message, requested_schema=schema))


def sample(prompt: str, max_tokens: int) -> CreateMessageRequest:
    return CreateMessageRequest(params=CreateMessageRequestParams(messages=_message(prompt), max_tokens=max_tokens))


def wanted(requests: dict[str, InputRequest], state: str | None = None) -> InputRequiredResult:
    return InputRequiredResult(input_requests=requests, request_state=state)


def _answer(ctx: Context[App], name: str, field: str) -> str | None:
    """What a person wrote into a field. None: nothing that could be read."""
    given = (ctx.input_responses or {}).get(name)
    if not isinstance(given, ElicitResult) or given.content is None:
        return None
    return str(given.content.get(field))


NAME = question("What is your name?", "name")
CONFIRM = question("Please confirm", "ok", "boolean")
CAPITAL = sample("What is the capital of France?", 100)


async def test_input_required_result_elicitation(ctx: Context[App]) -> Answer | InputRequiredResult:
    """A question to the person, asked by the answer."""
    name = _answer(ctx, "user_name", "name")
    return wanted({"user_name": NAME}) if name is None else said(f"Hello, {name}!")


async def test_streaming_elicitation(ctx: Context[App]) -> Answer | InputRequiredResult:
    """The same after a notification, on the stream of the call."""
    await ctx.report_progress(0, 1)
    return await test_input_required_result_elicitation(ctx)


async def test_input_required_result_sampling(ctx: Context[App]) -> Answer | InputRequiredResult:
    """A question to the client's model, asked by the answer."""
    given = (ctx.input_responses or {}).get("capital_question")
    return said(_text(given)) if isinstance(given, CreateMessageResult) else wanted({"capital_question": CAPITAL})


def _roots(ctx: Context[App]) -> str | None:
    given = (ctx.input_responses or {}).get("client_roots")
    return ", ".join(str(root.uri) for root in given.roots) if isinstance(given, ListRootsResult) else None


async def test_input_required_result_list_roots(ctx: Context[App]) -> Answer | InputRequiredResult:
    """The client's folders, asked for by the answer."""
    roots = _roots(ctx)
    return wanted({"client_roots": ListRootsRequest()}) if roots is None else said(f"Roots: {roots}")


async def test_input_required_result_request_state(ctx: Context[App]) -> Answer | InputRequiredResult:
    """A question with a state that must come back."""
    if ctx.request_state == "confirming" and _answer(ctx, "confirm", "ok") is not None:
        return said("state-ok")
    return wanted({"confirm": CONFIRM}, "confirming")


async def test_input_required_result_multiple_inputs(ctx: Context[App]) -> Answer | InputRequiredResult:
    """Three questions at a time."""
    name, roots = _answer(ctx, "user_name", "name"), _roots(ctx)
    greeting = (ctx.input_responses or {}).get("greeting")
    if name is None or roots is None or not isinstance(greeting, CreateMessageResult):
        return wanted(
            {"user_name": NAME, "greeting": sample("Generate a greeting", 50), "client_roots": ListRootsRequest()},
            "three",
        )
    return said(f"{_text(greeting)}, {name}. Roots: {roots}")


async def test_input_required_result_multi_round(ctx: Context[App]) -> Answer | InputRequiredResult:
    """A question after a question."""
    name, color = _answer(ctx, "step1", "name"), _answer(ctx, "step2", "color")
    if ctx.request_state == "named" and color is not None:
        return said(f"The color is {color}.")
    if ctx.request_state == "begun" and name is not None:
        return wanted({"step2": question("Step 2: What is your favorite color?", "color")}, "named")
    return wanted({"step1": question("Step 1: What is your name?", "name")}, "begun")


async def test_input_required_result_tampered_state(ctx: Context[App]) -> Answer | InputRequiredResult:
    """A state that nobody else can have written: one that was tampered with never comes here."""
    return wanted({"confirm": CONFIRM}, "sealed") if ctx.request_state is None else said(ctx.request_state)


async def test_input_required_result_capabilities(ctx: Context[App]) -> Answer | InputRequiredResult:
    """Ask only what this client can be asked."""
    if ctx.input_responses:
        return said("Answered.")
    able = ctx.client_capabilities
    requests: dict[str, InputRequest] = {}
    if able is not None and able.elicitation is not None:
        requests["user_name"] = NAME
    if able is not None and able.sampling is not None:
        requests["capital_question"] = CAPITAL
    return wanted(requests)


async def test_missing_capability(ctx: Context[App]) -> Answer:
    """Only for clients with a model."""
    able = ctx.client_capabilities
    if able is None or able.sampling is None:
        missing = {"requiredCapabilities": {"sampling": {}}}
        raise MCPError(MISSING_REQUIRED_CLIENT_CAPABILITY, "This tool needs sampling.", missing)
    return said("There is a model.")


async def json_schema_2020_12_tool() -> Answer:
    """A schema with all that JSON Schema knows; it is listed, never called."""
    return said("")


async def test_x_mcp_header(region: str) -> Answer:
    """An argument that a header repeats."""
    return said(region)


async def schema_for_few_hosts() -> Answer:
    """A schema that some hosts refuse, for the inspector to find; it is listed, never called."""
    return said("")


TOOLS = (
    test_simple_text,
    test_image_content,
    test_audio_content,
    test_embedded_resource,
    test_multiple_content_types,
    test_tool_with_logging,
    test_logging_tool,
    test_error_handling,
    test_tool_with_progress,
    test_reconnection,
    test_sampling,
    test_elicitation,
    test_elicitation_sep1034_defaults,
    test_elicitation_sep1330_enums,
    test_streaming_elicitation,
    test_input_required_result_elicitation,
    test_input_required_result_sampling,
    test_input_required_result_list_roots,
    test_input_required_result_request_state,
    test_input_required_result_multiple_inputs,
    test_input_required_result_multi_round,
    test_input_required_result_tampered_state,
    test_input_required_result_capabilities,
    test_missing_capability,
    json_schema_2020_12_tool,
    test_x_mcp_header,
    schema_for_few_hosts,
)

TEXT = {"type": "string"}
SCHEMAS: dict[str, dict[str, Any]] = {
    "json_schema_2020_12_tool": {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "$defs": {
            "address": {
                "$anchor": "addressDef",
                "type": "object",
                "properties": {"street": TEXT, "city": TEXT},
            }
        },
        "properties": {
            "name": TEXT,
            "address": {"$ref": "#/$defs/address"},
            "contactMethod": {"type": "string", "enum": ["phone", "email"]},
            "phone": TEXT,
            "email": TEXT,
        },
        "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
        "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
        "then": {"required": ["phone"]},
        "else": {"required": ["email"]},
        "additionalProperties": False,
    },
    "schema_for_few_hosts": form(anything={"type": "array", "items": True}),
    "test_x_mcp_header": form("region", region={"type": "string", "x-mcp-header": "Region"}),
}
"""Schemas that no signature says."""


async def test_simple_prompt() -> str:
    """A text."""
    return "This is a simple prompt for testing."


async def test_prompt_with_arguments(arg1: str, arg2: str) -> str:
    """A text with arguments in it."""
    return f"Prompt with arguments: arg1='{arg1}', arg2='{arg2}'"


# The suite names this argument.
async def test_prompt_with_embedded_resource(resourceUri: str) -> list[ContentBlock | str]:  # noqa: N803 - the suite's name
    """A resource, and what to do with it."""
    return [
        embedded(resourceUri, "Embedded resource content for testing."),
        "Please process the embedded resource above.",
    ]


async def test_prompt_with_image() -> list[ContentBlock | str]:
    """An image, and what to do with it."""
    return [IMAGE, "Please analyze the image above."]


async def test_input_required_result_prompt(ctx: Context[App]) -> str | InputRequiredResult:
    """A text that needs an answer first."""
    context = _answer(ctx, "user_context", "context")
    if context is None:
        return wanted({"user_context": question("What context should the prompt use?", "context")})
    return f"Context: {context}"


PROMPTS = (
    test_simple_prompt,
    test_prompt_with_arguments,
    test_prompt_with_embedded_resource,
    test_prompt_with_image,
    test_input_required_result_prompt,
)


# The template names it so.
async def _data(id: str) -> str:  # noqa: A002 - the template's name
    """A record by its number."""
    return json.dumps({"id": id, "templateTest": True, "data": f"Data for ID: {id}"})


class Everything(HouseServer):
    """The server, with the suite's tools, prompts, resources and methods on top."""

    def __init__(self, *args: Any, tools: list[Tool], **kwargs: Any) -> None:
        super().__init__(*args, tools=[*tools, *(_tool(one) for one in TOOLS)], **kwargs)
        for prompt in PROMPTS:
            self.add_prompt(Prompt.from_function(prompt))
        self.add_resource(
            TextResource(
                uri=STATIC_TEXT,
                name="static-text",
                description="A text.",
                mime_type="text/plain",
                text="This is the content of the static text resource.",
            )
        )
        self.add_resource(
            BinaryResource(
                uri=STATIC_BINARY, name="static-binary", description="An image.", mime_type="image/png", data=PNG
            )
        )
        self.add_resource(TextResource(uri=WATCHED, name="watched", description="A text.", text="As it was."))
        self.resource(TEMPLATE, name="template", mime_type="application/json")(_data)
        # What older clients may ask for and this server offers nowhere: the SDK has no public way to answer it.
        methods = self._lowlevel_server
        methods.add_request_handler("logging/setLevel", SetLevelRequestParams, _nothing)
        methods.add_request_handler("resources/subscribe", SubscribeRequestParams, _nothing)
        methods.add_request_handler("resources/unsubscribe", UnsubscribeRequestParams, _nothing)

    async def read_resource(
        self, uri: object, context: Context[App, Any] | None = None
    ) -> Iterable[ReadResourceContents] | InputRequiredResult:
        if str(uri) in (STATIC_TEXT, STATIC_BINARY, WATCHED) or str(uri).startswith("test://template/"):
            return await MCPServer[App].read_resource(self, str(uri), context)
        return await super().read_resource(uri, context)

    async def get_prompt(
        self, name: str, arguments: dict[str, Any] | None = None, context: Context[App, Any] | None = None
    ) -> GetPromptResult | InputRequiredResult:
        if name in {one.__name__ for one in PROMPTS}:
            return await MCPServer[App].get_prompt(self, name, arguments, context)
        return await super().get_prompt(name, arguments, context)


async def _nothing(_: ServerRequestContext[Any, Any], __: Any) -> EmptyResult:
    return EmptyResult()


def _tool(function: Any) -> HouseTool:
    plain = Tool.from_function(function, structured_output=False)
    fields = {name: getattr(plain, name) for name in Tool.model_fields}
    parameters = SCHEMAS.get(plain.name, plain.parameters)
    return HouseTool.model_validate({**fields, "parameters": parameters, "call_seconds": 45.0})


def build(app: App) -> HouseServer:
    """The server that `server.build` makes, and more."""
    built = server.build(app, Everything)
    built.offers |= {one.__name__ for one in TOOLS}
    of_ours = Completions(app, built.offers)

    async def complete(
        ref: PromptReference | ResourceTemplateReference,
        argument: CompletionArgument,
        context: CompletionContext | None,
    ) -> Completion:
        if isinstance(ref, PromptReference) and ref.name == test_prompt_with_arguments.__name__:
            found = [word for word in ("paris", "park", "party") if word.startswith(argument.value)]
            return Completion(values=found, total=len(found), has_more=False)
        return await of_ours.complete(ref, argument, context)

    built.completion()(complete)
    return built


async def main() -> None:
    """Serve as the command line does, with a seat of ours at the only account."""
    settings = Settings(sandbox=True, transport="streamable-http", http=Http(port=0), log_level="WARNING")
    site = Site(settings)
    account = site.accounts.of(settings)
    account._seats[settings] = Seat(account.app.beside(settings), build)
    listening = bound(settings)
    print("Serving at", address(listening, settings), flush=True)
    await serve(site, listening, drain_seconds=1)


if __name__ == "__main__":
    # Older hosts are still sent what the newer protocol has no place for.
    warnings.simplefilter("ignore", MCPDeprecationWarning)
    asyncio.run(main())
