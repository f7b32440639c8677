// Runs our Worker in Miniflare until SIGTERM (tools/bare_worker.py). Arguments: the options that
// wrangler makes of wrangler.toml; what is special about this Worker. Both are files with JSON.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { modules, SOURCE } from "./worker_modules.mjs";

const [options, own] = process.argv.slice(2).map((file) => JSON.parse(readFileSync(file)));
const miniflare = new Miniflare(
  convertV4MiniflareOptions({
    host: own.host,
    port: own.port,
    resourcePersistencePath: join(own.state, "v3"),
    resourceTmpPath: join(own.state, "tmp"),
    unsafeTriggerHandlers: true,
    logRequests: false,
    handleStructuredLogs: ({ message }) => console.log(message),
    workers: [
      {
        ...options,
        name: "session-room",
        compatibilityFlags: own.compatibilityFlags,
        bindings: { ...options.bindings, ...own.settings },
        assets: { ...options.assets, directory: own.public },
        modulesRoot: SOURCE,
        modules: modules(),
      },
    ],
  }),
);
process.on("SIGTERM", async () => {
  await miniflare.dispose();
  process.exit();
});
await miniflare.ready;
console.log(`Ready on http://${own.host}:${own.port}`);
