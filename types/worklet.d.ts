/** What an audio worklet has, which TypeScript's library of pages does not know. Only tsc reads this file (jsconfig.json). */

declare class AudioWorkletProcessor {
  port: MessagePort;
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;
