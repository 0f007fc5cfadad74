// A certified OpenID provider, with an account for each name: the first one logs in with any password.
// Arguments: port, address of the callback, directory of node_modules.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [port, callback, tools] = process.argv.slice(2);
const require = createRequire(tools);
const { Provider } = await import(pathToFileURL(require.resolve("oidc-provider")).href);

const account = (id) => ({
  accountId: id,
  claims: async () => ({ sub: id, email: id, email_verified: !id.startsWith("new.") }),
});
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{ client_id: "console", client_secret: "secret of the console", redirect_uris: [callback] }],
  claims: { email: ["email", "email_verified"], profile: ["name"] },
  cookies: { keys: ["a key for a test"] },
  findAccount: (_context, id) => account(id),
  pkce: { required: () => true },
});
provider.listen(Number(port), "127.0.0.1", () => console.log("listening"));
