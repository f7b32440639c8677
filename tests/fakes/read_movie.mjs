// Reads a film as a player does, with a reader that has nothing in common with our writer.
//   node read_movie.mjs film [seconds]
// It prints the duration, what is in each track, and the key frame from which one would show `seconds`.
import { ALL_FORMATS, EncodedPacketSink, FilePathSource, Input } from "mediabunny";

const [path, wanted] = [process.argv[2], Number(process.argv[3] ?? 0)];
const source = new FilePathSource(path);
const reads = [];
source.onread = (start, end) => reads.push([start, end]);
const input = new Input({ source, formats: ALL_FORMATS });
const duration = await input.computeDuration();
const tracks = [];
for (const track of await input.getTracks()) {
  const sink = new EncodedPacketSink(track);
  reads.length = 0;
  const key = await sink.getKeyPacket(wanted);
  const seeking = reads.slice();
  const times = [];
  const keys = [];
  let bytes = 0;
  let end = 0;
  for await (const packet of sink.packets()) {
    times.push(packet.timestamp);
    if (packet.type === "key") keys.push(packet.timestamp);
    bytes += packet.data.byteLength;
    end = packet.timestamp + packet.duration;
  }
  tracks.push({
    type: track.type,
    codec: track.codec,
    packets: times.length,
    in_order: times.every((time, number) => number === 0 || time > times[number - 1]),
    keys,
    bytes,
    first: times[0],
    last: times.at(-1),
    end,
    sought: key?.timestamp,
    seeking,
  });
}
console.log(JSON.stringify({ format: input.format?.name ?? (await input.getFormat()).name, duration, tracks }));
