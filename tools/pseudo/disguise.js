/** As disguise.py: set-up copies this file (tools/messages.py). */
{
  const PLAIN = "aceinouyACEINOUSY";
  const LIKE_IT = "åçéîñöüýÅÇÉÎÑÖÛŠÝ";
  const disguised = (message) => {
    const parts = message.split(/(\{[^}]*\})/);
    const letters = (part) => [...part].map((each) => LIKE_IT[PLAIN.indexOf(each)] ?? each).join("");
    const more = "one two three ".repeat(message.length).slice(0, (message.length * 2) / 5);
    return `[${parts.map((part, at) => (at % 2 ? part : letters(part))).join("")} ${more.trim()}]`;
  };
  const messages = new Proxy({}, { get: (_, message) => disguised(message) });
  globalThis.words = { plural: (n) => Number(n != 1), messages };
}
