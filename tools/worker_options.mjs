// Prints what wrangler tells Miniflare of our wrangler.toml, as JSON.
import { join } from "node:path";
import { unstable_getMiniflareWorkerOptions as optionsOf } from "wrangler";

const { workerOptions } = optionsOf(join(import.meta.dirname, "..", "wrangler.toml"));
console.log(JSON.stringify(workerOptions));
