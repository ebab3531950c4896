/** One call to the gateway: Connect's unary protocol in binary form, over one function that sends. */
import {
  create,
  type DescMessage,
  type DescMethod,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from "@bufbuild/protobuf";
import type { GenService, GenServiceMethods } from "@bufbuild/protobuf/codegenv2";
import { isWireErrorCode, wireErrorHeader } from "@coterie/protocol";
import { GatewayRefusedError, GatewayUnreachableError } from "../errors.ts";

/** What is sent. */
export interface WireRequest {
  /** "/coterie.organisations.v1.OrganisationService/GetOrganisation" */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array<ArrayBuffer>;
  readonly signal: AbortSignal | undefined;
}

/** What came back. */
export interface WireAnswer {
  readonly status: number;
  readonly header: (name: string) => string | null;
  readonly body: Uint8Array<ArrayBuffer>;
}

/** The way to the gateway. Rejects where there is none. */
export type SendToGateway = (request: WireRequest) => Promise<WireAnswer>;

/** What calls need. */
export interface CallDeps {
  readonly send: SendToGateway;
  /** The organisation's token, "ctok1…". */
  readonly token: string;
}

/** A method of a generated service. */
export interface UnaryMethod<Input extends DescMessage, Output extends DescMessage> {
  readonly name: string;
  readonly input: Input;
  readonly output: Output;
  readonly parent: { readonly typeName: string };
}

/** The bytes of the answer, not decoded. Throws GatewayRefusedError, GatewayUnreachableError. */
export async function callForBytes<Input extends DescMessage>(
  { send, token }: CallDeps,
  call: {
    readonly method: UnaryMethod<Input, DescMessage>;
    readonly input: MessageInitShape<Input>;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<Uint8Array<ArrayBuffer>> {
  const { method, input, signal } = call;
  const body = new Uint8Array(toBinary(method.input, create(method.input, input)));
  const headers = {
    "content-type": "application/proto",
    "connect-protocol-version": "1",
    authorization: `Bearer ${token}`,
  };
  const answer = await trySending(send, { path: `/${method.parent.typeName}/${method.name}`, headers, body, signal });
  const reason = answer.header(wireErrorHeader);
  if (reason !== null && isWireErrorCode(reason)) throw new GatewayRefusedError(reason);
  if (answer.status !== 200) throw new GatewayUnreachableError();
  return answer.body;
}

/** The decoded answer. Throws GatewayRefusedError, GatewayUnreachableError. */
export async function callUnary<Input extends DescMessage, Output extends DescMessage>(
  deps: CallDeps,
  call: {
    readonly method: UnaryMethod<Input, Output>;
    readonly input: MessageInitShape<Input>;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<MessageShape<Output>> {
  const bytes = await callForBytes(deps, call);
  try {
    return fromBinary(call.method.output, bytes);
  } catch {
    throw new GatewayUnreachableError();
  }
}

async function trySending(send: SendToGateway, request: WireRequest): Promise<WireAnswer> {
  try {
    return await send(request);
  } catch (error) {
    // Cancelled by the person: their own doing, not the network's.
    request.signal?.throwIfAborted();
    throw error instanceof GatewayUnreachableError ? error : new GatewayUnreachableError();
  }
}

/** The methods of a service as functions. */
export type ServiceClient<Methods extends GenServiceMethods> = {
  readonly [Name in keyof Methods]: (
    input: MessageInitShape<Methods[Name]["input"]>,
    options?: { readonly signal: AbortSignal },
  ) => Promise<MessageShape<Methods[Name]["output"]>>;
};

/** A client of any service of `@coterie/protocol`. */
export function createServiceClient<Methods extends GenServiceMethods>(
  deps: CallDeps,
  service: GenService<Methods>,
): ServiceClient<Methods> {
  const methods: readonly DescMethod[] = Object.values(service.method);
  const entries = methods.map((method) => [
    method.localName,
    (input: MessageInitShape<DescMessage>, options?: { readonly signal: AbortSignal }): Promise<unknown> =>
      callUnary(deps, { method, input, signal: options?.signal }),
  ]);
  // cast: one function for each method, made from the method's own input and output
  return Object.fromEntries(entries) as ServiceClient<Methods>;
}
