// A client made for Proca: the documents that its widgets send.
import type { TestPage } from "./coalition.ts";

export interface Reply {
  readonly status: number;
  readonly data: Record<string, Record<string, unknown>> | null;
  readonly errors: readonly {
    readonly message: string;
    readonly path?: string[];
    readonly extensions: { code: string };
  }[];
  readonly text: string;
}

export const codesOf = ({ errors }: Reply): string[] => errors.map(({ extensions }) => extensions.code);

export const signDocument = `mutation AddIt($action: ActionInput!, $contact: ContactInput!, $privacy: ConsentInput!,
  $contactRef: ID, $page: Int!, $tracking: TrackingInput) {
  addActionContact(actionPageId: $page, action: $action, contactRef: $contactRef, contact: $contact, privacy: $privacy,
    tracking: $tracking) { contactRef firstName }
}`;

export const procaAlice = {
  firstName: "Alice",
  lastName: "Liddell",
  email: "alice@example.org",
  address: { country: "", postcode: "" },
};

const tracking = { source: "newsletter", medium: "email", campaign: "spring", content: null, location: null };

type Headers = Readonly<Record<string, string>>;

export interface ProcaClient {
  readonly post: (body: string, headers?: Headers) => Promise<Reply>;
  readonly ask: (query: string, variables?: object, headers?: Headers) => Promise<Reply>;
  /** The page's number, as Proca's clients name it. */
  readonly numberOf: (page: TestPage) => Promise<number>;
  /** Signs as alice; `given` takes the place of variables. */
  readonly sign: (page: TestPage, given?: object, headers?: Headers) => Promise<Reply>;
}

/** A client of the gateway that is there when it is used. */
export function createProcaClient(addressOf: () => string): ProcaClient {
  const post: ProcaClient["post"] = async (body, headers = {}) => {
    const response = await fetch(`${addressOf()}/api?id=1`, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json", ...headers },
      body,
    });
    const text = await response.text();
    const { data = null, errors = [] } = JSON.parse(text);
    return { status: response.status, data, errors, text };
  };
  const ask: ProcaClient["ask"] = async (query, variables = {}, headers = {}) =>
    await post(JSON.stringify({ query, variables, operationName: "", extensions: { captcha: "unused" } }), headers);
  const numberOf: ProcaClient["numberOf"] = async ({ page }) => {
    const { data } = await ask("query ($name: String) { actionPage(name: $name) { id } }", { name: page.name });
    return Number(data?.["actionPage"]?.["id"]);
  };
  const sign: ProcaClient["sign"] = async (page, given = {}, headers = {}) => {
    const action = { actionType: "petition", fields: [{ key: "comment-length", value: "12" }] };
    const known = { action, contact: procaAlice, privacy: { optIn: true }, tracking };
    return await ask(signDocument, { page: await numberOf(page), ...known, ...given }, headers);
  };
  return { post, ask, numberOf, sign };
}
