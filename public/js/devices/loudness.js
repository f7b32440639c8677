/** The bar's left end; 0 dB is its right end. */
const FLOOR_DB = -60;

/** Loudness now, 0 to 1, on a scale of decibels. @param {AnalyserNode} analyser */
export function loudness(analyser) {
  const samples = new Float32Array(analyser.fftSize);
  analyser.getFloatTimeDomainData(samples);
  const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length;
  const decibels = 10 * Math.log10(power || 1e-12);
  return Math.min(1, Math.max(0, 1 - decibels / FLOOR_DB));
}
