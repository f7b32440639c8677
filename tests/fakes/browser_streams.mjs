// Writes what a browser sends of its recording, with the muxer that browsers use too.
//   node browser_streams.mjs '{"format": "mp4", "seconds": 60, "film": "film.mp4", "frame_bytes": 0, "rate": 10}' out
// Pictures, `rate` a second, are VP9 frames of the film, or `frame_bytes` of noise each. Sound is silence in Opus.
// It prints the places at which a browser cuts the stream into pieces, and what is in it.
import { writeFile } from "node:fs/promises";
import {
  ALL_FORMATS,
  BufferTarget,
  EncodedAudioPacketSource,
  EncodedPacket,
  EncodedPacketSink,
  EncodedVideoPacketSource,
  FilePathSource,
  Input,
  Mp4OutputFormat,
  Output,
  WebMOutputFormat,
} from "mediabunny";
import { withRoom } from "../../public/js/recording/webm_room.js";

const [asked, target] = [JSON.parse(process.argv[2]), process.argv[3]];
const RATE = asked.rate;
const SILENCE = new Uint8Array([0xf8, 0xff, 0xfe]);
const SILENCE_S = 0.02;
const FRAGMENT_S = 4;

const cuts = [];
let segment = 0;
const format =
  asked.format === "mp4"
    ? new Mp4OutputFormat({
        fastStart: "fragmented",
        minimumFragmentDuration: FRAGMENT_S,
        onMoof: (_data, position) => cuts.push(position),
      })
    : new WebMOutputFormat({
        appendOnly: true,
        minimumClusterDuration: FRAGMENT_S,
        onSegmentHeader: (_data, position) => (segment = position),
        onCluster: (_data, position) => cuts.push(position),
      });
const output = new Output({ format, target: new BufferTarget() });
const video = new EncodedVideoPacketSource("vp9");
const audio = new EncodedAudioPacketSource("opus");
output.addVideoTrack(video);
output.addAudioTrack(audio);
await output.start();

const sound = { decoderConfig: { codec: "opus", numberOfChannels: 1, sampleRate: 48000 } };
let heard = 0;
let shown = 0;

async function listenUntil(time) {
  for (; heard * SILENCE_S < time - 1e-9; heard += 1) {
    await audio.add(new EncodedPacket(SILENCE, "key", heard * SILENCE_S, SILENCE_S), sound);
  }
}

for await (const { data, type, config } of frames()) {
  const time = shown / RATE;
  await video.add(new EncodedPacket(data, type, time, 1 / RATE), { decoderConfig: config });
  await listenUntil(time + 1 / RATE);
  shown += 1;
}
await output.finalize();

/** The frames of the film, again and again; a key frame each second. */
async function* frames() {
  const count = asked.seconds * RATE;
  if (asked.frame_bytes) {
    const config = { codec: "vp09.00.30.08", codedWidth: 1280, codedHeight: 720 };
    for (let number = 0; number < count; number += 1) {
      const data = new Uint8Array(asked.frame_bytes).fill(number);
      yield { data, type: number % RATE ? "delta" : "key", config };
    }
    return;
  }
  const input = new Input({ source: new FilePathSource(asked.film), formats: ALL_FORMATS });
  const track = await input.getPrimaryVideoTrack();
  const config = await track.getDecoderConfig();
  const sink = new EncodedPacketSink(track);
  for (let number = 0; number < count; ) {
    for await (const packet of sink.packets()) {
      if (number === count) break;
      yield { data: packet.data, type: packet.type, config };
      number += 1;
    }
  }
}

const content = new Uint8Array(output.target.buffer);
const isWebM = asked.format === "webm";
const segmented = isWebM ? withRoom(content.subarray(segment)) : content.subarray(segment);
await writeFile(target, Buffer.concat([content.subarray(0, segment), segmented]));
const places = cuts.map((place) => place + segment + segmented.length - content.length);
console.log(JSON.stringify({ cuts: places, frames: shown, sounds: heard }));
