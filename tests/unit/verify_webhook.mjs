/** Verifies deliveries by the npm package standardwebhooks. JSON lines in, "taken" or "refused" out; see test_webhook_vectors.py. */

import { createInterface } from "node:readline";
import { Webhook } from "standardwebhooks";

for await (const line of createInterface({ input: process.stdin })) {
  const { secret, headers, body, now } = JSON.parse(line);
  Date.now = () => now * 1000;
  try {
    new Webhook(secret).verify(body, headers);
    console.log("taken");
  } catch {
    console.log("refused");
  }
}
