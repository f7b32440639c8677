/** What CLDR says of a region, for test_when.py; null where there is no such region. */
export function factsOf(region) {
  const names = new Intl.DisplayNames("en", { type: "region", fallback: "none" });
  const unknown = new Intl.Locale(`und-${region}`);
  // Not the old codes of regions that have others now.
  if (!names.of(region) || unknown.region !== region || region === "ZZ") return null;
  const date = new Intl.DateTimeFormat(`en-${region}`, { dateStyle: "full" });
  const parts = date.formatToParts(0).map(({ type }) => type);
  const hasEnglish = date.resolvedOptions().locale === `en-${region}`;
  return {
    twelve: unknown.hourCycles[0] === "h12",
    monthFirst: hasEnglish && parts.indexOf("month") < parts.indexOf("day"),
  };
}
