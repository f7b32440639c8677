// Makes requests with other clients: `node sdk_requests.mjs plugnmeet|bigbluebutton`, with one JSON
// order on standard input. PlugNmeet's requests are sent; BigBlueButton's are printed.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const require = createRequire(import.meta.url);
const order = JSON.parse(readFileSync(0, "utf8"));

if (process.argv[2] === "plugnmeet") {
  const { PlugNmeet } = require("plugnmeet-sdk-js");
  const client = new PlugNmeet(order.url, order.key, order.secret);
  for (const [method, body] of order.calls) await client[method](body);
} else {
  const { api } = require("bigbluebutton-js");
  const { administration, monitoring, recording } = api(order.url, order.secret);
  const { create, join, info, recordings } = order;
  console.log(
    JSON.stringify({
      create: administration.create(create.name, create.meetingID, create),
      join: administration.join(join.fullName, join.meetingID, "", join),
      getMeetingInfo: monitoring.getMeetingInfo(info.meetingID),
      getRecordings: recording.getRecordings(recordings),
    }),
  );
}
